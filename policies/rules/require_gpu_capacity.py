"""G2: GPU nodes are kept for GPU work, and a site's GPUs do not hang on one capacity market."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from rules._resource import UNKNOWN, Resource, Value, is_known, items, mapping, strings
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._stack import of_type, sources
from rules._types import LAUNCH_TEMPLATE, NODE_GROUP

# P and G are the accelerated families whose nodes offer nvidia.com/gpu:
# https://docs.aws.amazon.com/dlami/latest/devguide/gpu.html
_GPU_FAMILY = re.compile(r"[pg]\d")
_TAINT = {"key": "nvidia.com/gpu", "effect": "NO_SCHEDULE"}
_DEFAULT_CAPACITY = "ON_DEMAND"
_BOTH_MARKETS = frozenset({"ON_DEMAND", "SPOT"})
_RESERVED = "CAPACITY_BLOCK"


def _check(resources: Sequence[Resource]) -> Iterator[Finding]:
    pools = of_type(resources, NODE_GROUP)
    blanks = {pool.urn: list(_blanks(pool)) for pool in pools}
    yield from chain.from_iterable(blanks.values())
    groups = [pool for pool in pools if not blanks[pool.urn] and _offers_gpus(pool)]
    for group in groups:
        yield from _tainted(group)
    templates = of_type(resources, LAUNCH_TEMPLATE)
    for site, of_site in _by_site(groups).items():
        yield from _supplied(site, of_site, templates)


def _blanks(pool: Resource) -> Iterator[Finding]:
    """Yield what is unknown of that which tells whether a group has GPUs, and in which site."""
    for path in (("amiType",), ("instanceTypes",), ("tags", "site")):
        if not is_known(pool.get(*path)):
            yield undecided(pool, *path)


def _offers_gpus(pool: Resource) -> bool:
    kinds = strings(pool.get("instanceTypes"))
    return "NVIDIA" in str(pool.get("amiType")) or any(map(_GPU_FAMILY.match, kinds))


def _tainted(group: Resource) -> Iterator[Finding]:
    taints = items(group.get("taints"))
    if any(_TAINT.items() <= mapping(taint).items() for taint in taints):
        return
    if any(taint is UNKNOWN or UNKNOWN in mapping(taint).values() for taint in taints):
        yield undecided(group, "taints")
        return
    yield failure(group, "GPU nodes without the taint nvidia.com/gpu:NO_SCHEDULE")


def _by_site(groups: Sequence[Resource]) -> Mapping[str, list[Resource]]:
    sites: dict[str, list[Resource]] = defaultdict(list)
    for group in groups:
        sites[str(group.get("tags", "site") or group.get("clusterName"))].append(group)
    return sites


def _supplied(site: str, groups: Sequence[Resource], templates: Sequence[Resource]) -> Iterator[Finding]:
    kinds = [group.get("capacityType") or _DEFAULT_CAPACITY for group in groups]
    reservations = [_reservation(group, templates) for group in groups]
    if set(kinds) >= _BOTH_MARKETS or _RESERVED in kinds or any(map(_is_reserved, reservations)):
        return
    if UNKNOWN in kinds or UNKNOWN in reservations:
        yield undecided(groups[0], "capacityType")
        return
    found = ", ".join(sorted({str(kind) for kind in kinds}))
    yield failure(groups[0], f"site {site} has GPU capacity of one kind, {found}, and no reservation")


def _reservation(group: Resource, templates: Sequence[Resource]) -> Value:
    """Return the id of the capacity reservation that the group's launch template targets."""
    found = [template.get(*_TARGET) for template in sources(group, "launchTemplate", templates)]
    return found[0] if found else None


_TARGET = (
    "capacityReservationSpecification",
    "capacityReservationTarget",
    "capacityReservationId",
)


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
