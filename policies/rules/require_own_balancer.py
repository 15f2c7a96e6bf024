"""T9: a site's way in fails with that site, and with no other."""

from collections.abc import Iterator, Sequence
from typing import Final

from rules._resource import UNKNOWN, Resource, items
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._stack import of_type
from rules._types import CLUSTER, LOAD_BALANCER

_SITE: Final = ("tags", "site")
_CROSS: Final = "enableCrossZoneLoadBalancing"
_ZONES: Final = ("subnets", "subnetMappings")


def _check(resources: Sequence[Resource]) -> Iterator[Finding]:
    balancers = [each for each in of_type(resources, LOAD_BALANCER) if each.get("internal") is not True]
    for balancer in balancers:
        yield from _check_zone(balancer)
    if balancers:
        yield from _check_sites(balancers, of_type(resources, CLUSTER))


def _check_zone(balancer: Resource) -> Iterator[Finding]:
    if balancer.get(_CROSS) is UNKNOWN:
        yield undecided(balancer, _CROSS)
    elif balancer.get(_CROSS) is True:
        yield failure(balancer, f"{_CROSS} is true, so it sends traffic to other zones")
    for key in _ZONES:
        if balancer.get(key) is UNKNOWN:
            yield undecided(balancer, key)
        elif len(items(balancer.get(key))) > 1:
            yield failure(balancer, f"{key} names {len(items(balancer.get(key)))} zones, must be one")


def _check_sites(balancers: Sequence[Resource], clusters: Sequence[Resource]) -> Iterator[Finding]:
    unknown = [each for each in (*balancers, *clusters) if each.get(*_SITE) is UNKNOWN]
    if unknown:
        yield from (undecided(each, *_SITE) for each in unknown)
        return
    served = [each.get(*_SITE) for each in balancers]
    for cluster in clusters:
        if cluster.get(*_SITE) not in served:
            yield failure(cluster, f"site {cluster.get(*_SITE)} has no load balancer of its own")


RULE = StackRule(
    id="T9",
    name="require-own-balancer",
    severity=Severity.HIGH,
    what="Each site has a load balancer of its own, in its zone alone.",
    why=(
        "A balancer over two zones ties sites together: one that is drained or lost takes a part of the other's"
        " connections with it, and no weight can tell them apart."
    ),
    source="https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/availability-zones.html",
    fix="Give each site a network load balancer with its public subnet alone and cross-zone balancing off.",
    check=_check,
)
