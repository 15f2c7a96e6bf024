import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import INGRESS_RULE, SECURITY_GROUP, SECURITY_GROUP_RULE

from tests.policies.mutation import changed
from tests.policies.samples import resource, said

NAME = "forbid-open-ingress"
MUTATIONS = (
    changed(INGRESS_RULE, "llm-prod-a-balancer", ("toPort",), 8443),
    changed(INGRESS_RULE, "llm-prod-endpoints", ("cidrIpv4",), "0.0.0.0/0"),
    changed(INGRESS_RULE, "llm-dr-peering-there", ("cidrIpv6",), "::/0", "dr"),
    changed(SECURITY_GROUP, "llm-dr-endpoints", ("ingress",), [{"cidrBlocks": ["0.0.0.0/1", "128.0.0.0/1"]}], "dr"),
)


def each_way(cidrs: Value) -> list[Resource]:
    return [
        resource(SECURITY_GROUP, {"ingress": [{"securityGroups": ["sg-1"]}, {"cidrBlocks": cidrs}]}),
        resource(SECURITY_GROUP_RULE, {"type": "ingress", "cidrBlocks": cidrs}),
    ]


def test_holds() -> None:
    assert said(NAME, *each_way(["10.0.0.0/8", "203.0.113.0/24"]), *each_way(None)) == []
    assert said(NAME, resource(INGRESS_RULE, {"cidrIpv4": "10.0.0.0/8", "cidrIpv6": "2001:db8::/32"})) == []
    assert said(NAME, resource(INGRESS_RULE, {"referencedSecurityGroupId": UNKNOWN})) == []


def test_holds_for_the_way_out() -> None:
    anywhere: Value = ["0.0.0.0/0"]
    assert said(NAME, resource(SECURITY_GROUP_RULE, {"type": "egress", "cidrBlocks": anywhere})) == []
    assert said(NAME, resource(SECURITY_GROUP, {"egress": [{"cidrBlocks": anywhere}]})) == []


@pytest.mark.parametrize("cidrs", [["0.0.0.0/0"], ["10.0.0.0/8", "0.0.0.0/0"], ["0.0.0.0/1", "128.0.0.0/1"]], ids=str)
def test_fails_when_open_to_all(cidrs: Value) -> None:
    assert said(NAME, *each_way(cidrs)) == [("fail", "lets in 0.0.0.0/0")] * 2


def _door(name: str, port: Value, protocol: Value = "tcp") -> Resource:
    ports: dict[str, Value] = {"fromPort": port, "toPort": 443, "ipProtocol": protocol, "cidrIpv4": "0.0.0.0/0"}
    return resource(INGRESS_RULE, ports, name=name)


def test_only_a_balancers_own_port_may_be_open() -> None:
    assert said(NAME, _door("llm-prod-a-balancer", 443)) == []
    for shut in (
        _door("llm-prod-endpoints", 443),
        _door("llm-prod-a-balancer", 80),
        _door("llm-prod-a-balancer", 443, "udp"),
        _door("llm-prod-a-balancer", 443, UNKNOWN),
    ):
        assert said(NAME, shut) == [("fail", "lets in 0.0.0.0/0")]


def test_fails_in_the_other_family_and_the_other_type() -> None:
    v6 = resource(SECURITY_GROUP, {"ingress": [{"ipv6CidrBlocks": ["::/0"]}]})
    assert said(NAME, v6, resource(INGRESS_RULE, {"cidrIpv6": "::/0"})) == [("fail", "lets in ::/0")] * 2
    assert said(NAME, resource(INGRESS_RULE, {"cidrIpv4": "0.0.0.0/0"})) == [("fail", "lets in 0.0.0.0/0")]


@pytest.mark.parametrize("cidrs", [UNKNOWN, ["10.0.0.0/8", UNKNOWN]], ids=str)
def test_undecided_while_unknown(cidrs: Value) -> None:
    assert said(NAME, *each_way(cidrs)) == [
        ("unknown", "ingress.cidrBlocks is not known before the update"),
        ("unknown", "cidrBlocks is not known before the update"),
    ]
    assert said(NAME, resource(INGRESS_RULE, {"cidrIpv4": UNKNOWN})) == [
        ("unknown", "cidrIpv4 is not known before the update")
    ]


def test_undecided_while_all_rules_of_a_group_are_unknown() -> None:
    assert said(NAME, resource(SECURITY_GROUP, {"ingress": UNKNOWN})) == [
        ("unknown", "ingress.cidrBlocks is not known before the update"),
        ("unknown", "ingress.ipv6CidrBlocks is not known before the update"),
    ]
