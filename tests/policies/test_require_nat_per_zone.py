from dataclasses import replace

from rules._resource import UNKNOWN, Resource, Value
from rules._types import NAT_GATEWAY, ROUTE, ROUTE_TABLE, ROUTE_TABLE_ASSOCIATION, SUBNET

from tests.policies.mutation import Mutation
from tests.policies.samples import linked, resource, said

NAME = "require-nat-per-zone"


def moved(gateway: Resource) -> Resource:
    """Put site a's gateway in site b's public subnet."""
    home = gateway.references["subnetId"][0]
    return replace(gateway, references={"subnetId": (home.replace("llm-prod-a-public", "llm-prod-b-public"),)})


MUTATIONS = (Mutation(NAT_GATEWAY, "llm-prod-a-nat", moved, label="in zone b"),)
TABLE = resource(ROUTE_TABLE, {})


def network(private: Value, public: Value) -> list[Resource]:
    inside = resource(SUBNET, {"availabilityZone": private}, "private")
    home = resource(SUBNET, {"availabilityZone": public}, "public")
    gateway = linked(resource(NAT_GATEWAY, {}), subnetId=home)
    link = linked(resource(ROUTE_TABLE_ASSOCIATION, {}), subnetId=inside, routeTableId=TABLE)
    way = linked(resource(ROUTE, {"natGatewayId": UNKNOWN}), natGatewayId=gateway, routeTableId=TABLE)
    return [inside, home, gateway, TABLE, link, way]


def test_holds_in_one_zone() -> None:
    assert said(NAME, *network("us-east-1a", "us-east-1a")) == []


def test_holds_for_a_gateway_of_the_region() -> None:
    *others, way = network("us-east-1a", "us-east-1b")
    regional = [replace(each, references={}) if each.type == NAT_GATEWAY else each for each in others]
    assert said(NAME, *regional, way) == []


def test_fails_through_another_zone() -> None:
    assert said(NAME, *network("us-east-1a", "us-east-1b")) == [
        ("fail", "leads subnet private of us-east-1a out through a NAT gateway in us-east-1b")
    ]


def test_fails_by_a_route_inside_the_table() -> None:
    inside, home, gateway, table, link, _ = network("us-east-1a", "us-east-1b")
    assert said(NAME, inside, home, gateway, linked(table, routes=gateway), link) == [
        ("fail", "leads subnet private of us-east-1a out through a NAT gateway in us-east-1b")
    ]


def test_undecided_while_a_zone_is_unknown() -> None:
    said_of_it = [("unknown", "availabilityZone is not known before the update")]
    assert said(NAME, *network(UNKNOWN, "us-east-1b")) == said_of_it
    assert said(NAME, *network("us-east-1a", UNKNOWN)) == said_of_it


def test_undecided_while_the_gateway_is_unknown() -> None:
    assert said(NAME, resource(ROUTE, {"natGatewayId": UNKNOWN})) == [
        ("unknown", "natGatewayId is not known before the update")
    ]
