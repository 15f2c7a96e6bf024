"""The model server at scale on one control plane: hundreds of nodes, thousands of pods, kubelets played by kwok."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Final

from sandbox.controlplane import ControlPlane
from sandbox.controlplane.client import NOT_FOUND, ApiClient, ApiError, Object
from sandbox.drills.groups import unmade
from sandbox.drills.workload import GPU, NODES, Workload, is_ready
from sandbox.errors import SandboxError
from sandbox.process import wait_until

NAMESPACE: Final = "scale"
NODE_COUNT, POD_COUNT, PART = 500, 2000, 4
"""Nodes, pods, and by how much both are divided for the size that is compared with it."""

_PATIENCE_SECONDS: Final = 900.0
_AT_ONCE: Final = 8
_DEPLOYMENTS: Final = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments"
_REPLICA_SETS: Final = f"/apis/apps/v1/namespaces/{NAMESPACE}/replicasets"
_PODS: Final = f"/api/v1/namespaces/{NAMESPACE}/pods"
_LABELS: Final = {"app": "scale"}


@dataclass(frozen=True, slots=True)
class Template:
    """What the pods and nodes of a site are like.

    Attributes:
        pod: spec of the model server's pods.
        node: one of the nodes that they run on.
        priority: the class of the pods.
    """

    pod: Object
    node: Object
    priority: Object

    @classmethod
    def of(cls, workload: Workload) -> "Template":
        """What they are like on a site."""
        pod: Object = workload.deployment()["spec"]["template"]["spec"]
        priority = workload.client.get(f"/apis/scheduling.k8s.io/v1/priorityclasses/{pod['priorityClassName']}")
        return cls(pod, workload.nodes()[0], priority)


@dataclass(frozen=True, slots=True)
class Filled:
    """How long it took until so many pods were ready on so many nodes, s."""

    nodes: int
    pods: int
    seconds: float


def smaller(pod: Object) -> Object:
    """The pod of a model a quarter as large: four fit on a node, each a quarter of the shipped replica."""
    server, *beside = pod["containers"]
    asked = {"cpu": "8", "memory": "128Gi", GPU: "2"}
    containers = [{**server, "resources": {"requests": asked, "limits": asked}}, *beside]
    volumes = [_scratch(each) if "persistentVolumeClaim" in each else each for each in pod.get("volumes", ())]
    return {**pod, "containers": containers, "serviceAccountName": "default", "volumes": volumes}


def bare(pod: Object) -> Object:
    """The floor: the same server with nothing around it, and nothing said of where it should run."""
    server: Object = pod["containers"][0]
    kept = {key: server[key] for key in ("name", "image", "resources")}
    return {"containers": [kept], "tolerations": pod["tolerations"]}


def prepare(plane: ControlPlane, template: Template) -> None:
    """Make what the pods need, on an empty control plane."""
    client = plane.admin()
    client.request("POST", "/api/v1/namespaces", {"metadata": {"name": NAMESPACE}})
    priority = {key: template.priority[key] for key in ("value", "preemptionPolicy")}
    name = template.priority["metadata"]["name"]
    client.request("POST", "/apis/scheduling.k8s.io/v1/priorityclasses", {**priority, "metadata": {"name": name}})


def grow(plane: ControlPlane, node: Object, count: int) -> None:
    """Have as many nodes like this one in all, ready.

    Raises:
        SandboxError: they do not become ready.
    """
    client = plane.admin()
    for number in range(len(client.get(NODES)["items"]), count):
        client.request("POST", NODES, _named(node, number))
    if not wait_until(lambda: sum(map(is_ready, client.get(NODES)["items"])) == count, _PATIENCE_SECONDS):
        raise SandboxError(f"not all of {count} nodes are ready after {_PATIENCE_SECONDS:.0f} s")


def fill(plane: ControlPlane, pod: Object, nodes: int, count: int) -> Filled:
    """Start so many pods, wait until all are ready, and remove them again.

    Raises:
        SandboxError: they do not all become ready.
    """
    client = plane.admin()
    started = time.monotonic()
    client.request("POST", _DEPLOYMENTS, _deployment(pod, count))
    if not wait_until(lambda: _ready(client) == count, _PATIENCE_SECONDS):
        raise SandboxError(f"{_ready(client)} of {count} pods are ready after {_PATIENCE_SECONDS:.0f} s")
    took = time.monotonic() - started
    client.request("DELETE", f"{_DEPLOYMENTS}/{NAMESPACE}", {"propagationPolicy": "Background"})
    if not wait_until(lambda: not client.get(_REPLICA_SETS)["items"], _PATIENCE_SECONDS):
        raise SandboxError(f"the Deployment of {count} pods is not gone after {_PATIENCE_SECONDS:.0f} s")
    _empty(client)
    return Filled(nodes, count, took)


def measure(plane: ControlPlane, template: Template) -> Sequence[Filled]:
    """Fill a part of the nodes, then all of them with bare pods and with ours.

    Returns:
        the three, in this order.
    """
    ours = smaller(template.pod)
    prepare(plane, template)
    grow(plane, template.node, NODE_COUNT // PART)
    part = fill(plane, ours, NODE_COUNT // PART, POD_COUNT // PART)
    grow(plane, template.node, NODE_COUNT)
    floor = fill(plane, bare(ours), NODE_COUNT, POD_COUNT)
    return part, floor, fill(plane, ours, NODE_COUNT, POD_COUNT)


def told(part: Filled, floor: Filled, whole: Filled) -> str:
    """The figures as a line for people."""
    each, fewer = (1000 * filled.seconds / filled.pods for filled in (whole, part))
    return (
        f"{whole.pods} inference pods on {whole.nodes} GPU nodes of one control plane: all ready after"
        f" {whole.seconds:.0f} s, bare pods {floor.seconds:.0f} s, ratio {whole.seconds / floor.seconds:.2f};"
        f" {each:.0f} ms a pod, {fewer:.0f} ms with {part.pods} on {part.nodes}, ratio {each / fewer:.2f}"
    )


def _scratch(volume: Object) -> Object:
    """An empty volume in place of a claim, as the disks of nodes are not played."""
    return {"name": volume["name"], "emptyDir": {}}


def _deployment(pod: Object, count: int) -> Object:
    template = {"metadata": {"labels": _LABELS}, "spec": pod}
    spec = {"replicas": count, "selector": {"matchLabels": _LABELS}, "template": template}
    return {"metadata": {"name": NAMESPACE}, "spec": spec}


def _ready(client: ApiClient) -> int:
    return client.get(f"{_DEPLOYMENTS}/{NAMESPACE}")["status"].get("readyReplicas", 0)


def _empty(client: ApiClient) -> None:
    """Remove all pods at once; the controllers would wait for each pod's grace."""
    names: list[str] = [pod["metadata"]["name"] for pod in client.get(_PODS)["items"]]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(partial(_remove, client), names))


def _remove(client: ApiClient, name: str) -> None:
    try:
        client.request("DELETE", f"{_PODS}/{name}", {"gracePeriodSeconds": 0})
    except ApiError as error:
        if error.status != NOT_FOUND:
            raise


def _named(node: Object, number: int) -> Object:
    name, made = f"{NAMESPACE}-{number}", unmade(node)
    labels = {**made["metadata"]["labels"], "kubernetes.io/hostname": name}
    spec = {**made["spec"], "providerID": f"{NAMESPACE}:///{number}"}
    return {**made, "metadata": {**made["metadata"], "name": name, "labels": labels}, "spec": spec}
