"""GPUs that the deployments of a cluster need at their floor, and what a node group at its least size has for them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from rules._capacity import GPUS_PER_NODE, blanks, least_size, offers_gpus
from rules._pods import gpu_limits
from rules._replicas import PLACE, blank_names, floor
from rules._resource import UNKNOWN, Resource, is_known, strings
from rules._rule import Finding, failure, undecided
from rules._stack import by_cluster, of_type
from rules._types import DEPLOYMENT, NODE_GROUP

_SIZE: Final = ("scalingConfig", "minSize")


@dataclass(frozen=True, slots=True)
class Tier:
    """A deployment whose pods need GPUs.

    Attributes:
        gpus: GPUs of one pod.
        replicas: its floor, a count of pods.
    """

    gpus: int
    replicas: int


def tiers(objects: Sequence[Resource]) -> Iterator[Tier]:
    """Yield the deployments with GPUs among the objects of one cluster."""
    for deployment in of_type(objects, DEPLOYMENT):
        if gpus := _pod(deployment):
            yield Tier(gpus, floor(deployment, objects).count)


def least_gpus(group: Resource, pod: int) -> int:
    """Return the GPUs that whole pods of `pod` GPUs can have on a group at its least size."""
    return least_size(group) * min((GPUS_PER_NODE[kind] // pod * pod for kind in _kinds(group)), default=0)


def unknown(resources: Sequence[Resource], *more: tuple[str, ...]) -> list[Finding]:
    """Return what is unknown of that which tells floors and least sizes, and of the groups' paths `more`."""
    groups = of_type(resources, NODE_GROUP)
    return [*chain.from_iterable(blanks(group, _SIZE, *more) for group in groups), *_unknown_pods(resources)]


def uncounted(groups: Sequence[Resource]) -> Iterator[Finding]:
    """Yield the failures of groups of which nobody knows how many GPUs they have."""
    for group in groups:
        for kind in _kinds(group):
            if offers_gpus(group) and kind not in GPUS_PER_NODE:
                yield failure(group, f"how many GPUs {kind} has is not known; add it to data/gpus.json")


def _kinds(group: Resource) -> list[str]:
    return strings(group.get("instanceTypes"))


def _unknown_pods(resources: Sequence[Resource]) -> Iterator[Finding]:
    for objects in by_cluster(resources).values():
        for deployment in of_type(objects, DEPLOYMENT):
            if not all(is_known(gpus) for gpus in gpu_limits(deployment)):
                yield undecided(deployment, "spec", "template", "spec", "containers")
            elif _pod(deployment):
                yield from _unknown_floor(deployment, objects)


def _unknown_floor(deployment: Resource, objects: Sequence[Resource]) -> Iterator[Finding]:
    least = floor(deployment, objects)
    named = [(deployment, PLACE), (deployment, ("metadata", "name"))]
    for resource, path in (*named, *blank_names(objects), (least.owner, least.path)):
        if resource.get(*path) is UNKNOWN:
            yield undecided(resource, *path)


def _pod(deployment: Resource) -> int:
    """Return the GPUs of one pod; containers before the start share those of the others."""
    return sum(int(gpus) for gpus in gpu_limits(deployment) if isinstance(gpus, int | float | str))
