import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import DEPLOYMENT

from tests.policies.mutation import changed
from tests.policies.samples import said
from tests.policies.workloads import LABELS, SPEC, workload

NAME = "require-spread"
SPREAD = (*SPEC, "topologySpreadConstraints")
MUTATIONS = (
    changed(DEPLOYMENT, "llm-prod-a-inference", SPREAD, None),
    changed(DEPLOYMENT, "llm-dr-c-inference", (*SPREAD, 0, "labelSelector", "matchLabels"), {"a": "b"}, "dr"),
)


def over(key: Value = "kubernetes.io/hostname", labels: Value = None) -> dict[str, Value]:
    return {"topologyKey": key, "labelSelector": {"matchLabels": dict(LABELS) if labels is None else labels}}


def serving(*constraints: Value, namespace: Value = "business") -> Resource:
    return workload(metadata={"namespace": namespace}, topologySpreadConstraints=list(constraints))


def test_holds() -> None:
    assert said(NAME, serving(over())) == []
    assert said(NAME, serving(over("zone"), over())) == []
    assert said(NAME, serving(namespace="data")) == []


@pytest.mark.parametrize("constraint", [over("zone"), over(labels={"a": "b"}), over(labels={})], ids=range(3))
def test_fails(constraint: Value) -> None:
    message = "no topology spread constraint spreads its pods over kubernetes.io/hostname"
    assert said(NAME, serving(constraint)) == [("fail", message)]


def test_keys_and_namespaces_are_settings() -> None:
    assert said(NAME, serving(over("zone")), topology_keys=("zone",)) == []
    assert len(said(NAME, serving(namespace="data"), namespaces=("data",))) == 1


@pytest.mark.parametrize(
    ("blank", "path"),
    [
        (serving(over(UNKNOWN)), "spec.template.spec.topologySpreadConstraints"),
        (serving(UNKNOWN), "spec.template.spec.topologySpreadConstraints"),
        (serving(namespace=UNKNOWN), "metadata.namespace"),
    ],
    ids=range(3),
)
def test_unknown_is_undecided(blank: Resource, path: str) -> None:
    assert said(NAME, blank) == [("unknown", f"{path} is not known before the update")]
