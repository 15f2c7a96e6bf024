import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import AUTOSCALER, DEPLOYMENT, SCALED_OBJECT

from tests.policies.mutation import changed
from tests.policies.samples import resource, said

NAME = "require-load-signals"
CPU: Value = {"type": "cpu", "name": "cpu", "metricType": "Utilization", "metadata": {"value": "70"}}
WAITING: Value = {"type": "prometheus", "metadata": {"query": "waiting"}}
MUTATIONS = (
    changed(SCALED_OBJECT, "llm-prod-a-inference", ("spec", "triggers"), [CPU]),
    changed(SCALED_OBJECT, "llm-dr-c-inference", ("spec", "triggers"), [CPU, {**CPU, "type": "memory"}], "dr"),
)
NAMED: Value = {"name": "model", "namespace": "business"}


def tier(gpus: Value = "8", name: Value = NAMED) -> Resource:
    container: Value = {"resources": {"limits": {"nvidia.com/gpu": gpus}}}
    return resource(DEPLOYMENT, {"metadata": name, "spec": {"template": {"spec": {"containers": [container]}}}})


def scaled(triggers: Value, target: Value = "model") -> Resource:
    spec: Value = {"scaleTargetRef": {"name": target}, "triggers": triggers}
    return resource(SCALED_OBJECT, {"metadata": {"namespace": "business"}, "spec": spec})


def scaler(metrics: Value) -> Resource:
    spec: Value = {"scaleTargetRef": {"name": "model"}, "metrics": metrics}
    return resource(AUTOSCALER, {"metadata": {"namespace": "business"}, "spec": spec})


@pytest.mark.parametrize(
    "resources",
    [
        [tier(), scaled([CPU, WAITING])],
        [tier(), scaler([{"type": "Resource"}, {"type": "External"}])],
        [tier(None), scaled([CPU])],
        [tier(), scaled([CPU], "other")],
        # One that follows nothing is W6's.
        [tier(), scaled([])],
        [tier(), scaled([CPU, WAITING, UNKNOWN])],
    ],
    ids=range(6),
)
def test_holds(resources: list[Resource]) -> None:
    assert said(NAME, *resources) == []


@pytest.mark.parametrize(
    ("resources", "message"),
    [
        ([tier(), scaled([CPU])], "spec.triggers has only cpu"),
        ([tier(), scaled([CPU, {"type": "memory"}])], "spec.triggers has only cpu, memory"),
        (
            [tier(), scaler([{"type": "ContainerResource"}, {"type": "Resource"}])],
            "spec.metrics has only ContainerResource, Resource",
        ),
    ],
    ids=range(3),
)
def test_fails(resources: list[Resource], message: str) -> None:
    assert said(NAME, *resources) == [("fail", message)]


@pytest.mark.parametrize(
    ("resources", "path"),
    [
        ([tier(UNKNOWN), scaled([CPU])], "spec.template.spec.containers"),
        ([tier(name={"name": UNKNOWN, "namespace": "business"}), scaled([CPU])], "metadata.name"),
        ([tier(), scaled([CPU], UNKNOWN)], "spec.scaleTargetRef.name"),
        ([tier(), scaled([CPU, UNKNOWN])], "spec.triggers"),
        ([tier(), scaled(UNKNOWN)], "spec.triggers"),
    ],
    ids=range(5),
)
def test_undecided_while_unknown(resources: list[Resource], path: str) -> None:
    assert said(NAME, *resources) == [("unknown", f"{path} is not known before the update")]
