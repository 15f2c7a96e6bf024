"""Autoscaling with its real controllers, on the sandbox's clusters: load in steps, and what must hold."""
