import pytest
from rules._resource import UNKNOWN, Value
from rules._types import DAEMON_SET, DEPLOYMENT

from tests.policies.mutation import changed
from tests.policies.samples import said
from tests.policies.workloads import CONTAINER, SPEC, workload

NAME = "forbid-host-access"
MUTATIONS = (
    changed(DEPLOYMENT, "llm-prod-a-inference", (*SPEC, "hostNetwork"), value=True),
    changed(DEPLOYMENT, "llm-prod-b-inference", (*CONTAINER, "securityContext", "privileged"), value=True),
    changed(DEPLOYMENT, "llm-dr-c-inference", (*SPEC, "volumes", 0, "hostPath"), {"path": "/"}, "dr"),
)
PLUGIN = "nvidia-device-plugin-daemonset"
HOST: Value = [{"name": "root", "hostPath": {"path": "/var"}}]


def test_holds() -> None:
    assert said(NAME, workload({"name": "web"}, volumes=[{"name": "tmp", "emptyDir": {}}], hostNetwork=False)) == []


def test_holds_for_a_listed_name() -> None:
    plugin = workload(metadata={"name": PLUGIN, "namespace": "kube-system"}, token=DAEMON_SET, volumes=HOST)
    assert said(NAME, plugin) == []
    assert said(NAME, workload(volumes=HOST), allowed=("business/server",)) == []
    assert said(NAME, workload(metadata={"name": PLUGIN}, volumes=HOST)) == [("fail", "mounts /var of the node")]
    assert said(NAME, plugin, allowed=("business/server",)) == [("fail", "mounts /var of the node")]


@pytest.mark.parametrize("shared", ["hostNetwork", "hostPID", "hostIPC"])
def test_fails_where_a_namespace_is_shared(shared: str) -> None:
    assert said(NAME, workload(spec={shared: True})) == [("fail", f"{shared} is true")]


def test_fails_where_a_container_is_privileged() -> None:
    container: Value = {"name": "web", "securityContext": {"privileged": True}}
    assert said(NAME, workload(container)) == [("fail", "container web is privileged")]


@pytest.mark.parametrize(
    ("pod", "path"),
    [
        ({"hostPID": UNKNOWN}, "spec.template.spec.hostPID"),
        ({"volumes": UNKNOWN}, "spec.template.spec.volumes"),
        ({"volumes": [{"hostPath": UNKNOWN}]}, "spec.template.spec.volumes"),
    ],
    ids=range(3),
)
def test_unknown_is_undecided(pod: dict[str, Value], path: str) -> None:
    found = said(NAME, workload(spec=pod))
    assert found == [("unknown", f"{path} is not known before the update")]


def test_an_unknown_container_is_undecided() -> None:
    assert [outcome for outcome, _ in said(NAME, workload(UNKNOWN))] == ["unknown"]


def test_an_unknown_name_may_be_allowed() -> None:
    found = said(NAME, workload(metadata={"name": UNKNOWN}, volumes=HOST))
    assert found == [("unknown", "metadata.name is not known before the update")]
