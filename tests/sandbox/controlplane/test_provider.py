"""The kubernetes plugin on a real control plane, driven over gRPC as the engine drives it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from plugin_client import Held, PluginClient, RefusedError, serving
from pulumi.runtime.proto import provider_pb2

from sandbox.controlplane import ControlPlane, NodeGroupSpec, sync_nodes
from sandbox.kubernetes.provider import KubernetesProvider
from sandbox.plugin.wire import UNKNOWN

pytestmark = pytest.mark.controlplane
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
JOB = "kubernetes:batch/v1:Job"
NAMESPACE = "plugin"


@pytest.fixture(scope="module")
def plugin(plane: ControlPlane) -> Iterator[PluginClient]:
    with serving(KubernetesProvider()) as client:
        client.configure({"kubeconfig": str(plane.folder.kubeconfig("admin"))})
        namespace = client.create("kubernetes:core/v1:Namespace", {"metadata": {"name": NAMESPACE}})
        yield client
        client.delete(namespace)


@pytest.fixture
def settings(plugin: PluginClient) -> Iterator[Held]:
    held = plugin.create(CONFIG_MAP, config_map("settings", k="v"))
    yield held
    plugin.delete(held)


def config_map(name: str, annotations: dict[str, str] | None = None, **data: str) -> dict[str, Any]:
    return {"metadata": {"name": name, "namespace": NAMESPACE, "annotations": annotations or {}}, "data": data}


def deployment(label: str, replicas: int) -> dict[str, Any]:
    labels = {"app": label}
    return {
        "metadata": {"name": "web", "namespace": NAMESPACE},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod("Always")},
        },
    }


def job(name: str, **spec: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": NAMESPACE}
    return {"metadata": metadata, "spec": {"template": {"spec": pod("Never")}, **spec}}


def pod(restart: str) -> dict[str, Any]:
    container = {"name": "model", "image": "model", "resources": {"limits": {"nvidia.com/gpu": "1"}}}
    return {"restartPolicy": restart, "tolerations": [{"operator": "Exists"}], "containers": [container]}


def patched(plane: ControlPlane, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """What somebody else does to an object."""
    return plane.admin().request("PATCH", path, body, content_type="application/merge-patch+json")


def path(name: str) -> str:
    return f"/api/v1/namespaces/{NAMESPACE}/configmaps/{name}"


def test_life_of_an_object(plugin: PluginClient) -> None:
    held = plugin.create(CONFIG_MAP, config_map("life", k="v", gone="soon"))
    assert held.id == "plugin/life"
    assert plugin.read(held) == held
    assert plugin.diff(held, config_map("life", k="v", gone="soon")).changes == provider_pb2.DiffResponse.DIFF_NONE
    changed = plugin.diff(held, config_map("life", k="w"))
    assert (dict(changed.detailedDiff).keys(), list(changed.replaces)) == ({"data.k", "data.gone"}, [])
    updated = plugin.update(held, config_map("life", k="w"))
    assert updated.outputs["data"] == {"k": "w"}
    assert updated.outputs["metadata"]["uid"] == held.outputs["metadata"]["uid"]
    plugin.delete(updated)
    assert plugin.read(updated) is None
    plugin.delete(updated)


def test_an_immutable_field_replaces(plugin: PluginClient) -> None:
    held = plugin.create(DEPLOYMENT, deployment("old", 0))
    answer = plugin.diff(held, deployment("new", 0))
    assert "spec.selector.matchLabels.app" in answer.replaces
    assert answer.deleteBeforeReplace
    with pytest.raises(RefusedError, match=r"refuses Deployment web: .*field is immutable"):
        plugin.update(held, deployment("new", 0))
    plugin.delete(held)
    new = plugin.create(DEPLOYMENT, deployment("new", 0))
    assert new.outputs["metadata"]["uid"] != held.outputs["metadata"]["uid"]
    plugin.delete(new)


def test_a_preview_is_tried_by_the_server_and_leaves_nothing(plugin: PluginClient, plane: ControlPlane) -> None:
    assert plugin.preview(CONFIG_MAP, config_map("seen", k="v"))["data"] == {"k": "v"}
    assert plane.admin().find(path("seen")) is None
    with pytest.raises(RefusedError, match=r"refuses ConfigMap seen: .*\.dada"):
        plugin.preview(CONFIG_MAP, {**config_map("seen"), "dada": {"k": "v"}})


def test_a_preview_without_a_cluster_answers_the_inputs() -> None:
    with serving(KubernetesProvider()) as plugin:
        plugin.configure({"kubeconfig": UNKNOWN})
        assert plugin.preview(CONFIG_MAP, config_map("later", k="v"))["data"] == {"k": "v"}
        with pytest.raises(RefusedError, match="kubeconfig is not known"):
            plugin.create(CONFIG_MAP, config_map("later", k="v"))


def test_drift_is_read(plugin: PluginClient, plane: ControlPlane, settings: Held) -> None:
    patched(plane, path("settings"), {"data": {"k": "drifted", "theirs": "1"}})
    seen = plugin.read(settings)
    assert seen is not None
    assert seen.inputs["data"] == {"k": "drifted"}
    assert "data.k" in plugin.diff(seen, config_map("settings", k="v")).detailedDiff


def test_a_field_of_another_manager_is_taken_only_by_force(
    plugin: PluginClient, plane: ControlPlane, settings: Held
) -> None:
    theirs = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"k": "theirs"}}
    plane.admin().apply(path("settings"), theirs, {"fieldManager": "argocd", "force": "true"})
    for preview in (True, False):
        with pytest.raises(RefusedError, match=r'conflict with "argocd".*: \.data\.k .*pulumi\.com/patchForce') as told:
            plugin.update(settings, config_map("settings", k="ours"), preview=preview)
        assert told.value.held is None
    forced = plugin.update(settings, config_map("settings", {"pulumi.com/patchForce": "true"}, k="ours"))
    assert forced.outputs["data"] == {"k": "ours"}


def test_a_failed_await_names_the_pod_and_keeps_the_object(plugin: PluginClient) -> None:
    pattern = (
        r"timed out after 2 s waiting for Deployment plugin/web to be ready: 0 of 1 .*Pod web-\S+: Unschedulable: "
    )
    with pytest.raises(RefusedError, match=pattern) as told:
        plugin.create(DEPLOYMENT, deployment("stuck", 1), timeout=2)
    held = told.value.held
    assert held is not None
    assert held.id == "plugin/web"
    with pytest.raises(RefusedError, match="timed out after 1 s"):
        plugin.update(held, deployment("stuck", 2), timeout=1)
    assert plugin.update(held, deployment("stuck", 0)).outputs["spec"]["replicas"] == 0
    plugin.delete(held)


def test_an_annotation_gives_the_time_and_customtimeouts_go_first(plugin: PluginClient) -> None:
    wanted = deployment("noted", 1)
    wanted["metadata"]["annotations"] = {"pulumi.com/timeoutSeconds": "1"}
    with pytest.raises(RefusedError, match="timed out after 1 s") as told:
        plugin.create(DEPLOYMENT, wanted)
    assert told.value.held is not None
    with pytest.raises(RefusedError, match="timed out after 2 s"):
        plugin.update(told.value.held, wanted, timeout=2)
    plugin.delete(told.value.held)


def test_a_delete_that_takes_too_long_names_the_finalizer(plugin: PluginClient, plane: ControlPlane) -> None:
    held = plugin.create(CONFIG_MAP, config_map("kept"))
    patched(plane, path("kept"), {"metadata": {"finalizers": ["example.com/backup"]}})
    pattern = "timed out after 1 s waiting for ConfigMap plugin/kept to be gone; .*finalizer example.com/backup"
    with pytest.raises(RefusedError, match=pattern):
        plugin.delete(held, timeout=1)
    patched(plane, path("kept"), {"metadata": {"finalizers": None}})
    plugin.delete(held)


def test_a_job_is_waited_for_until_it_is_done(
    plugin: PluginClient, plane: ControlPlane, group: Callable[..., NodeGroupSpec]
) -> None:
    sync_nodes(plane, group("jobs"))
    held = plugin.create(JOB, job("done"), timeout=30)
    live = plane.admin().get(f"/apis/batch/v1/namespaces/{NAMESPACE}/jobs/done")
    assert live["status"]["succeeded"] == 1
    plugin.delete(held)


def test_a_job_that_fails_is_told_at_once(plugin: PluginClient) -> None:
    with pytest.raises(RefusedError, match="Job plugin/late failed: DeadlineExceeded") as told:
        plugin.create(JOB, job("late", activeDeadlineSeconds=1), timeout=60)
    assert told.value.held is not None
    plugin.delete(told.value.held)


def test_a_stateful_set_with_claims_becomes_ready(
    plane: ControlPlane, plugin: PluginClient, group: Callable[..., NodeGroupSpec]
) -> None:
    sync_nodes(plane, group("disks", desired=1))
    delayed = {"provisioner": "ebs.csi.aws.com", "volumeBindingMode": "WaitForFirstConsumer"}
    disk = plugin.create("kubernetes:storage.k8s.io/v1:StorageClass", {"metadata": {"name": "gp3"}, **delayed})
    labels = {"app": "servers"}
    claim = {"accessModes": ["ReadWriteOnce"], "storageClassName": "gp3", "resources": {"requests": {"storage": "8Gi"}}}
    made = plugin.create("kubernetes:apps/v1:StatefulSet", {
        "metadata": {"name": "servers", "namespace": NAMESPACE},
        "spec": {
            "replicas": 3, "serviceName": "servers", "selector": {"matchLabels": labels},
            "podManagementPolicy": "Parallel", "template": {"metadata": {"labels": labels}, "spec": pod("Always")},
            "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": claim}],
        },
    })  # fmt: skip
    claims = plane.admin().get(f"/api/v1/namespaces/{NAMESPACE}/persistentvolumeclaims")["items"]
    assert {(one["metadata"]["name"], one["status"]["phase"]) for one in claims} == {
        (f"data-servers-{number}", "Bound") for number in range(3)
    }
    plugin.delete(made)
    plugin.delete(disk)
