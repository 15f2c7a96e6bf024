"""The API server, as far as this program needs it."""

import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias, cast

Json: TypeAlias = dict[str, Any]
GPU = "nvidia.com/gpu"
# Evictions: a disruption budget says not now, the pod is leaving already, or has left.
_NOT_NOW = frozenset({429, 409, 404})
_WAIT_SECONDS = 30


class Cluster:
    """Nodes and pods, by the pod's own account."""

    def __init__(self, address: str, account: Path) -> None:
        self._address, self._account = address, account
        self._trust = ssl.create_default_context(cafile=str(account / "ca.crt"))

    def _ask(self, method: str, path: str, body: Json | None = None) -> Json:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._address + path, data, method=method)  # noqa: S310 - the address is https
        request.add_header("Authorization", f"Bearer {(self._account / 'token').read_text()}")
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        request.add_header("Content-Type", kind)
        with urllib.request.urlopen(request, context=self._trust, timeout=_WAIT_SECONDS) as answer:  # noqa: S310
            return cast("Json", json.load(answer))

    def nodes(self) -> Sequence[Json]:
        """Return the nodes with GPUs."""
        return self._ask("GET", f"/api/v1/nodes?labelSelector={GPU}.present%3Dtrue")["items"]

    def pods(self, node: str = "") -> Sequence[Json]:
        """Return the pods that have not ended, of one node or of all."""
        where = f"spec.nodeName%3D{node}," if node else ""
        query = f"fieldSelector={where}status.phase%21%3DSucceeded,status.phase%21%3DFailed"
        return self._ask("GET", f"/api/v1/pods?{query}")["items"]

    def annotate(self, node: str, name: str, value: str | None) -> None:
        """Write an annotation of a node, or take it away."""
        self._ask("PATCH", f"/api/v1/nodes/{node}", {"metadata": {"annotations": {name: value}}})

    def close(self, node: str, mark: str) -> None:
        """Let no more pods onto a node, and mark who said so."""
        self._ask("PATCH", f"/api/v1/nodes/{node}", _placed(mark, "true", closed=True))

    def open(self, node: str, mark: str) -> None:
        """Let pods onto a node again, and take the mark away."""
        self._ask("PATCH", f"/api/v1/nodes/{node}", _placed(mark, None, closed=None))

    def evict(self, pod: Json) -> None:
        """Ask a pod to leave; whether it may now is up to its disruption budget."""
        namespace, name = pod["metadata"]["namespace"], pod["metadata"]["name"]
        metadata = {"namespace": namespace, "name": name}
        try:
            self._ask(
                "POST",
                f"/api/v1/namespaces/{namespace}/pods/{name}/eviction",
                {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": metadata},
            )
        except urllib.error.HTTPError as error:
            if error.code not in _NOT_NOW:
                raise


def _placed(mark: str, value: str | None, *, closed: bool | None) -> Json:
    return {"metadata": {"annotations": {mark: value}}, "spec": {"unschedulable": closed}}


def uses_gpu(pod: Json) -> bool:
    """Tell whether a pod has a GPU."""
    return any(GPU in each.get("resources", {}).get("limits", {}) for each in pod["spec"]["containers"])


def is_the_nodes_own(pod: Json) -> bool:
    """Tell whether a pod ends with its node: of a DaemonSet, or of a file on it."""
    return any(owner["kind"] in {"DaemonSet", "Node"} for owner in pod["metadata"].get("ownerReferences", ()))


def is_ready(node: Json) -> bool:
    """Tell whether a node's kubelet says that it is ready."""
    conditions: list[Json] = node.get("status", {}).get("conditions", [])
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)
