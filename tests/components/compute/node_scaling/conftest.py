"""One real control plane, and Auto Scaling beside it."""

from control_plane import cloud, plane

__all__ = ["cloud", "plane"]
