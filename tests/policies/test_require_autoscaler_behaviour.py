import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import AUTOSCALER

from tests.policies.mutation import changed
from tests.policies.samples import resource, said

NAME = "require-autoscaler-behaviour"
DOWN = ("spec", "behavior", "scaleDown")
MUTATIONS = (
    changed(AUTOSCALER, "llm-prod-a-inference", (*DOWN, "stabilizationWindowSeconds"), 60),
    changed(AUTOSCALER, "llm-prod-b-inference", ("spec", "metrics"), []),
    changed(AUTOSCALER, "llm-prod-a-inference", ("spec", "behavior", "scaleUp"), None),
    changed(AUTOSCALER, "llm-dr-c-inference", ("spec", "maxReplicas"), 2, "dr"),
)
WAY: dict[str, Value] = {"policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}]}


def scaler(window: Value = 300.0, up: Value = None, **spec: Value) -> Resource:
    behavior: Value = {"scaleUp": WAY if up is None else up, "scaleDown": {**WAY, "stabilizationWindowSeconds": window}}
    sound: dict[str, Value] = {"minReplicas": 2.0, "maxReplicas": 6.0, "metrics": [{"type": "Resource"}]}
    return resource(AUTOSCALER, {"spec": {**sound, "behavior": behavior, **spec}})


def test_holds() -> None:
    assert said(NAME, scaler()) == []


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (scaler(299.0), "behavior.scaleDown.stabilizationWindowSeconds is 299, must be at least 300"),
        (scaler(None), "behavior.scaleDown.stabilizationWindowSeconds is not set, must be at least 300"),
        (scaler(up={"policies": []}), "behavior.scaleUp has no policies, so nothing says how fast it goes"),
        (scaler(metrics=[]), "has no metric"),
        (scaler(maxReplicas=2.0), "maxReplicas 2 leaves no room above minReplicas 2"),
        (scaler(minReplicas=None, maxReplicas=1.0), "maxReplicas 1 leaves no room above minReplicas 1"),
    ],
    ids=range(6),
)
def test_fails(broken: Resource, message: str) -> None:
    assert said(NAME, broken) == [("fail", message)]


def test_the_wait_is_a_setting() -> None:
    assert said(NAME, scaler(120.0), scale_down_seconds=120) == []


@pytest.mark.parametrize(
    ("blank", "path"),
    [
        (scaler(UNKNOWN), "spec.behavior.scaleDown.stabilizationWindowSeconds"),
        (scaler(up=UNKNOWN), "spec.behavior.scaleUp.policies"),
        (scaler(metrics=UNKNOWN), "spec.metrics"),
        (scaler(minReplicas=UNKNOWN), "spec.minReplicas"),
    ],
    ids=range(4),
)
def test_unknown_is_undecided(blank: Resource, path: str) -> None:
    assert said(NAME, blank) == [("unknown", f"{path} is not known before the update")]
