import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import SCALED_OBJECT

from tests.policies.mutation import changed
from tests.policies.samples import resource, said

NAME = "require-held-replicas"
TRIGGER = ("spec", "triggers", 1, "metadata", "ignoreNullValues")
MUTATIONS = (
    changed(SCALED_OBJECT, "llm-prod-a-inference", ("spec", "fallback"), None),
    changed(SCALED_OBJECT, "llm-prod-b-inference", ("spec", "fallback", "behavior"), "static"),
    changed(SCALED_OBJECT, "llm-dr-c-inference", ("spec", "fallback", "behavior"), None, "dr"),
    changed(SCALED_OBJECT, "llm-prod-a-inference", TRIGGER, "true"),
)
CPU: Value = {"type": "cpu", "metadata": {"value": "70"}}
HOLD: Value = {"failureThreshold": 3.0, "replicas": 3.0, "behavior": "currentReplicasIfHigher"}


def asked(**metadata: Value) -> Value:
    return {"type": "prometheus", "name": "waiting", "metadata": {"ignoreNullValues": "false", **metadata}}


def scaled(*triggers: Value, fallback: Value = HOLD) -> Resource:
    return resource(SCALED_OBJECT, {"spec": {"minReplicaCount": 2.0, "triggers": list(triggers), "fallback": fallback}})


@pytest.mark.parametrize(
    "sound",
    [
        scaled(CPU, asked()),
        scaled(asked(), fallback={"behavior": "currentReplicas", "replicas": 2.0}),
        # KEDA refuses a fallback beside triggers that have none.
        scaled(CPU, fallback=None),
        scaled({"type": "aws-sqs-queue", "metadata": {}}),
    ],
    ids=range(4),
)
def test_holds(sound: Resource) -> None:
    assert said(NAME, sound) == []


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (scaled(CPU, asked(), fallback=None), "has no fallback"),
        (
            scaled(asked(), fallback={"replicas": 6.0}),
            "fallback.behavior is not set, must be currentReplicasIfHigher or currentReplicas",
        ),
        (
            scaled(asked(), fallback={"behavior": "currentReplicasIfLower"}),
            "fallback.behavior is currentReplicasIfLower, must be currentReplicasIfHigher or currentReplicas",
        ),
        (
            scaled(asked(ignoreNullValues=None)),
            'trigger waiting takes no answer for a load of 0; set its ignoreNullValues to "false"',
        ),
    ],
    ids=range(4),
)
def test_fails(broken: Resource, message: str) -> None:
    assert said(NAME, broken) == [("fail", message)]


@pytest.mark.parametrize(
    ("blank", "path"),
    [
        (scaled(UNKNOWN), "spec.triggers"),
        (scaled(asked(query=UNKNOWN)), "spec.triggers"),
        (scaled(asked(), fallback=UNKNOWN), "spec.fallback"),
        (scaled(asked(), fallback={"behavior": UNKNOWN}), "spec.fallback"),
    ],
    ids=range(4),
)
def test_undecided_while_unknown(blank: Resource, path: str) -> None:
    assert said(NAME, blank) == [("unknown", f"{path} is not known before the update")]
