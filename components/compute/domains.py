"""The domains and tenants kept apart: tiers, and namespaces with quotas and closed networks."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.scheduling.v1 import PriorityClass

from components import naming, tiers
from components.base import Component
from components.compute.gpu_guard import GpuGuard
from components.compute.namespaces import Room, furnish
from components.naming import BUSINESS, DATA, MONITORING
from components.quotas import Quotas
from components.tenants import Tenant


def _domains(quotas: Quotas) -> list[Room]:
    return [
        Room(
            name=BUSINESS,
            quota=quotas.business,
            tiers=[tiers.INFERENCE, tiers.ACCESS, tiers.PRECOMPUTE],
            shares={tiers.PRECOMPUTE.name: quotas.precompute},
        ),
        Room(name=DATA, quota=quotas.data, tiers=[tiers.STORAGE, tiers.ASYNCHRONOUS]),
        Room(
            name=MONITORING,
            quota=quotas.monitoring,
            tiers=[tiers.METRICS, tiers.LOG_SHIPPING],
            shares={tiers.LOG_SHIPPING.name: quotas.log_shipping},
            # Node exporters and log shippers read the host, which `restricted` forbids.
            pod_security="privileged",
        ),
    ]


def _of_tenant(tenant: Tenant) -> Room:
    # Disks are paid for, and such a Service opens the cluster to the outside.
    more = {
        "requests.storage": f"{tenant.storage_gib}Gi",
        "services.loadbalancers": "0",
        "services.nodeports": "0",
    }
    return Room(name=naming.tenant(tenant.name), quota=tenant, tiers=[tiers.TENANT], more=more)


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainsArgs:
    """How much each domain and each tenant may take of the cluster."""

    quotas: Quotas
    tenants: Sequence[Tenant]


class Domains(Component):
    """The service tiers of one cluster, and its namespaces: business, data, monitoring, and one for each tenant."""

    type_path = "compute:Domains"

    def __init__(self, name: str, args: DomainsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name = name
        guard = GpuGuard(f"{name}-gpus", self.child())
        rooms = [*_domains(args.quotas), *map(_of_tenant, args.tenants)]
        self.ready: list[pulumi.Resource] = [
            guard.binding,
            *(self._priority(tier) for tier in tiers.ALL),
            *(resource for room in rooms for resource in furnish(f"{name}-{room.name}", room, self)),
        ]
        self.publish()

    def _priority(self, tier: tiers.Tier) -> PriorityClass:
        return PriorityClass(
            f"{self._name}-{tier.name}",
            metadata={"name": tier.name},
            value=tier.value,
            preemption_policy="PreemptLowerPriority" if tier.preempts else "Never",
            global_default=False,
            description=tier.what,
            opts=self.child(),
        )
