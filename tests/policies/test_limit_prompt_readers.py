import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import NETWORK_POLICY

from tests.policies.mutation import changed
from tests.policies.samples import resource, said

NAME = "limit-prompt-readers"
PROMPTS = ("spec", "ingress", 2)
MUTATIONS = (
    changed(NETWORK_POLICY, "llm-prod-a-gateway", (*PROMPTS, "from"), None),
    changed(NETWORK_POLICY, "llm-prod-b-gateway", (*PROMPTS, "from", 0, "namespaceSelector"), {}),
    changed(NETWORK_POLICY, "llm-dr-c-gateway", ("spec", "ingress", 1, "ports"), None, "dr"),
)
JOB: Value = {"podSelector": {"matchLabels": {"app.kubernetes.io/name": "precompute"}}}
OTHER: Value = {"podSelector": {"matchLabels": {"app.kubernetes.io/name": "exporter"}}}
OPEN = "opens port 8082 of gateways to others than pods of precompute beside them"


def policy(*rules: Value, name: Value = "gateway") -> Resource:
    selector: Value = {"matchLabels": {"app.kubernetes.io/name": name}}
    return resource(NETWORK_POLICY, {"spec": {"podSelector": selector, "ingress": list(rules)}})


def to(port: Value, *peers: Value, **more: Value) -> Value:
    return {"from": list(peers), "ports": [{"port": port, **more}]}


@pytest.mark.parametrize(
    "it",
    [
        policy(to(8082.0, JOB)),
        policy(to(8443.0)),
        policy(to(8082.0, OTHER, protocol="UDP")),
        policy(to(8000.0, OTHER, endPort=8081.0)),
        policy(to(8082.0, OTHER), name="consul"),
        policy(),
        resource(NETWORK_POLICY, {"spec": {"podSelector": {}}}),
    ],
    ids=range(7),
)
def test_holds(it: Resource) -> None:
    assert said(NAME, it) == []


def test_who_reads_and_where_are_settings() -> None:
    assert said(NAME, policy(to(9000.0, OTHER)), readers=("exporter",), prompts_port=9000) == []


@pytest.mark.parametrize(
    "it",
    [
        policy(to(8082.0)),
        policy(to(8082.0, OTHER)),
        policy(to(8082.0, JOB, OTHER)),
        policy(to(8082.0, {**JOB, "namespaceSelector": {}})),
        policy(to(8082.0, {"ipBlock": {"cidr": "10.0.0.0/8"}})),
        policy(to(8000.0, OTHER, endPort=9000.0)),
        policy(to("prompts", OTHER)),
        policy({"from": [OTHER]}),
        policy(to(8082.0, OTHER), name=UNKNOWN),
        resource(NETWORK_POLICY, {"spec": {"podSelector": {}, "ingress": [{}]}}),
    ],
    ids=range(10),
)
def test_fails(it: Resource) -> None:
    assert said(NAME, it) == [("fail", OPEN)]


def test_unknown_is_undecided() -> None:
    assert said(NAME, policy(UNKNOWN)) == [("unknown", "spec.ingress is not known before the update")]
