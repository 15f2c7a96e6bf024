"""Clusters, their nodes, and what runs on them."""
