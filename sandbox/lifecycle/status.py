"""A table of what stands: each site's cluster, nodes, GPUs and inference replicas, as its API server says."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.controlplane import ControlPlane
from sandbox.lifecycle.fleet import Cluster, clusters
from sandbox.paths import Paths

GPU = "nvidia.com/gpu"
ZONE = "topology.kubernetes.io/zone"
HEADINGS = ("region", "site", "zone", "cluster", "nodes", "GPUs used/all", "replicas ready/wanted", "endpoint")


@dataclass(frozen=True, slots=True)
class SiteStatus:
    """One site as its own API server describes it.

    Attributes:
        cells: the values under `HEADINGS`.
    """

    cells: tuple[str, ...]

    @classmethod
    def of(cls, paths: Paths, cluster: Cluster) -> "SiteStatus":
        """Ask a site's API server; a site whose control plane is down says so."""
        plane = ControlPlane.of(paths, cluster.region, cluster.name)
        site = cluster.name.rsplit("-", 1)[-1]
        if not plane.is_running():
            return cls((cluster.region, site, "?", cluster.name, "control plane down", "?", "?", plane.endpoint))
        client = plane.admin()
        nodes = client.get("/api/v1/nodes")["items"]
        pods = client.get("/api/v1/pods")["items"]
        autoscalers = client.get("/apis/autoscaling/v2/horizontalpodautoscalers")["items"]
        deployments = client.get("/apis/apps/v1/deployments")["items"]
        return cls(
            (cluster.region, site, _zones(nodes), cluster.name, str(len(nodes)), _gpus(nodes, pods),
             _replicas(deployments, autoscalers), plane.endpoint)
        )  # fmt: skip


def controllers(paths: Paths) -> str:
    """The programs beside the control planes that add-ons and releases brought, and what does not run."""
    planes = [ControlPlane.of(paths, cluster.region, cluster.name) for cluster in clusters(paths)]
    names = sorted({companion.name for plane in planes for companion in plane.companions.all()})
    return f"controllers beside each control plane: {', '.join(names) or 'none'}; of Prometheus only its configuration"


def table(paths: Paths) -> str:
    """The status of every site, one line each under a heading."""
    rows = [HEADINGS, *(SiteStatus.of(paths, cluster).cells for cluster in clusters(paths))]
    return "\n".join(_aligned(rows)) if len(rows) > 1 else "nothing is up; `make up` brings up prod and dr"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _zones(nodes: list[dict[str, Any]]) -> str:
    return ",".join(sorted({node["metadata"]["labels"].get(ZONE, "?") for node in nodes})) or "-"


def _gpus(nodes: list[dict[str, Any]], pods: list[dict[str, Any]]) -> str:
    total = sum(int(node["status"].get("allocatable", {}).get(GPU, 0)) for node in nodes)
    return f"{sum(_gpus_of(pod) for pod in pods if pod['spec'].get('nodeName'))}/{total}"


def _gpus_of(pod: dict[str, Any]) -> int:
    requests = (c.get("resources", {}).get("requests", {}) for c in pod["spec"]["containers"])
    return sum(int(request.get(GPU, 0)) for request in requests)


def _replicas(deployments: list[dict[str, Any]], autoscalers: list[dict[str, Any]]) -> str:
    targets = {(a["metadata"]["namespace"], a["spec"]["scaleTargetRef"]["name"]): a for a in autoscalers}
    cells: list[str] = []
    for deployment in deployments:
        meta = deployment["metadata"]
        scaler = targets.get((meta["namespace"], meta["name"]))
        if scaler:
            wanted = max(scaler["spec"].get("minReplicas", 1), deployment["spec"].get("replicas", 0))
            cells.append(f"{meta['name']} {deployment['status'].get('readyReplicas', 0)}/{wanted}")
    return ", ".join(sorted(cells)) or "-"
