"""What scales a deployment, and the fewest replicas that it is held at: by its autoscaler, where it has one.

A ScaledObject counts as the autoscaler that KEDA makes of it, which the program does not register.
https://keda.sh/docs/2.21/reference/scaledobject-spec/
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rules._resource import UNKNOWN, Resource, Value
from rules._stack import of_type
from rules._types import AUTOSCALER, SCALED_OBJECT

PLACE: Final = ("metadata", "namespace")
"""Where an object's namespace stands."""

TARGET: Final = ("spec", "scaleTargetRef", "name")
"""Where an autoscaler names its deployment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How a kind of autoscaler writes what it does.

    Attributes:
        least: where the fewest replicas stand.
        most: where the most stand.
        behaviour: where both ways stand.
        signals: where the list of what it follows stands.
        unset: the fewest and the most where none are given.
    """

    least: tuple[str, ...]
    most: tuple[str, ...]
    behaviour: tuple[str, ...]
    signals: tuple[str, ...]
    unset: tuple[int, int]


KINDS: Final[Mapping[str, Kind]] = {
    AUTOSCALER: Kind(
        least=("spec", "minReplicas"),
        most=("spec", "maxReplicas"),
        behaviour=("spec", "behavior"),
        signals=("spec", "metrics"),
        unset=(1, 1),
    ),
    SCALED_OBJECT: Kind(
        least=("spec", "minReplicaCount"),
        most=("spec", "maxReplicaCount"),
        behaviour=("spec", "advanced", "horizontalPodAutoscalerConfig", "behavior"),
        signals=("spec", "triggers"),
        unset=(0, 100),
    ),
}
"""The kinds of autoscaler, by type token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """The fewest replicas, where that is written, and what holds where nothing is."""

    replicas: Value
    owner: Resource
    path: tuple[str, ...]
    unset: int

    @property
    def count(self) -> int:
        """The fewest replicas, as the controller takes what is written."""
        return number(self.replicas, self.unset)


def scalers(objects: Sequence[Resource]) -> list[Resource]:
    """Return the autoscalers among the objects of one cluster."""
    return of_type(objects, *KINDS)


def of_deployment(deployment: Resource, objects: Sequence[Resource]) -> Iterator[Resource]:
    """Yield the autoscalers that name `deployment`, among the objects of its cluster."""
    name = (deployment.get(*PLACE), deployment.get("metadata", "name"))
    yield from (each for each in scalers(objects) if (each.get(*PLACE), each.get(*TARGET)) == name)


def floor(deployment: Resource, objects: Sequence[Resource]) -> Floor:
    """Return the floor of `deployment` among the objects of its cluster."""
    for scaler in of_deployment(deployment, objects):
        kind = KINDS[scaler.type]
        return Floor(replicas=scaler.get(*kind.least), owner=scaler, path=kind.least, unset=kind.unset[0])
    path = ("spec", "replicas")
    return Floor(replicas=deployment.get(*path), owner=deployment, path=path, unset=1)


def number(replicas: Value, unset: int = 1) -> int:
    """Return a count of replicas, `unset` where none is given: for most kinds Kubernetes takes one."""
    return int(replicas) if isinstance(replicas, int | float) else unset


def blank_names(objects: Sequence[Resource]) -> list[tuple[Resource, tuple[str, ...]]]:
    """Return the autoscalers that may turn out to be of any deployment, each with what is unknown of it."""
    return [(each, path) for each in scalers(objects) for path in (PLACE, TARGET) if each.get(*path) is UNKNOWN]
