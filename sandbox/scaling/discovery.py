"""Kubernetes service discovery for a Prometheus that has none: the pods of a cluster as targets, over HTTP.

Debian builds Prometheus without it. What it would discover comes from here instead, with the same labels, for the
configuration's own relabelling: https://prometheus.io/docs/prometheus/2.42/configuration/configuration/#pod
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.controlplane.client import ApiClient, Object
from sandbox.errors import SandboxError
from sandbox.plugin.wire import Props, rows, section

POD = "pod"
META = "__meta_kubernetes_"


@dataclass(frozen=True, slots=True)
class Discovery:
    """One `kubernetes_sd_configs` entry.

    Attributes:
        namespaces: whose pods are targets; all where there are none.
        selector: of their labels; all where it is empty.
    """

    namespaces: tuple[str, ...]
    selector: str

    @classmethod
    def of(cls, entry: Props) -> "Discovery":
        """Read an entry.

        Raises:
            SandboxError: it is of another role than pods.
        """
        if entry.get("role") != POD:
            raise SandboxError(
                f"kubernetes_sd_configs has role {entry.get('role')!r}; this bench discovers {POD}s only"
            )
        selectors = [one.get("label", "") for one in rows(entry, "selectors")]
        return cls(tuple(section(entry, "namespaces").get("names") or ()), ",".join(filter(None, selectors)))

    def targets(self, client: ApiClient) -> list[dict[str, Any]]:
        """Target groups as HTTP service discovery has them (https://prometheus.io/docs/prometheus/2.42/http_sd/)."""
        query = {"labelSelector": self.selector} if self.selector else None
        places = [f"/api/v1/namespaces/{name}/pods" for name in self.namespaces] or ["/api/v1/pods"]
        return [group for place in places for pod in client.get(place, query)["items"] for group in _groups(pod)]


def _groups(pod: Object) -> Iterator[dict[str, Any]]:
    """A group for each port of each container, or for the container where it names none."""
    address = section(pod, "status").get("podIP")
    if not address:
        return
    common = {f"{META}{key}": value for key, value in _of_pod(pod, address).items()}
    for container in pod["spec"]["containers"]:
        for port in rows(container, "ports") or [{}]:
            target = f"{address}:{port['containerPort']}" if port else address
            own = {"pod_container_name": container["name"], **_of_port(port)}
            yield {"targets": [target], "labels": common | {f"{META}{key}": value for key, value in own.items()}}


def _of_pod(pod: Object, address: str) -> dict[str, str]:
    metadata = pod["metadata"]
    conditions = {each["type"]: each["status"] for each in rows(pod, "status", "conditions")}
    return {
        "namespace": metadata["namespace"],
        "pod_name": metadata["name"],
        "pod_ip": address,
        "pod_ready": conditions.get("Ready", "False").lower(),
        "pod_phase": pod["status"]["phase"],
        "pod_node_name": pod["spec"].get("nodeName", ""),
        "pod_uid": metadata["uid"],
        **_named("pod_label", metadata.get("labels") or {}),
        **_named("pod_annotation", metadata.get("annotations") or {}),
    }


def _of_port(port: Props) -> dict[str, str]:
    if not port:
        return {}
    return {
        "pod_container_port_name": port.get("name", ""),
        "pod_container_port_number": str(port["containerPort"]),
        "pod_container_port_protocol": port.get("protocol", "TCP"),
    }


def _named(prefix: str, values: dict[str, str]) -> dict[str, str]:
    """Each value, and that it is there, under a name of letters, digits and underscores."""
    plain = {re.sub(r"\W", "_", key, flags=re.ASCII): value for key, value in values.items()}
    present = {f"{prefix}present_{key}": "true" for key in plain}
    return {f"{prefix}_{key}": value for key, value in plain.items()} | present
