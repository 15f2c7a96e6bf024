"""Weights of the model on the disks of the GPU nodes."""
