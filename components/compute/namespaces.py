"""A namespace of a cluster: what its pods may take, of which tiers they are, and closed networks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pulumi
from pulumi_kubernetes.core.v1 import LimitRange, LimitRangeItemArgsDict, Namespace, ResourceQuota
from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict
from pulumi_kubernetes.networking.v1 import NetworkPolicy

from components.compute import closed
from components.quotas import Quota
from components.tiers import Tier

GPUS_LABEL: Final = "inference-platform/gpus"
"""Label of the namespaces whose pods may ask for GPUs, with the value `allowed`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """One namespace.

    Attributes:
        name: of the namespace.
        quota: the most that its pods may ask for.
        tiers: the tiers that its pods may be of; a pod of another one, or of none, is refused.
        shares: the most that the pods of one of these tiers may ask for, by the tier's name.
        more: what else its quota limits, as Kubernetes writes it.
        pod_security: the Pod Security Standard that is enforced.
    """

    name: str
    quota: Quota
    tiers: Sequence[Tier]
    shares: Mapping[str, Quota] = field(default_factory=dict[str, Quota])
    more: Mapping[str, str] = field(default_factory=dict[str, str])
    pod_security: str = "restricted"


def furnish(name: str, room: Room, parent: pulumi.Resource) -> list[pulumi.Resource]:
    """Make a namespace; nothing talks to it unless a policy says so.

    Returns:
        what must be there before its first pod.
    """
    namespace = _namespace(name, room, pulumi.ResourceOptions(parent=parent))
    inside = pulumi.ResourceOptions(parent=parent, depends_on=[namespace])
    NetworkPolicy(f"{name}-closed", metadata=_in(room, "default-deny"), spec=closed.deny_all(), opts=inside)
    NetworkPolicy(f"{name}-dns", metadata=_in(room, "allow-dns"), spec=closed.allow_dns(), opts=inside)
    shares = [_share(name, room, tier, inside) for tier in room.shares]
    return [namespace, _limits(name, room, inside), _quota(name, room, inside), _tiers(name, room, inside), *shares]


def _in(room: Room, name: str) -> ObjectMetaArgsDict:
    return {"name": name, "namespace": room.name}


def _namespace(name: str, room: Room, opts: pulumi.ResourceOptions) -> Namespace:
    labels = {"pod-security.kubernetes.io/enforce": room.pod_security}
    if room.quota.gpus:
        labels[GPUS_LABEL] = "allowed"
    return Namespace(name, metadata={"name": room.name, "labels": labels}, opts=opts)


def _hard(quota: Quota) -> Mapping[str, str]:
    cores, memory = str(quota.cpu), f"{quota.memory_gib}Gi"
    return {
        "requests.cpu": cores,
        "requests.memory": memory,
        "limits.cpu": cores,
        "limits.memory": memory,
        "requests.nvidia.com/gpu": str(quota.gpus),
        "pods": str(quota.pods),
    }


def _quota(name: str, room: Room, opts: pulumi.ResourceOptions) -> ResourceQuota:
    hard = {**_hard(room.quota), **room.more}
    return ResourceQuota(name, metadata=_in(room, "domain"), spec={"hard": hard}, opts=opts)


def _tiers(name: str, room: Room, opts: pulumi.ResourceOptions) -> ResourceQuota:
    """Refuse the pods of other tiers: whoever may make pods here could else give them the model's priority.

    https://kubernetes.io/docs/concepts/policy/resource-quotas/#resource-quota-per-priorityclass
    """
    own = [tier.name for tier in room.tiers]
    return ResourceQuota(
        f"{name}-tiers",
        metadata=_in(room, "other-tiers"),
        spec={
            "hard": {"pods": "0"},
            "scope_selector": {
                "match_expressions": [{"scope_name": "PriorityClass", "operator": "NotIn", "values": own}]
            },
        },
        opts=opts,
    )


def _share(name: str, room: Room, tier: str, opts: pulumi.ResourceOptions) -> ResourceQuota:
    """Keep a tier from using up its namespace's quota: there, unlike on nodes, nobody makes room for others."""
    return ResourceQuota(
        f"{name}-{tier}",
        metadata=_in(room, tier),
        spec={
            "hard": _hard(room.shares[tier]),
            "scope_selector": {
                "match_expressions": [{"scope_name": "PriorityClass", "operator": "In", "values": [tier]}]
            },
        },
        opts=opts,
    )


def _limits(name: str, room: Room, opts: pulumi.ResourceOptions) -> LimitRange:
    default = {"cpu": "250m", "memory": "256Mi"}
    limit: LimitRangeItemArgsDict = {"type": "Container", "default": default, "default_request": default}
    return LimitRange(name, metadata=_in(room, "domain"), spec={"limits": [limit]}, opts=opts)
