"""Nodes of managed node groups: Node objects as EKS registers them, their kubelets played by kwok."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.controlplane.client import NOT_FOUND, ApiError, Object

if TYPE_CHECKING:
    from sandbox.controlplane.plane import ControlPlane

NODE_GROUP_LABEL = "eks.amazonaws.com/nodegroup"
PODS = 110
EPHEMERAL_STORAGE_GIB = 80
KUBELET = "v1.36.1-eks"
KUBELET_HOST = "localhost"
"""Where a node's kubelet answers: kwok plays all of them on one port of this machine."""

NODES = "/api/v1/nodes"
EFFECTS = {"NO_SCHEDULE": "NoSchedule", "NO_EXECUTE": "NoExecute", "PREFER_NO_SCHEDULE": "PreferNoSchedule"}
"""EKS's spelling of taint effects to Kubernetes' (EKS API, Taint)."""

CPU_RESERVED = ((1, 60.0), (1, 10.0), (2, 5.0))
CPU_RESERVED_REST = 2.5
"""Millicores the kubelet keeps of each core: first, second, next two, rest (awslabs/amazon-eks-ami)."""

MEMORY_RESERVED_MIB = 255 + 11 * PODS + 100
"""255 MiB + 11 MiB a pod (awslabs/amazon-eks-ami) and the 100 MiB hard eviction threshold."""


@dataclass(frozen=True, slots=True)
class NodeGroupSpec:
    """What a managed node group's nodes look like.

    Attributes:
        memory_mib: of one instance, in MiB.
        gpus: NVIDIA GPUs of one instance.
        capacity_type: ON_DEMAND, SPOT or CAPACITY_BLOCK.
        taints: EKS taints: key, value, effect.
        desired: how many nodes there should be.
    """

    name: str
    cluster: str
    region: str
    zone: str
    instance_type: str
    vcpus: int
    memory_mib: int
    gpus: int
    capacity_type: str
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    taints: Sequence[Mapping[str, str]] = ()
    desired: int = 0


def sync_nodes(plane: "ControlPlane", group: NodeGroupSpec) -> None:
    """Make exactly the desired nodes of a group exist: adds what is missing, removes what is too many.

    Raises:
        ApiError: the API server refused a node.
    """
    client = plane.admin()
    wanted = {f"{group.name}-{number}" for number in range(1, group.desired + 1)}
    present = set(_names(plane, group.name))
    for name in sorted(wanted - present):
        client.request("POST", NODES, _node(name, group))
    for name in sorted(wanted & present):
        client.apply(f"{NODES}/{name}", _managed(name, group), {"fieldManager": "eks", "force": "true"})
    _delete(plane, sorted(present - wanted))


def remove_nodes(plane: "ControlPlane", node_group_name: str) -> None:
    """Remove all nodes of a group."""
    _delete(plane, _names(plane, node_group_name))


def kill_nodes(plane: "ControlPlane", node_group_name: str) -> int:
    """End all instances of a group at once: their Node objects go, as the cloud controller removes them.

    The pods on them are left to Kubernetes' own garbage collection (about a minute).

    Returns:
        How many nodes there were.
    """
    names = _names(plane, node_group_name)
    _delete(plane, names)
    return len(names)


def allocatable_millicores(vcpus: int) -> int:
    """What pods may use of an instance's cores, in millicores."""
    reserved, left = 0.0, vcpus
    for cores, each in CPU_RESERVED:
        taken = min(left, cores)
        reserved += taken * each
        left -= taken
    return vcpus * 1000 - round(reserved + left * CPU_RESERVED_REST)


def _names(plane: "ControlPlane", group: str) -> list[str]:
    found = plane.admin().get(NODES, {"labelSelector": f"{NODE_GROUP_LABEL}={group}"})
    return sorted(node["metadata"]["name"] for node in found["items"])


def _delete(plane: "ControlPlane", names: Sequence[str]) -> None:
    client = plane.admin()
    for name in names:
        try:
            client.request("DELETE", f"{NODES}/{name}")
        except ApiError as error:
            if error.status != NOT_FOUND:
                raise


def _managed(name: str, group: NodeGroupSpec) -> Object:
    return {"apiVersion": "v1", "kind": "Node", "metadata": _metadata(name, group)}


def _metadata(name: str, group: NodeGroupSpec) -> Object:
    return {
        "name": name,
        "labels": {**group.labels, **_labels(name, group)},
        "annotations": {
            "kwok.x-k8s.io/node": "fake",
            # Where metrics-server asks for the use of the node's pods
            # (https://github.com/kubernetes-sigs/metrics-server/blob/master/FAQ.md).
            "metrics.k8s.io/resource-metrics-path": f"/metrics/nodes/{name}/metrics/resource",
        },
    }


def _node(name: str, group: NodeGroupSpec) -> Object:
    return {
        **_managed(name, group),
        "spec": {
            "taints": [_taint(taint) for taint in group.taints],
            "providerID": f"aws:///{group.zone}/{_instance_id(name, group)}",
        },
        "status": {
            "capacity": _resources(group.vcpus * 1000, group.memory_mib, group.gpus),
            "allocatable": _resources(
                allocatable_millicores(group.vcpus), group.memory_mib - MEMORY_RESERVED_MIB, group.gpus
            ),
            "addresses": [
                {"type": "InternalIP", "address": _address(name, group)},
                {"type": "InternalDNS", "address": KUBELET_HOST},
                {"type": "Hostname", "address": name},
            ],
            "nodeInfo": _node_info(),
        },
    }


def _labels(name: str, group: NodeGroupSpec) -> dict[str, str]:
    return {
        NODE_GROUP_LABEL: group.name,
        "eks.amazonaws.com/capacityType": group.capacity_type,
        "topology.kubernetes.io/region": group.region,
        "topology.kubernetes.io/zone": group.zone,
        "node.kubernetes.io/instance-type": group.instance_type,
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/os": "linux",
        "kubernetes.io/hostname": name,
    }


def _taint(taint: Mapping[str, str]) -> dict[str, str]:
    effect = taint["effect"]
    return {"key": taint["key"], "value": taint.get("value", ""), "effect": EFFECTS.get(effect, effect)}


def _resources(millicores: int, memory_mib: int, gpus: int) -> dict[str, str]:
    resources = {
        "cpu": f"{millicores}m",
        "memory": f"{memory_mib}Mi",
        "pods": str(PODS),
        "ephemeral-storage": f"{EPHEMERAL_STORAGE_GIB}Gi",
    }
    return {**resources, "nvidia.com/gpu": str(gpus)} if gpus else resources


def _node_info() -> dict[str, str]:
    return {
        "architecture": "amd64", "operatingSystem": "linux", "kubeletVersion": KUBELET,
        "kubeProxyVersion": "", "osImage": "", "kernelVersion": "", "containerRuntimeVersion": "",
        "bootID": "", "machineID": "", "systemUUID": "",
    }  # fmt: skip


def _digest(name: str, group: NodeGroupSpec) -> str:
    return hashlib.sha256(f"{group.region}/{group.cluster}/{name}".encode()).hexdigest()


def _instance_id(name: str, group: NodeGroupSpec) -> str:
    return f"i-{_digest(name, group)[:17]}"


def _address(name: str, group: NodeGroupSpec) -> str:
    low = int(_digest(name, group)[:4], 16)
    return f"100.64.{low >> 8}.{low & 0xFF}"  # RFC 6598 shared space: no VPC of ours uses it
