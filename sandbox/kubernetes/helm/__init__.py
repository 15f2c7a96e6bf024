"""Helm releases of the charts that this sandbox knows: no chart can be had here, so each is rewritten as Python."""
