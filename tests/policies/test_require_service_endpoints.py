from dataclasses import replace

import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import NODE_GROUP, SUBNET, VPC, VPC_ENDPOINT

from tests.policies.mutation import Mutation, changed, removed
from tests.policies.samples import linked, resource, said

NAME = "require-service-endpoints"


def of_one_zone(endpoint: Resource) -> Resource:
    return replace(endpoint, references={**endpoint.references, "subnetIds": endpoint.references["subnetIds"][:1]})


MUTATIONS = (
    removed(VPC_ENDPOINT, "llm-prod-sts"),
    changed(VPC_ENDPOINT, "llm-dr-ecr-api", ("privateDnsEnabled",), value=False, stack="dr"),
    Mutation(VPC_ENDPOINT, "llm-prod-ec2", of_one_zone, label="in one zone"),
)
HOME = resource(VPC, {}, "vpc")


def subnet(zone: Value) -> Resource:
    return linked(resource(SUBNET, {"availabilityZone": zone}, f"subnet-{zone}"), vpcId=HOME)


A, B = subnet("us-east-1a"), subnet("us-east-1b")
NODES = linked(resource(NODE_GROUP, {}), subnetIds=A)
NETWORK = (HOME, A, B, NODES)


def endpoint(place: Resource = A, **changes: Value) -> Resource:
    props: dict[str, Value] = {
        "serviceName": "com.amazonaws.us-east-1.sts",
        "vpcEndpointType": "Interface",
        "privateDnsEnabled": True,
    }
    return linked(resource(VPC_ENDPOINT, props | changes), vpcId=HOME, subnetIds=place)


def test_holds() -> None:
    gateway = endpoint(vpcEndpointType="Gateway", serviceName="com.amazonaws.us-east-1.s3", privateDnsEnabled=None)
    assert said(NAME, *NETWORK, endpoint(), gateway, services=("sts",)) == []


def test_holds_for_a_vpc_without_nodes() -> None:
    assert said(NAME, HOME, A) == []


def test_fails_without_one() -> None:
    assert said(NAME, *NETWORK, endpoint(), services=("ecr.api", "sts", "ts")) == [
        ("fail", "has nodes and no interface endpoint of ecr.api, ts")
    ]


@pytest.mark.parametrize("private", [None, False])
def test_fails_without_private_dns(private: Value) -> None:
    assert said(NAME, *NETWORK, endpoint(privateDnsEnabled=private), services=("sts",)) == [
        ("fail", "privateDnsEnabled is not true")
    ]


def test_fails_in_another_zone() -> None:
    assert said(NAME, *NETWORK, endpoint(B), services=("sts",)) == [("fail", "is not in us-east-1a, where nodes are")]


@pytest.mark.parametrize("key", ["serviceName", "privateDnsEnabled"])
def test_undecided_while_unknown(key: str) -> None:
    assert said(NAME, *NETWORK, endpoint(A, **{key: UNKNOWN}), services=("sts",)) == [
        ("unknown", f"{key} is not known before the update")
    ]


def test_undecided_while_a_zone_is_unknown() -> None:
    somewhere = subnet(UNKNOWN)
    assert said(NAME, *NETWORK, somewhere, endpoint(somewhere), services=("sts",)) == [
        ("unknown", "availabilityZone is not known before the update")
    ]
