from dataclasses import replace

import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import AUTOSCALER, DISRUPTION_BUDGET, SCALED_OBJECT

from tests.policies.mutation import changed, removed
from tests.policies.samples import resource, said

NAME = "require-spare-replicas"
MUTATIONS = (
    changed(SCALED_OBJECT, "llm-prod-a-inference", ("spec", "minReplicaCount"), 1, also=("require-planned-capacity",)),
    changed(AUTOSCALER, "llm-prod-a-gateway", ("spec", "minReplicas"), 1),
    changed(DISRUPTION_BUDGET, "llm-prod-a-inference", ("spec", "maxUnavailable"), 0),
    removed(DISRUPTION_BUDGET, "llm-prod-b-inference"),
)
LABELS: dict[str, Value] = {"app.kubernetes.io/name": "inference"}


def deployment(namespace: Value = "business", **spec: Value) -> Resource:
    props: dict[str, Value] = {
        "metadata": {"name": "inference", "namespace": namespace},
        "spec": {"template": {"metadata": {"labels": {**LABELS, "tier": "gpu"}}}, **spec},
    }
    return resource("kubernetes:apps/v1:Deployment", props, "a-inference", provider="a")


def scaler(minimum: Value, target: Value = "inference") -> Resource:
    props: dict[str, Value] = {
        "metadata": {"namespace": "business"},
        "spec": {"scaleTargetRef": {"name": target}, "minReplicas": minimum},
    }
    return resource(AUTOSCALER, props, "a-scaler", provider="a")


def scaled(minimum: Value) -> Resource:
    spec: Value = {"scaleTargetRef": {"name": "inference"}, "minReplicaCount": minimum}
    return resource(SCALED_OBJECT, {"metadata": {"namespace": "business"}, "spec": spec}, "a-scaler", provider="a")


def budget(labels: Value = None, **spec: Value) -> Resource:
    selector: Value = {"matchLabels": labels or dict(LABELS)}
    props: dict[str, Value] = {
        "metadata": {"namespace": "business"},
        "spec": {"selector": selector, **(spec or {"maxUnavailable": 1.0})},
    }
    token = "kubernetes:policy/v1:PodDisruptionBudget"
    return resource(token, props, "a-budget", provider="a")


@pytest.mark.parametrize(
    "resources",
    [
        [deployment(), scaler(2.0), budget()],
        [deployment(), scaled(2.0), budget()],
        [deployment(replicas=3.0), budget()],
        [deployment(), scaler(3), budget(minAvailable=2)],
        [deployment(), scaler(3), budget(minAvailable="50%")],
        [deployment(), scaler(2), budget(maxUnavailable="25%")],
        [deployment("kube-system")],
    ],
    ids=range(7),
)
def test_holds(resources: list[Resource]) -> None:
    assert said(NAME, *resources) == []


@pytest.mark.parametrize(
    ("resources", "message"),
    [
        (
            [deployment(), scaler(1.0), budget()],
            "a-scaler keeps spec.minReplicas at 1, must be at least 2",
        ),
        (
            [deployment(), scaled(1.0), budget()],
            "a-scaler keeps spec.minReplicaCount at 1, must be at least 2",
        ),
        (
            [deployment(), scaled(None), budget()],
            "a-scaler keeps spec.minReplicaCount at 0, must be at least 2",
        ),
        ([deployment(), budget()], "a-inference keeps spec.replicas at 1, must be at least 2"),
        (
            [deployment(), scaler(4, "other"), budget()],
            "a-inference keeps spec.replicas at 1, must be at least 2",
        ),
        ([deployment(), scaler(2)], "no PodDisruptionBudget selects its pods"),
        (
            [deployment(), scaler(2), budget({"app.kubernetes.io/name": "gateway"})],
            "no PodDisruptionBudget selects its pods",
        ),
        (
            [deployment(), scaler(2), replace(budget(), provider="b")],
            "no PodDisruptionBudget selects its pods",
        ),
        (
            [deployment(), scaler(2), budget(maxUnavailable=0)],
            "maxUnavailable 0 never lets a pod be evicted",
        ),
        (
            [deployment(), scaler(2), budget(minAvailable=2.0)],
            "minAvailable 2 never lets a pod be evicted",
        ),
        (
            [deployment(), scaler(2), budget(minAvailable="51%")],
            "minAvailable 51% never lets a pod be evicted",
        ),
    ],
    ids=range(11),
)
def test_fails(resources: list[Resource], message: str) -> None:
    assert said(NAME, *resources) == [("fail", message)]


def test_fails_below_the_replicas_that_a_stack_asks_for_in_its_namespaces() -> None:
    resources = [deployment("agents"), scaler(2), budget()]
    assert said(NAME, *resources) == []
    assert said(NAME, *resources, namespaces=("agents",), min_replicas=3) == [
        ("fail", "a-inference keeps spec.replicas at 1, must be at least 3"),
        ("fail", "no PodDisruptionBudget selects its pods"),
    ]


@pytest.mark.parametrize(
    ("resources", "path"),
    [
        ([deployment(UNKNOWN), scaler(2), budget()], "metadata.namespace"),
        ([deployment(), scaler(2, UNKNOWN), budget()], "spec.scaleTargetRef.name"),
        ([deployment(), scaler(2), budget({"app": UNKNOWN})], "spec.selector.matchLabels"),
        ([deployment(), scaler(2), budget(maxUnavailable=UNKNOWN)], "spec"),
    ],
    ids=range(4),
)
def test_undecided_while_unknown(resources: list[Resource], path: str) -> None:
    assert said(NAME, *resources) == [("unknown", f"{path} is not known before the update")]


def test_undecided_while_the_count_is_unknown() -> None:
    assert said(NAME, deployment(), scaler(UNKNOWN), budget(minAvailable=1)) == [
        ("unknown", "spec.minReplicas is not known before the update"),
        ("unknown", "spec is not known before the update"),
    ]
