"""The fewest replicas that a deployment is held at: by its autoscaler, where it has one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rules._resource import Resource, Value
from rules._stack import of_type
from rules._types import AUTOSCALER

PLACE: Final = ("metadata", "namespace")
"""Where an object's namespace stands."""

TARGET: Final = ("spec", "scaleTargetRef", "name")
"""Where an autoscaler names its deployment."""


@dataclass(frozen=True, slots=True)
class Floor:
    """The fewest replicas, and where that is written."""

    replicas: Value
    owner: Resource
    path: tuple[str, ...]


def floor(deployment: Resource, objects: Sequence[Resource]) -> Floor:
    """Return the floor of `deployment` among the objects of its cluster."""
    place, name = deployment.get(*PLACE), deployment.get("metadata", "name")
    for scaler in of_type(objects, AUTOSCALER):
        if (scaler.get(*PLACE), scaler.get(*TARGET)) == (place, name):
            return Floor(scaler.get("spec", "minReplicas"), scaler, ("spec", "minReplicas"))
    return Floor(deployment.get("spec", "replicas"), deployment, ("spec", "replicas"))


def number(replicas: Value) -> int:
    """Return a count of replicas; Kubernetes takes one where none is given."""
    return int(replicas) if isinstance(replicas, int | float) else 1
