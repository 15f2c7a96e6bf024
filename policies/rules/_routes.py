"""Which route tables a subnet follows, and the other way round."""

from collections.abc import Sequence

from rules._resource import Resource
from rules._stack import of_type, sources, users
from rules._types import ROUTE, ROUTE_TABLE, ROUTE_TABLE_ASSOCIATION, SUBNET


def tables_of(subnet: Resource, resources: Sequence[Resource]) -> list[Resource]:
    """Return the route tables that `subnet` is associated with."""
    links = users(subnet, "subnetId", of_type(resources, ROUTE_TABLE_ASSOCIATION))
    tables = of_type(resources, ROUTE_TABLE)
    return [table for link in links for table in sources(link, "routeTableId", tables)]


def subnets_of(table: Resource, resources: Sequence[Resource]) -> list[Resource]:
    """Return the subnets that follow `table`."""
    links = users(table, "routeTableId", of_type(resources, ROUTE_TABLE_ASSOCIATION))
    subnets = of_type(resources, SUBNET)
    return [subnet for link in links for subnet in sources(link, "subnetId", subnets)]


def routes_of(table: Resource, resources: Sequence[Resource]) -> list[Resource]:
    """Return the routes that are resources of their own."""
    return users(table, "routeTableId", of_type(resources, ROUTE))
