"""Node groups on the one real control plane of the session."""

from collections.abc import Callable, Iterator

import pytest
from control_plane import CLUSTER, REGION, cloud, plane

from sandbox.controlplane import ControlPlane, NodeGroupSpec, remove_nodes

__all__ = ["cloud", "plane"]


@pytest.fixture
def group(plane: ControlPlane) -> Iterator[Callable[..., NodeGroupSpec]]:
    made: list[str] = []

    def make(name: str, desired: int = 1) -> NodeGroupSpec:
        made.append(name)
        taint = {"key": "nvidia.com/gpu", "value": "true", "effect": "NO_SCHEDULE"}
        return NodeGroupSpec(
            name, CLUSTER, REGION, "us-east-1a", "p5.48xlarge", 192, 2048 * 1024, 8, "ON_DEMAND",
            {"role": "gpu"}, (taint,), desired,
        )  # fmt: skip

    yield make
    for name in made:
        remove_nodes(plane, name)
