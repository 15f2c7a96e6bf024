"""Weights on a real control plane: one volume that stands for the same folder of each GPU node."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import engine
import pytest

from sandbox.controlplane import ControlPlane, NodeGroupSpec, sync_nodes
from sandbox.kubernetes.discovery import Discovery
from sandbox.process import wait_until

pytestmark = pytest.mark.controlplane
Group = Callable[..., NodeGroupSpec]
SITE = "llm-prod-a"
WEIGHTS = ("ServiceAccount", "ConfigMap", "PersistentVolume", "PersistentVolumeClaim", "DaemonSet")
PATIENCE = 60


def _rendered() -> list[Mapping[str, Any]]:
    """Return what a replica and its weights need, with two replicas as no autoscaler is there to ask for them."""
    found = {(each.type.split(":")[-1], each.name): each.inputs for each in _made() if "metadata" in each.inputs}
    server = found["Deployment", f"{SITE}-inference"]
    tiers = [each for (kind, _), each in found.items() if kind == "PriorityClass"]
    # With its label: pods are held against the restricted pod security standard.
    (business,) = (each for (kind, _), each in found.items() if kind == "Namespace" and _name(each) == "business")
    return [
        business,
        *tiers,
        found["ServiceAccount", f"{SITE}-inference"],
        *(found[kind, f"{SITE}-weights"] for kind in WEIGHTS),
        {**server, "spec": {**server["spec"], "replicas": 2}},
    ]


def _made() -> list[engine.Registered]:
    made = engine.run("prod", engine.values("prod"), None).resources
    return [each for each in made if each.provider.split("::")[-2:-1] == [SITE]]


def _name(item: Mapping[str, Any]) -> str:
    return item["metadata"]["name"]


def _apply(plane: ControlPlane) -> None:
    client = plane.admin()
    found = Discovery(client)
    for each in _rendered():
        place = each["metadata"].get("namespace", "")
        path = found.mapping(each["apiVersion"], each["kind"]).path(place, _name(each))
        client.apply(path, dict(each), {"fieldManager": "test", "force": "true"})


def _pods(plane: ControlPlane, namespace: str, app: str) -> list[tuple[str, str]]:
    """Return the node of each pod, and whether it is ready."""
    label = {"labelSelector": f"app.kubernetes.io/name={app}"}
    pods = plane.admin().get(f"/api/v1/namespaces/{namespace}/pods", label)["items"]
    return sorted((pod["spec"].get("nodeName", ""), pod.get("status", {}).get("phase", "")) for pod in pods)


def test_replicas_on_two_nodes_mount_the_one_claim(plane: ControlPlane, group: Group) -> None:
    labels = {"nvidia.com/gpu.present": "true", "inference-platform/capacity": "reserved"}
    sync_nodes(plane, replace(group("weights", 2), labels=labels))
    _apply(plane)
    claim = "/api/v1/namespaces/business/persistentvolumeclaims/weights"
    assert wait_until(lambda: plane.admin().get(claim)["status"]["phase"] == "Bound", PATIENCE)

    def running(namespace: str, app: str) -> bool:
        found = _pods(plane, namespace, app)
        return len({node for node, _ in found}) == 2 and {phase for _, phase in found} == {"Running"}

    assert wait_until(lambda: running("kube-system", "weights"), PATIENCE), _pods(plane, "kube-system", "weights")
    assert wait_until(lambda: running("business", "deepseek-inference"), PATIENCE), _pods(
        plane, "business", "deepseek-inference"
    )
