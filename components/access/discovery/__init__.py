"""Service discovery of one site: Consul's servers, what they are set up with, and the files that agents read."""
