"""The clusters that the sandbox's AWS holds, as the ledger knows them."""

from dataclasses import dataclass
from typing import Any

from sandbox.aws.ledger import Ledger
from sandbox.paths import Paths

CLUSTER = "aws:eks/cluster:Cluster"
SERVICE_CIDR = "10.100.0.0/16"
"""What EKS takes where the cluster names no service range (EKS API, kubernetesNetworkConfig)."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """One EKS cluster of the ledger."""

    region: str
    name: str
    service_cidr: str


def clusters(paths: Paths) -> list[Cluster]:
    """All clusters, in order of region and name."""
    if not paths.ledger.exists():
        return []
    found = [Cluster(row.region, row.inputs["name"], _service_cidr(row.inputs)) for row in Ledger(paths).find(CLUSTER)]
    return sorted(found, key=lambda cluster: (cluster.region, cluster.name))


def planes(paths: Paths) -> list[tuple[str, str]]:
    """Region and name of every control plane that has a folder, whether or not its cluster was made."""
    return sorted((folder.parent.name, folder.name) for folder in paths.clusters.glob("*/*"))


def unmade(paths: Paths) -> list[tuple[str, str]]:
    """Control planes that were started for clusters that the ledger does not know."""
    made = {(cluster.region, cluster.name) for cluster in clusters(paths)}
    return [plane for plane in planes(paths) if plane not in made]


def _service_cidr(inputs: dict[str, Any]) -> str:
    network: dict[str, str] = inputs.get("kubernetesNetworkConfig") or {}
    return network.get("serviceIpv4Cidr", SERVICE_CIDR)
