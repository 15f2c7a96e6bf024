"""Nodes of a cluster by node group and capacity, and made again after a drill has ended them."""

from collections.abc import Collection, Generator, Sequence
from contextlib import contextmanager
from typing import Final

from sandbox.controlplane import ApiError
from sandbox.controlplane.client import NOT_FOUND, ApiClient, Object
from sandbox.controlplane.nodes import NODE_GROUP_LABEL
from sandbox.drills import kubelets
from sandbox.drills.workload import NODES, Workload
from sandbox.errors import SandboxError

CAPACITY_LABEL: Final = "eks.amazonaws.com/capacityType"
SPOT: Final = "SPOT"
_OF_SERVER: Final = ("resourceVersion", "uid", "creationTimestamp", "managedFields")


def of_group(workload: Workload, node: str) -> list[Object]:
    """The nodes of the group that a node is of."""
    nodes = workload.nodes()
    (label,) = [_label(each, NODE_GROUP_LABEL) for each in nodes if each["metadata"]["name"] == node]
    return [each for each in nodes if _label(each, NODE_GROUP_LABEL) == label]


def names(nodes: Sequence[Object]) -> list[str]:
    """The names of nodes."""
    return [node["metadata"]["name"] for node in nodes]


def spot(workload: Workload) -> list[Object]:
    """The nodes that are reclaimed at short notice.

    Raises:
        SandboxError: there is none.
    """
    found = [node for node in workload.nodes() if _label(node, CAPACITY_LABEL) == SPOT]
    if not found:
        raise SandboxError("the cluster has no spot nodes; give nodes.spot a minimum of 1 or more")
    return found


@contextmanager
def restored(workload: Workload, nodes: Sequence[Object]) -> Generator[None]:
    """Have nodes back after a drill as they are now: made again where they are gone, their kubelets running."""
    try:
        yield
    finally:
        _remove_pods(workload, names(nodes))
        for node in nodes:
            _revive(workload.client, node)
        kubelets.start(workload.client, names(nodes))


def _revive(client: ApiClient, node: Object) -> None:
    path = f"{NODES}/{node['metadata']['name']}"
    if client.find(path) is not None:
        client.request("PATCH", path, {"spec": {"unschedulable": False}}, content_type="application/merge-patch+json")
        return
    client.request("POST", NODES, unmade(node))


def unmade(node: Object) -> Object:
    """A node as it was before anybody had looked at it: what the server and the controllers wrote is left out."""
    metadata = {key: value for key, value in node["metadata"].items() if key not in _OF_SERVER}
    status = {key: value for key, value in node["status"].items() if key != "conditions"}
    taints = [each for each in node["spec"].get("taints", ()) if not each["key"].startswith("node.kubernetes.io/")]
    return {**node, "metadata": metadata, "spec": {**node["spec"], "taints": taints}, "status": status}


def _remove_pods(workload: Workload, nodes: Collection[str]) -> None:
    """Remove at once what a dead node's kubelet did not."""
    for pod in workload.pods():
        if pod["spec"].get("nodeName") in nodes and "deletionTimestamp" in pod["metadata"]:
            path = f"/api/v1/namespaces/{workload.namespace}/pods/{pod['metadata']['name']}"
            try:
                workload.client.request("DELETE", path, {"gracePeriodSeconds": 0})
            except ApiError as error:
                if error.status != NOT_FOUND:
                    raise


def _label(node: Object, key: str) -> str:
    return node["metadata"].get("labels", {}).get(key, "")
