"""What EKS does when instances end or are reclaimed; no controller of the sandbox's own does it."""

import threading
import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

from sandbox.controlplane.client import NOT_FOUND, ApiClient, ApiError, Object
from sandbox.drills.workload import NODES, Workload, is_ready

STREAMS_END: Final = "sandbox/streams-end"
"""Annotation of a pod: when its last stream ends; kwok waits for it (controlplane/kubelet/pod-delete.yaml)."""

MONITOR_SECONDS: Final = 5.0
"""How often a cloud's node controller looks at nodes that are not ready (cloud-provider, --node-monitor-period)."""

RETRY_SECONDS: Final = 5.0
"""How long a drain waits after a refused eviction (kubectl, pkg/drain/drain.go)."""

_REFUSED: Final = 429
_MERGE: Final = "application/merge-patch+json"


@contextmanager
def removing(client: ApiClient, nodes: Iterable[str]) -> Generator[None]:
    """Play the cloud's node controller: a node that is not ready and whose instance has ended is removed.

    https://kubernetes.io/docs/concepts/architecture/cloud-controller/#node-controller

    Args:
        client: of the cluster.
        nodes: those whose instances have ended.
    """
    ended, over = set(nodes), threading.Event()

    def watch() -> None:
        while not over.wait(MONITOR_SECONDS):
            for node in client.get(NODES)["items"]:
                if node["metadata"]["name"] in ended and not is_ready(node):
                    client.request("DELETE", f"{NODES}/{node['metadata']['name']}")

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def cordon(client: ApiClient, node: str, *, on: bool = True) -> None:
    """Let no new pod onto a node, or let them again."""
    client.request("PATCH", f"{NODES}/{node}", {"spec": {"unschedulable": on}}, content_type=_MERGE)


def drain(workload: Workload, node: str, streams_seconds: float) -> dict[str, float]:
    """Cordon a node and evict the workload's pods from it, again and again while a budget refuses.

    A managed node group does this at a spot instance's notice and in its updates:
    https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html

    Args:
        workload: whose pods are evicted.
        node: its name.
        streams_seconds: how long after its eviction a pod still answers.

    Returns:
        when each pod was evicted, by its name, on the monotonic clock.
    """
    cordon(workload.client, node)
    evicted: dict[str, float] = {}
    for pod in workload.pods():
        if pod["spec"].get("nodeName") == node and "deletionTimestamp" not in pod["metadata"]:
            moment = time.monotonic()
            while not _evicted(workload.client, pod, streams_seconds):
                time.sleep(RETRY_SECONDS)
                moment = time.monotonic()
            evicted[pod["metadata"]["name"]] = moment
    return evicted


def _evicted(client: ApiClient, pod: Object, streams_seconds: float) -> bool:
    name, namespace = pod["metadata"]["name"], pod["metadata"]["namespace"]
    path = f"/api/v1/namespaces/{namespace}/pods/{name}"
    # Kubernetes writes whole seconds; never early.
    ends = datetime.now(UTC) + timedelta(seconds=streams_seconds + 1)
    said = {"metadata": {"annotations": {STREAMS_END: ends.strftime("%Y-%m-%dT%H:%M:%SZ")}}}
    eviction: Object = {
        "apiVersion": "policy/v1",
        "kind": "Eviction",
        "metadata": {"name": name, "namespace": namespace},
    }
    try:
        client.request("PATCH", path, said, content_type=_MERGE)
        client.request("POST", f"{path}/eviction", eviction)
    except ApiError as error:
        if error.status == NOT_FOUND:
            return True
        if error.status != _REFUSED:
            raise
        return False
    return True
