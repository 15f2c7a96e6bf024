"""G2: GPU nodes are kept for GPU work, and a site's GPUs do not hang on one capacity market."""

from collections.abc import Iterator, Sequence
from itertools import chain

from rules._capacity import DEFAULT_CAPACITY, blanks, by_site, offers_gpus, reservation
from rules._resource import UNKNOWN, Resource, Value, items, mapping
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._stack import of_type
from rules._types import LAUNCH_TEMPLATE, NODE_GROUP

_TAINT = {"key": "nvidia.com/gpu", "effect": "NO_SCHEDULE"}
_BOTH_MARKETS = frozenset({"ON_DEMAND", "SPOT"})
_RESERVED = "CAPACITY_BLOCK"


def _check(resources: Sequence[Resource]) -> Iterator[Finding]:
    pools = of_type(resources, NODE_GROUP)
    unknown = {pool.urn: list(blanks(pool)) for pool in pools}
    yield from chain.from_iterable(unknown.values())
    groups = [pool for pool in pools if not unknown[pool.urn] and offers_gpus(pool)]
    for group in groups:
        yield from _tainted(group)
    templates = of_type(resources, LAUNCH_TEMPLATE)
    for site, of_site in by_site(groups).items():
        yield from _supplied(site, of_site, templates)


def _tainted(group: Resource) -> Iterator[Finding]:
    taints = items(group.get("taints"))
    if any(_TAINT.items() <= mapping(taint).items() for taint in taints):
        return
    if any(taint is UNKNOWN or UNKNOWN in mapping(taint).values() for taint in taints):
        yield undecided(group, "taints")
        return
    yield failure(group, "GPU nodes without the taint nvidia.com/gpu:NO_SCHEDULE")


def _supplied(site: str, groups: Sequence[Resource], templates: Sequence[Resource]) -> Iterator[Finding]:
    kinds = [group.get("capacityType") or DEFAULT_CAPACITY for group in groups]
    reservations = [reservation(group, templates) for group in groups]
    if set(kinds) >= _BOTH_MARKETS or _RESERVED in kinds or any(map(_is_reserved, reservations)):
        return
    if UNKNOWN in kinds or UNKNOWN in reservations:
        yield undecided(groups[0], "capacityType")
        return
    found = ", ".join(sorted({str(kind) for kind in kinds}))
    yield failure(groups[0], f"site {site} has GPU capacity of one kind, {found}, and no reservation")


def _is_reserved(reservation: Value) -> bool:
    return isinstance(reservation, str)


RULE = StackRule(
    id="G2",
    name="require-gpu-capacity",
    severity=Severity.HIGH,
    what="GPU node groups are tainted, and each site's GPUs are reserved or of two capacity kinds.",
    why=(
        "Untainted GPU nodes fill with other pods, and when one capacity kind runs short a site that has"
        " no other stays down: GPU capacity is the scarcest there is."
    ),
    source="https://docs.aws.amazon.com/eks/latest/userguide/ml-compute-management.html",
    fix=(
        "Add the taint {key: nvidia.com/gpu, value: present, effect: NO_SCHEDULE}, and give the site a"
        " capacity reservation id or both on-demand and spot GPU node groups."
    ),
    check=_check,
)
