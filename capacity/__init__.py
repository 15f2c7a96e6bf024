"""The capacity plan of the stacks, for people: it reads settings files and prices, nothing else."""
