import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import DEPLOYMENT

from tests.policies.mutation import changed
from tests.policies.samples import said
from tests.policies.workloads import CONTAINER, SPEC, asking, workload

NAME = "require-local-weights"
OFFLINE: Value = [{"name": "HF_HUB_OFFLINE", "value": "1"}]
CLAIM: Value = {"name": "weights", "persistentVolumeClaim": {"claimName": "weights"}}
READ: Value = {"name": "weights", "mountPath": "/weights", "readOnly": True}
WRITE: Value = {"name": "weights", "mountPath": "/weights"}
MUTATIONS = (
    changed(DEPLOYMENT, "llm-prod-a-inference", (*CONTAINER, "volumeMounts"), []),
    changed(DEPLOYMENT, "llm-prod-b-inference", (*CONTAINER, "env"), [{"name": "HF_HUB_OFFLINE", "value": "0"}]),
    changed(DEPLOYMENT, "llm-dr-c-inference", (*SPEC, "volumes"), [], "dr"),
)


def server(mount: Value = READ, volume: Value = CLAIM, env: Value = OFFLINE) -> Resource:
    return workload(asking(volumeMounts=[mount], env=env), {"name": "agent"}, volumes=[volume])


@pytest.mark.parametrize("value", ["1", "true", "ON", "yes"])
def test_holds(value: str) -> None:
    assert said(NAME, server(env=[{"name": "HF_HUB_OFFLINE", "value": value}])) == []


def test_holds_where_the_volume_itself_is_for_reading() -> None:
    volume: Value = {"name": "weights", "persistentVolumeClaim": {"claimName": "weights", "readOnly": True}}
    assert said(NAME, server(WRITE, volume)) == []


def test_holds_without_gpus() -> None:
    assert said(NAME, workload({"name": "web"})) == []


def test_fails_where_it_may_write() -> None:
    assert said(NAME, server(WRITE)) == [("fail", "container server may write to /weights, must mount it readOnly")]


def test_fails_without_weights() -> None:
    found = ("fail", "container server mounts no volume that a claim holds, so it has no weights to start with")
    assert said(NAME, server({"name": "cache", "mountPath": "/cache"})) == [found]
    assert said(NAME, server(volume={"name": "weights", "emptyDir": {}})) == [found]


@pytest.mark.parametrize("env", [None, [], [{"name": "HF_HUB_OFFLINE", "value": "0"}], [{"name": "HF_HOME"}]])
def test_fails_where_it_may_download(env: Value) -> None:
    assert said(NAME, server(env=env)) == [
        ("fail", "container server may download a model at its start, must have HF_HUB_OFFLINE=1")
    ]


def test_unknown_is_undecided() -> None:
    container = "spec.template.spec.containers.server"
    assert said(NAME, server(UNKNOWN)) == [("unknown", f"{container}.volumeMounts is not known before the update")]
    assert said(NAME, server(env=UNKNOWN)) == [("unknown", f"{container}.env is not known before the update")]
    assert said(NAME, server(volume=UNKNOWN)) == [
        ("unknown", "spec.template.spec.volumes is not known before the update")
    ]
    assert [outcome for outcome, _ in said(NAME, workload(asking(UNKNOWN)))] == ["unknown"]
