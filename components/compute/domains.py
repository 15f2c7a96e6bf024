"""The three domains kept apart: namespaces with quotas, priorities and closed networks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_kubernetes.core.v1 import LimitRange, LimitRangeItemArgsDict, Namespace, ResourceQuota
from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict
from pulumi_kubernetes.networking.v1 import NetworkPolicy, NetworkPolicyPeerArgsDict, NetworkPolicyPortArgsDict
from pulumi_kubernetes.scheduling.v1 import PriorityClass

from components.base import Component
from components.naming import BUSINESS, DATA, MONITORING
from components.quotas import Quota, Quotas

NAMESPACE_LABEL: Final = "kubernetes.io/metadata.name"
_DNS_PORT = 53


@dataclass(frozen=True, slots=True, kw_only=True)
class _Domain:
    """One namespace: who goes first when room is short, and how much it may take."""

    name: str
    priority: int
    quota: Quota
    pod_security: str = "restricted"


def _domains(quotas: Quotas) -> list[_Domain]:
    return [
        _Domain(name=BUSINESS, priority=100_000, quota=quotas.business),
        _Domain(name=DATA, priority=50_000, quota=quotas.data),
        # Node exporters and log shippers read the host, which `restricted` forbids; they degrade first.
        _Domain(name=MONITORING, priority=1_000, quota=quotas.monitoring, pod_security="privileged"),
    ]


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


def _where(domain: _Domain) -> ObjectMetaArgsDict:
    return {"name": "domain", "namespace": domain.name}


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainsArgs:
    """How much each domain may take of the cluster."""

    quotas: Quotas


class Domains(Component):
    """Namespaces business, data and monitoring of one cluster; nothing talks to them unless a policy says so."""

    type_path = "compute:Domains"

    def __init__(self, name: str, args: DomainsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name = name
        self.ready: list[pulumi.Resource] = [
            resource for domain in _domains(args.quotas) for resource in self._domain(domain)
        ]
        self.publish()

    def _domain(self, domain: _Domain) -> list[pulumi.Resource]:
        namespace = self._namespace(domain)
        inside = pulumi.ResourceOptions(parent=self, depends_on=[namespace])
        self._closed(domain, inside)
        self._dns(domain, inside)
        return [
            namespace,
            self._priority(domain),
            self._limits(domain, inside),
            self._quota(domain, inside),
        ]

    def _namespace(self, domain: _Domain) -> Namespace:
        labels = {"pod-security.kubernetes.io/enforce": domain.pod_security}
        return Namespace(
            f"{self._name}-{domain.name}", metadata={"name": domain.name, "labels": labels}, opts=self.child()
        )

    def _priority(self, domain: _Domain) -> PriorityClass:
        return PriorityClass(
            f"{self._name}-{domain.name}",
            metadata={"name": domain.name},
            value=domain.priority,
            global_default=False,
            description=f"pods of the domain {domain.name}",
            opts=self.child(),
        )

    def _quota(self, domain: _Domain, opts: pulumi.ResourceOptions) -> ResourceQuota:
        return ResourceQuota(
            f"{self._name}-{domain.name}", metadata=_where(domain), spec={"hard": _hard(domain.quota)}, opts=opts
        )

    def _limits(self, domain: _Domain, opts: pulumi.ResourceOptions) -> LimitRange:
        default = {"cpu": "250m", "memory": "256Mi"}
        limit: LimitRangeItemArgsDict = {"type": "Container", "default": default, "default_request": default}
        return LimitRange(f"{self._name}-{domain.name}", metadata=_where(domain), spec={"limits": [limit]}, opts=opts)

    def _closed(self, domain: _Domain, opts: pulumi.ResourceOptions) -> None:
        NetworkPolicy(
            f"{self._name}-{domain.name}-closed",
            metadata={"name": "default-deny", "namespace": domain.name},
            spec={"pod_selector": {}, "policy_types": ["Ingress", "Egress"]},
            opts=opts,
        )

    def _dns(self, domain: _Domain, opts: pulumi.ResourceOptions) -> None:
        ports: list[NetworkPolicyPortArgsDict] = [
            {"protocol": protocol, "port": _DNS_PORT} for protocol in ("UDP", "TCP")
        ]
        to: NetworkPolicyPeerArgsDict = {"namespace_selector": {"match_labels": {NAMESPACE_LABEL: "kube-system"}}}
        NetworkPolicy(
            f"{self._name}-{domain.name}-dns",
            metadata={"name": "allow-dns", "namespace": domain.name},
            spec={"pod_selector": {}, "policy_types": ["Egress"], "egress": [{"to": [to], "ports": ports}]},
            opts=opts,
        )
