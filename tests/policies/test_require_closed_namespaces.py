import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import NAMESPACE, NETWORK_POLICY

from tests.policies.mutation import changed, removed
from tests.policies.samples import resource, said

NAME = "require-closed-namespaces"
MUTATIONS = (
    removed(NETWORK_POLICY, "llm-prod-a-business-closed"),
    removed(NETWORK_POLICY, "llm-prod-b-data-dns"),
    changed(NETWORK_POLICY, "llm-prod-a-data-closed", ("spec", "policyTypes"), ["Ingress"]),
    changed(NETWORK_POLICY, "llm-dr-c-business-closed", ("spec", "podSelector"), {"matchLabels": {"a": "b"}}, "dr"),
)
DNS: Value = [{"ports": [{"protocol": "UDP", "port": 53.0}, {"protocol": "TCP", "port": 53.0}]}]
BOTH: Value = ["Ingress", "Egress"]
OPEN = "no NetworkPolicy closes it both ways for all pods"
DEAF = "no NetworkPolicy lets all its pods ask DNS over UDP and TCP"


def namespace(name: Value = "data") -> Resource:
    return resource(NAMESPACE, {"metadata": {"name": name}}, provider="a")


def policy(place: Value = "data", **spec: Value) -> Resource:
    props: dict[str, Value] = {"metadata": {"namespace": place}, "spec": {"podSelector": {}, **spec}}
    return resource(NETWORK_POLICY, props, provider="a")


CLOSED, NAMES = policy(policyTypes=BOTH), policy(policyTypes=["Egress"], egress=DNS)


def test_holds() -> None:
    assert said(NAME, namespace(), CLOSED, NAMES) == []


@pytest.mark.parametrize(
    ("policies", "messages"),
    [
        ([], [OPEN, DEAF]),
        ([CLOSED], [DEAF]),
        ([NAMES], [OPEN]),
        ([policy(policyTypes=["Ingress"]), NAMES], [OPEN]),
        ([policy(policyTypes=BOTH, ingress=[{}]), NAMES], [OPEN]),
        ([policy(policyTypes=BOTH, podSelector={"matchLabels": {"a": "b"}}), NAMES], [OPEN]),
        ([policy("business", policyTypes=BOTH), NAMES], [OPEN]),
        ([CLOSED, policy(egress=[{"ports": [{"protocol": "UDP", "port": 53.0}]}])], [DEAF]),
    ],
    ids=range(8),
)
def test_fails(policies: list[Resource], messages: list[str]) -> None:
    assert said(NAME, namespace(), *policies) == [("fail", each) for each in messages]


@pytest.mark.parametrize(
    "policies",
    [
        [policy(policyTypes=UNKNOWN), NAMES],
        [policy(UNKNOWN, policyTypes=BOTH), NAMES],
        [CLOSED, policy(egress=UNKNOWN)],
    ],
    ids=range(3),
)
def test_unknown_is_undecided(policies: list[Resource]) -> None:
    found = said(NAME, namespace(), *policies)
    assert found == [("unknown", "spec is not known before the update")]
