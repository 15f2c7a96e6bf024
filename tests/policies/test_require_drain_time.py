import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import DEPLOYMENT

from tests.policies.mutation import changed
from tests.policies.samples import said
from tests.policies.workloads import CONTAINER, SPEC, workload

NAME = "require-drain-time"
GRACE = (*SPEC, "terminationGracePeriodSeconds")
STREAM = "inference-platform/longest-stream-seconds"
MUTATIONS = (
    changed(DEPLOYMENT, "llm-prod-a-inference", GRACE, 319),
    changed(DEPLOYMENT, "llm-prod-b-inference", (*CONTAINER, "lifecycle", "preStop", "sleep", "seconds"), 40),
    changed(DEPLOYMENT, "llm-dr-c-inference", ("metadata", "annotations", STREAM), "5m", "dr"),
)


def serving(grace: Value = 320.0, stream: Value = "300", hook: Value = None, namespace: Value = "business") -> Resource:
    wait: Value = {"preStop": {"sleep": {"seconds": 20.0}} if hook is None else hook}
    named: dict[str, Value] = {"namespace": namespace, "annotations": {STREAM: stream}}
    return workload({"name": "server", "lifecycle": wait}, metadata=named, terminationGracePeriodSeconds=grace)


def test_holds() -> None:
    assert said(NAME, serving()) == []
    assert said(NAME, serving(1.0, namespace="data")) == []
    assert said(NAME, workload({"name": "web"}, metadata={"annotations": {STREAM: "30"}})) == []


def test_a_sidecars_hook_is_not_counted() -> None:
    sidecar: Value = {"name": "agent", "restartPolicy": "Always", "lifecycle": {"preStop": {"exec": {}}}}
    named: dict[str, Value] = {"annotations": {STREAM: "30"}}
    assert said(NAME, workload({"name": "web"}, metadata=named, initContainers=[sidecar])) == []


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (serving(319.0), "Seconds is 319, must be at least 320: preStop 20 and a stream 300"),
        (serving(None), "Seconds is 30, must be at least 320: preStop 20 and a stream 300"),
        (serving(stream=None), f"annotation {STREAM} is None, must be a number of seconds"),
        (serving(stream="5m"), f"annotation {STREAM} is 5m, must be a number of seconds"),
        (serving(hook={"exec": {}}), "preStop is no sleep, so nothing says how long it takes"),
    ],
    ids=range(5),
)
def test_fails(broken: Resource, message: str) -> None:
    ((outcome, found),) = said(NAME, broken)
    assert outcome == "fail"
    assert found.endswith(message)


def test_which_namespaces_serve_is_a_setting() -> None:
    assert len(said(NAME, serving(1.0, namespace="data"), namespaces=("data",))) == 1


@pytest.mark.parametrize(
    ("blank", "path"),
    [
        (serving(UNKNOWN), "spec.template.spec.terminationGracePeriodSeconds"),
        (serving(stream=UNKNOWN), f"metadata.annotations.{STREAM}"),
        (serving(hook=UNKNOWN), "spec.template.spec.containers"),
        (serving(namespace=UNKNOWN), "metadata.namespace"),
    ],
    ids=range(4),
)
def test_unknown_is_undecided(blank: Resource, path: str) -> None:
    assert said(NAME, blank) == [("unknown", f"{path} is not known before the update")]
