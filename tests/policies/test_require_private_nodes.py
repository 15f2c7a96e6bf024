from dataclasses import replace

from rules._resource import UNKNOWN, Resource, Value
from rules._types import INTERNET_GATEWAY, NODE_GROUP, ROUTE, ROUTE_TABLE, ROUTE_TABLE_ASSOCIATION, SUBNET

from tests.policies.mutation import changed
from tests.policies.samples import linked, resource, said

NAME = "require-private-nodes"
MUTATIONS = (
    changed(ROUTE, "llm-prod-a-private", ("gatewayId",), "igw-0123456789abcdef0"),
    changed(ROUTE_TABLE, "llm-dr-c-private", ("routes",), [{"gatewayId": "igw-0123456789abcdef0"}], "dr"),
)
SUBNET_OF_NODES = resource(SUBNET, {}, "private")
TABLE = resource(ROUTE_TABLE, {}, "table")
GATEWAY = resource(INTERNET_GATEWAY, {})
NODES = linked(resource(NODE_GROUP, {"subnetIds": [UNKNOWN]}), subnetIds=SUBNET_OF_NODES)
LINK = linked(resource(ROUTE_TABLE_ASSOCIATION, {}), subnetId=SUBNET_OF_NODES, routeTableId=TABLE)
NETWORK = (SUBNET_OF_NODES, TABLE, GATEWAY, NODES, LINK)
PUBLIC = [("fail", "its nodes are in subnet private, which has a route to an internet gateway")]


def route(gateway: Value = None, **targets: Resource) -> Resource:
    return linked(resource(ROUTE, {"gatewayId": gateway}), routeTableId=TABLE, **targets)


def test_holds() -> None:
    assert said(NAME, *NETWORK, route(), route("local")) == []


def test_holds_for_the_tables_of_others() -> None:
    other = linked(resource(ROUTE, {"gatewayId": UNKNOWN}), gatewayId=GATEWAY)
    assert said(NAME, *NETWORK, other) == []


def test_fails_with_a_route_to_a_gateway() -> None:
    assert said(NAME, *NETWORK, route(UNKNOWN, gatewayId=GATEWAY)) == PUBLIC
    assert said(NAME, *NETWORK, route("igw-0123")) == PUBLIC


def test_fails_with_a_route_inside_the_table() -> None:
    table = linked(replace(TABLE, props={"routes": [{"gatewayId": UNKNOWN}]}), routes=GATEWAY)
    assert said(NAME, SUBNET_OF_NODES, table, GATEWAY, NODES, LINK) == PUBLIC


def test_undecided_while_a_gateway_is_unknown() -> None:
    assert said(NAME, *NETWORK, route(UNKNOWN)) == [("unknown", "gatewayId is not known before the update")]


def test_undecided_while_its_subnets_are_unknown() -> None:
    assert said(NAME, resource(NODE_GROUP, {"subnetIds": UNKNOWN})) == [
        ("unknown", "subnetIds is not known before the update")
    ]
