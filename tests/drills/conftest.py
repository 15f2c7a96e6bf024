"""One control plane for the drills, with the objects of one site."""

import engine
import pytest
from control_plane import cloud, plane

from sandbox.controlplane import ControlPlane

from .site import Site

__all__ = ["cloud", "plane"]

QUOTA = {"cpu": 400, "memory_gib": 8192, "gpus": 0, "pods": 100}
DOMAIN = {"cpu": 1000, "memory_gib": 16384, "gpus": 0, "pods": 300}


@pytest.fixture(scope="session")
def site(plane: ControlPlane) -> Site:
    """Prod's site a, with room in the quotas, since it is nodes that are to be short here."""
    platform = engine.values("prod")
    platform["quotas"] |= {
        "business": {**DOMAIN, "gpus": 56},
        **dict.fromkeys(("data", "monitoring"), DOMAIN),
        **dict.fromkeys(("precompute", "log_shipping"), QUOTA),
    }
    platform["tenants"] = [{**QUOTA, "name": "free"}, {**QUOTA, "name": "paying", "gpus": 8}]
    return Site.of(plane, platform)
