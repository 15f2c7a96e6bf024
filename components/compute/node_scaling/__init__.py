"""How the GPU nodes of a site grow by alarms, and shrink by a job that has drained what it takes away."""
