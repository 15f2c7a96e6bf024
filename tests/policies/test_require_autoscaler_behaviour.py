import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import AUTOSCALER, SCALED_OBJECT

from tests.policies.mutation import changed
from tests.policies.samples import resource, said

NAME = "require-autoscaler-behaviour"
WAIT = ("scaleDown", "stabilizationWindowSeconds")
CONFIG = ("spec", "advanced", "horizontalPodAutoscalerConfig")
MUTATIONS = (
    changed(AUTOSCALER, "llm-prod-a-gateway", ("spec", "behavior", *WAIT), 60),
    changed(AUTOSCALER, "llm-prod-b-gateway", ("spec", "metrics"), []),
    changed(AUTOSCALER, "llm-prod-a-gateway", ("spec", "behavior", "scaleUp"), None),
    changed(SCALED_OBJECT, "llm-prod-a-inference", (*CONFIG, "behavior", *WAIT), 60),
    changed(SCALED_OBJECT, "llm-prod-b-inference", ("spec", "triggers"), []),
    changed(SCALED_OBJECT, "llm-prod-a-inference", (*CONFIG, "behavior"), None),
    changed(
        SCALED_OBJECT,
        "llm-dr-c-inference",
        ("spec", "maxReplicaCount"),
        2,
        "dr",
        also=("require-planned-capacity",),
    ),
)
WAY: dict[str, Value] = {"policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}]}


def scaler(window: Value = 300.0, up: Value = None, **spec: Value) -> Resource:
    behavior: Value = {"scaleUp": WAY if up is None else up, "scaleDown": {**WAY, "stabilizationWindowSeconds": window}}
    sound: dict[str, Value] = {"minReplicas": 2.0, "maxReplicas": 6.0, "metrics": [{"type": "Resource"}]}
    return resource(AUTOSCALER, {"spec": {**sound, "behavior": behavior, **spec}})


def scaled(window: Value = 300.0, **spec: Value) -> Resource:
    behavior: Value = {"scaleUp": WAY, "scaleDown": {**WAY, "stabilizationWindowSeconds": window}}
    sound: dict[str, Value] = {"minReplicaCount": 2.0, "maxReplicaCount": 6.0, "triggers": [{"type": "cpu"}]}
    advanced: Value = {"horizontalPodAutoscalerConfig": {"behavior": behavior}}
    return resource(SCALED_OBJECT, {"spec": {**sound, "advanced": advanced, **spec}})


@pytest.mark.parametrize("sound", [scaler(), scaled(), scaled(maxReplicaCount=None)], ids=range(3))
def test_holds(sound: Resource) -> None:
    assert said(NAME, sound) == []


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (scaler(299.0), "behavior.scaleDown.stabilizationWindowSeconds is 299, must be at least 300"),
        (scaler(None), "behavior.scaleDown.stabilizationWindowSeconds is not set, must be at least 300"),
        (scaler(up={"policies": []}), "behavior.scaleUp has no policies, so nothing says how fast it goes"),
        (scaler(metrics=[]), "spec.metrics is empty: it follows nothing"),
        (scaler(maxReplicas=2.0), "maxReplicas 2 leaves no room above minReplicas 2"),
        (scaler(minReplicas=None, maxReplicas=1.0), "maxReplicas 1 leaves no room above minReplicas 1"),
        (scaled(299.0), "behavior.scaleDown.stabilizationWindowSeconds is 299, must be at least 300"),
        (scaled(triggers=[]), "spec.triggers is empty: it follows nothing"),
        (scaled(maxReplicaCount=2.0), "maxReplicaCount 2 leaves no room above minReplicaCount 2"),
        (
            scaled(minReplicaCount=100.0, maxReplicaCount=None),
            "maxReplicaCount 100 leaves no room above minReplicaCount 100",
        ),
    ],
    ids=range(10),
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
        (scaled(UNKNOWN), "spec.advanced.horizontalPodAutoscalerConfig.behavior.scaleDown.stabilizationWindowSeconds"),
        (scaled(triggers=UNKNOWN), "spec.triggers"),
        (scaled(maxReplicaCount=UNKNOWN), "spec.maxReplicaCount"),
    ],
    ids=range(7),
)
def test_unknown_is_undecided(blank: Resource, path: str) -> None:
    assert said(NAME, blank) == [("unknown", f"{path} is not known before the update")]
