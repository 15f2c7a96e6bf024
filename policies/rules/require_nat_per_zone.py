"""N7: no zone's way out leads through another zone."""

from collections.abc import Iterator, Sequence

from rules._resource import UNKNOWN, Resource
from rules._routes import subnets_of
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._stack import of_type, sources
from rules._types import NAT_GATEWAY, ROUTE, ROUTE_TABLE, SUBNET

_ZONE = "availabilityZone"


def _check(resources: Sequence[Resource]) -> Iterator[Finding]:
    gateways, tables = of_type(resources, NAT_GATEWAY), of_type(resources, ROUTE_TABLE)
    for route in of_type(resources, ROUTE):
        found = sources(route, "natGatewayId", gateways)
        if route.get("natGatewayId") is UNKNOWN and not found:
            yield undecided(route, "natGatewayId")
        for table in sources(route, "routeTableId", tables):
            yield from _check_ways(route, table, found, resources)
    for table in tables:
        yield from _check_ways(table, table, sources(table, "routes", gateways), resources)


def _check_ways(
    way: Resource, table: Resource, gateways: Sequence[Resource], resources: Sequence[Resource]
) -> Iterator[Finding]:
    """Yield the findings on a route, or a table by its own; a gateway without a subnet has a part in each zone."""
    for gateway in gateways:
        for home in sources(gateway, "subnetId", of_type(resources, SUBNET)):
            for subnet in subnets_of(table, resources):
                yield from _check_zone(way, subnet, home)


def _check_zone(way: Resource, subnet: Resource, home: Resource) -> Iterator[Finding]:
    unknown = [each for each in (subnet, home) if each.get(_ZONE) is UNKNOWN]
    for each in unknown:
        yield undecided(each, _ZONE)
    zone, away = subnet.get(_ZONE), home.get(_ZONE)
    if not unknown and zone != away:
        yield failure(way, f"leads subnet {subnet.name} of {zone} out through a NAT gateway in {away}")


RULE = StackRule(
    id="N7",
    name="require-nat-per-zone",
    severity=Severity.HIGH,
    what="A subnet's way out is a NAT gateway of its own zone.",
    why="With a shared NAT gateway the loss of its zone takes the way out of every other site with it.",
    source="https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html",
    fix="Give each zone with private subnets a NAT gateway, and route them to that one.",
    check=_check,
)
