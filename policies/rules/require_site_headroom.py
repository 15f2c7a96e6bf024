"""T1: whichever site is lost, the others hold the replicas of all without waiting for a node.

A site is a cell, and the sites of one stack stand in for each other. Lost is the site with the most GPUs; left are the
node groups of the others at their least size, which are running whatever the load. They must hold the floor of every
site's deployments: what each is held at when nobody asks for anything. A node counts for as many whole pods as it has
room for, by the smallest pod with GPUs. Spot nodes count: losing a site and a spot market at once is a second failure.
A stack of one site has nobody to stand in for it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from rules._capacity import GPUS_PER_NODE, blanks, by_site, least_size, offers_gpus
from rules._pods import containers
from rules._replicas import PLACE, TARGET, floor, number
from rules._resource import UNKNOWN, Resource, Value, dig, is_known, strings
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._stack import by_cluster, of_type
from rules._types import AUTOSCALER, DEPLOYMENT, NODE_GROUP

_SIZE = ("scalingConfig", "minSize")
_GPUS = ("resources", "limits", "nvidia.com/gpu")


@dataclass(frozen=True, slots=True)
class _Tier:
    """A deployment whose pods need GPUs.

    Attributes:
        gpus: GPUs of one pod.
        replicas: its floor, a count of pods.
    """

    gpus: int
    replicas: int


def _check(resources: Sequence[Resource]) -> Iterator[Finding]:
    groups = of_type(resources, NODE_GROUP)
    unknown = [*chain.from_iterable(blanks(group, _SIZE) for group in groups), *_unknown_pods(resources)]
    if unknown:
        yield from unknown
        return
    with_gpus = [group for group in groups if offers_gpus(group)]
    uncounted = [(group, kind) for group in with_gpus for kind in _kinds(group) if kind not in GPUS_PER_NODE]
    for group, kind in uncounted:
        yield failure(group, f"how many GPUs {kind} has is not known; add it to data/gpus.json")
    if not uncounted:
        yield from _check_loss(by_site(with_gpus), list(_tiers(resources)))


def _kinds(group: Resource) -> list[str]:
    return strings(group.get("instanceTypes"))


def _check_loss(sites: Mapping[str, list[Resource]], tiers: Sequence[_Tier]) -> Iterator[Finding]:
    if len(sites) < 2 or not tiers:  # noqa: PLR2004 - one site has no other
        return
    pod = min(tier.gpus for tier in tiers)
    held = {site: sum(_least_gpus(group, pod) for group in groups) for site, groups in sites.items()}
    lost = max(held, key=held.__getitem__)
    left, needed = sum(held.values()) - held[lost], sum(tier.gpus * tier.replicas for tier in tiers)
    if left < needed:
        first = next(group for site, groups in sites.items() if site != lost for group in groups)
        yield failure(
            first,
            f"without site {lost} node groups hold {left} GPUs at their least size; all sites' floors need {needed}",
        )


def _least_gpus(group: Resource, pod: int) -> int:
    """Return the GPUs that whole pods can have on a group at its least size."""
    return least_size(group) * min((GPUS_PER_NODE[kind] // pod * pod for kind in _kinds(group)), default=0)


def _unknown_pods(resources: Sequence[Resource]) -> Iterator[Finding]:
    """Yield what is unknown of that which tells how many GPUs deployments need."""
    for objects in by_cluster(resources).values():
        for deployment in of_type(objects, DEPLOYMENT):
            if not all(is_known(gpus) for gpus in _gpus(deployment)):
                yield undecided(deployment, "spec", "template", "spec", "containers")
            elif _pod(deployment):
                yield from _unknown_floor(deployment, objects)


def _unknown_floor(deployment: Resource, objects: Sequence[Resource]) -> Iterator[Finding]:
    scalers = [(scaler, path) for scaler in of_type(objects, AUTOSCALER) for path in (PLACE, TARGET)]
    least = floor(deployment, objects)
    named = [(deployment, PLACE), (deployment, ("metadata", "name"))]
    for resource, path in (*named, *scalers, (least.owner, least.path)):
        if resource.get(*path) is UNKNOWN:
            yield undecided(resource, *path)


def _tiers(resources: Sequence[Resource]) -> Iterator[_Tier]:
    for objects in by_cluster(resources).values():
        for deployment in of_type(objects, DEPLOYMENT):
            if gpus := _pod(deployment):
                yield _Tier(gpus, number(floor(deployment, objects).replicas))


def _gpus(deployment: Resource) -> list[Value]:
    """Return what each container asks for; those before the start share the GPUs of the others."""
    return [dig(container, *_GPUS) for path, container in containers(deployment) if path[-1] == "containers"]


def _pod(deployment: Resource) -> int:
    return sum(int(gpus) for gpus in _gpus(deployment) if isinstance(gpus, int | float | str))


RULE = StackRule(
    id="T1",
    name="require-site-headroom",
    severity=Severity.CRITICAL,
    what="Without the largest site of a stack, the others hold the least replicas of all sites on nodes they have.",
    why=(
        "GPU nodes cannot be had in the minute in which everybody who lost the zone asks for them: only what already"
        " runs elsewhere carries on."
    ),
    source="https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/static-stability.html",
    fix="In the settings raise nodes.reserved.minimum or nodes.spot.minimum, or lower inference.replicas.minimum.",
    check=_check,
)
