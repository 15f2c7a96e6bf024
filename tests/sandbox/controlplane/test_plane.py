"""A real control plane: nodes, scheduling, the death of nodes, and restarts."""

import base64
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.controlplane import ApiError, ControlPlane, NodeGroupSpec, kill_nodes, sync_nodes
from sandbox.controlplane.client import ApiClient, StaticCredentials
from sandbox.process import wait_until

pytestmark = pytest.mark.controlplane
Group = Callable[..., NodeGroupSpec]
PODS = "/api/v1/namespaces/default/pods"


def deployment(name: str, replicas: int) -> dict[str, Any]:
    container = {"name": "model", "image": "model", "resources": {"limits": {"nvidia.com/gpu": "1"}}}
    pod = {"tolerations": [{"operator": "Exists"}], "containers": [container]}
    labels = {"app": name}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    }


def phases(plane: ControlPlane, app: str) -> list[str]:
    pods = plane.admin().get(PODS, {"labelSelector": f"app={app}"})["items"]
    return sorted(pod["status"]["phase"] for pod in pods)


def run(plane: ControlPlane, name: str, replicas: int) -> None:
    path = f"/apis/apps/v1/namespaces/default/deployments/{name}"
    plane.admin().apply(path, deployment(name, replicas), {"fieldManager": "test", "force": "true"})


def remove(plane: ControlPlane, name: str) -> None:
    plane.admin().request("DELETE", f"/apis/apps/v1/namespaces/default/deployments/{name}")
    assert wait_until(lambda: not phases(plane, name), 30)


def test_ninth_pod_pends_on_a_node_of_eight_gpus(plane: ControlPlane, group: Group) -> None:
    sync_nodes(plane, group("eight"))
    run(plane, "nine", 9)
    assert wait_until(lambda: phases(plane, "nine") == ["Pending"] + ["Running"] * 8, 30)
    remove(plane, "nine")


def test_pods_of_killed_nodes_return_on_the_spare_ones(plane: ControlPlane, group: Group) -> None:
    sync_nodes(plane, group("first"))
    run(plane, "moved", 4)
    assert wait_until(lambda: phases(plane, "moved") == ["Running"] * 4, 30)
    sync_nodes(plane, group("spare"))
    assert kill_nodes(plane, "first") == 1

    def all_on_spare() -> bool:
        pods = plane.admin().get(PODS, {"labelSelector": "app=moved"})["items"]
        return [p["spec"].get("nodeName") for p in pods if p["status"]["phase"] == "Running"] == ["spare-1"] * 4

    assert wait_until(all_on_spare, 120)
    remove(plane, "moved")


def test_sync_restores_and_shrinks(plane: ControlPlane, group: Group) -> None:
    def names() -> list[str]:
        found = plane.admin().get("/api/v1/nodes", {"labelSelector": "eks.amazonaws.com/nodegroup=sized"})
        return [node["metadata"]["name"] for node in found["items"]]

    sync_nodes(plane, group("sized", 3))
    plane.admin().request("DELETE", "/api/v1/nodes/sized-2")
    sync_nodes(plane, group("sized", 3))
    assert names() == ["sized-1", "sized-2", "sized-3"]
    sync_nodes(plane, group("sized", 1))
    assert names() == ["sized-1"]


def test_restart_keeps_ports_and_data(plane: ControlPlane) -> None:
    endpoint = plane.endpoint
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "kept"}, "data": {"k": "v"}}
    plane.admin().request("POST", "/api/v1/namespaces/default/configmaps", body)
    plane.daemon("kube-apiserver").kill()
    assert not plane.is_running()
    plane.start("10.100.0.0/16")
    assert plane.is_running()
    assert plane.endpoint == endpoint
    assert plane.admin().get("/api/v1/namespaces/default/configmaps/kept")["data"] == {"k": "v"}


def test_anonymous_is_refused(plane: ControlPlane) -> None:
    ca = base64.b64decode(plane.ca_data).decode()
    client = ApiClient(plane.endpoint, ca, StaticCredentials())
    with pytest.raises(ApiError) as refused:
        client.get("/api/v1/nodes")
    assert refused.value.status == 401
