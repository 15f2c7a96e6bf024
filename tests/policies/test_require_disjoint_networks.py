import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import CLUSTER, ROUTE, VPC

from tests.policies.mutation import changed
from tests.policies.samples import resource, said

NAME = "require-disjoint-networks"
SERVICES = ("kubernetesNetworkConfig", "serviceIpv4Cidr")
MUTATIONS = (
    changed(CLUSTER, "llm-prod-a", SERVICES, "10.20.128.0/20"),
    changed(CLUSTER, "llm-dr-c", SERVICES, "10.20.0.0/16", "dr"),
    changed(VPC, "llm-dr", ("cidrBlock",), "172.16.0.0/16", "dr"),
)


def vpc(cidr: Value, region: str = "here") -> Resource:
    return resource(VPC, {"cidrBlock": cidr}, f"vpc-{cidr}", provider=region)


def services(cidr: Value, region: str = "here") -> Resource:
    return resource(CLUSTER, {"kubernetesNetworkConfig": {"serviceIpv4Cidr": cidr}}, "cluster", provider=region)


def peer(cidr: Value, region: str = "here") -> Resource:
    props: dict[str, Value] = {"destinationCidrBlock": cidr, "vpcPeeringConnectionId": UNKNOWN}
    return resource(ROUTE, props, "route", provider=region)


def test_holds() -> None:
    here = [vpc("10.20.0.0/16"), services("10.100.0.0/16"), services("10.100.0.0/16")]
    assert said(NAME, *here, peer("10.21.0.0/16"), peer("10.21.0.0/16"), peer("10.20.0.0/16", "there")) == []


def test_holds_for_other_routes_and_what_eks_chooses() -> None:
    out = resource(ROUTE, {"destinationCidrBlock": "0.0.0.0/0", "natGatewayId": UNKNOWN}, provider="here")
    assert said(NAME, vpc("10.20.0.0/16"), services(None), out) == []


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (services("10.20.128.0/20"), "its network 10.20.128.0/20 overlaps 10.20.0.0/16 of vpc-10.20.0.0/16"),
        (peer("10.16.0.0/12"), "its network 10.16.0.0/12 overlaps 10.20.0.0/16 of vpc-10.20.0.0/16"),
        (vpc("10.20.0.0/17", "there"), "its network 10.20.0.0/17 overlaps 10.20.0.0/16 of vpc-10.20.0.0/16"),
    ],
    ids=["services", "peer", "vpc"],
)
def test_fails_when_networks_overlap(other: Resource, message: str) -> None:
    assert said(NAME, vpc("10.20.0.0/16"), other) == [("fail", message)]


def test_fails_once_for_services_that_hide_a_peer() -> None:
    assert said(NAME, services("10.21.0.0/16"), peer("10.21.0.0/16"), peer("10.21.0.0/16")) == [
        ("fail", "its network 10.21.0.0/16 overlaps 10.21.0.0/16 of cluster")
    ]


@pytest.mark.parametrize("other", [peer("172.16.0.0/16"), vpc("172.16.0.0/16", "there")], ids=["peer", "vpc"])
def test_fails_on_both_sides(other: Resource) -> None:
    assert said(NAME, vpc("10.20.0.0/16"), other) == [
        ("fail", "its network 172.16.0.0/16 and 10.20.0.0/16 lie on both sides of 128.0.0.0")
    ]


@pytest.mark.parametrize(
    ("unknown", "path"),
    [
        (vpc(UNKNOWN), "cidrBlock"),
        (services(UNKNOWN), "kubernetesNetworkConfig.serviceIpv4Cidr"),
        (peer(UNKNOWN), "destinationCidrBlock"),
    ],
    ids=["vpc", "services", "peer"],
)
def test_undecided_while_unknown(unknown: Resource, path: str) -> None:
    assert said(NAME, vpc("10.20.0.0/16"), unknown) == [("unknown", f"{path} is not known before the update")]
