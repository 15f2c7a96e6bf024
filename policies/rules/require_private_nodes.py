"""E11: no node stands where the internet has a way in."""

from collections.abc import Iterator, Sequence
from itertools import chain

from rules._resource import UNKNOWN, Resource, dig, items
from rules._routes import routes_of, tables_of
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._stack import of_type, sources
from rules._types import INTERNET_GATEWAY, NODE_GROUP, SUBNET

_GATEWAY = "gatewayId"


def _check(resources: Sequence[Resource]) -> Iterator[Finding]:
    subnets = of_type(resources, SUBNET)
    for group in of_type(resources, NODE_GROUP):
        found = sources(group, "subnetIds", subnets)
        if group.get("subnetIds") is UNKNOWN and not found:
            yield undecided(group, "subnetIds")
        for subnet in found:
            yield from _check_subnet(group, subnet, resources)


def _check_subnet(group: Resource, subnet: Resource, resources: Sequence[Resource]) -> Iterator[Finding]:
    tables = tables_of(subnet, resources)
    ways = [*chain.from_iterable(routes_of(table, resources) for table in tables), *tables]
    if any(_is_public(way, resources) for way in ways):
        yield failure(group, f"its nodes are in subnet {subnet.name}, which has a route to an internet gateway")
        return
    for way in ways:
        if UNKNOWN in _gateways(way) and not way.references.get(_GATEWAY):
            yield undecided(way, _GATEWAY)


def _is_public(way: Resource, resources: Sequence[Resource]) -> bool:
    """Tell whether a route, or a table by routes of its own, leads to an internet gateway."""
    gateways = of_type(resources, INTERNET_GATEWAY)
    named = any(isinstance(each, str) and each.startswith("igw-") for each in _gateways(way))
    return named or any(sources(way, key, gateways) for key in (_GATEWAY, "routes"))


def _gateways(way: Resource) -> list[object]:
    return [way.get(_GATEWAY), *(dig(route, _GATEWAY) for route in items(way.get("routes")))]


RULE = StackRule(
    id="E11",
    name="require-private-nodes",
    severity=Severity.HIGH,
    what="Node groups are in subnets that have no route to an internet gateway.",
    why=(
        "In a public subnet a node port, a host port or a public address is all that stands between the internet and a"
        " node with the model on it."
    ),
    source="https://docs.aws.amazon.com/eks/latest/best-practices/subnets.html",
    fix="Give the node group the site's private subnet, whose way out is the NAT gateway of its zone.",
    check=_check,
)
