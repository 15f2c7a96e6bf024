"""What pods ask of their nodes and of their namespace's quota; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_GIB: Final = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What containers ask for: CPU in thousandths of a core, memory in MiB, GPUs, and how many pods they are in."""

    millicores: int = 0
    memory_mib: int = 0
    gpus: int = 0
    pods: int = 0

    def __add__(self, other: "Demand") -> "Demand":
        return Demand(
            millicores=self.millicores + other.millicores,
            memory_mib=self.memory_mib + other.memory_mib,
            gpus=self.gpus + other.gpus,
            pods=self.pods + other.pods,
        )

    def times(self, count: int) -> "Demand":
        """Return what `count` of them ask for."""
        return Demand(
            millicores=self.millicores * count,
            memory_mib=self.memory_mib * count,
            gpus=self.gpus * count,
            pods=self.pods * count,
        )

    def quantities(self) -> Mapping[str, str]:
        """Return CPU and memory as a container asks for them; as requests and limits alike they are guaranteed."""
        return {"cpu": f"{self.millicores}m", "memory": f"{self.memory_mib}Mi"}

    def guaranteed(self) -> Mapping[str, Mapping[str, str]]:
        """Return a container's resources that are kept for it and that it cannot go beyond."""
        return {"requests": self.quantities(), "limits": self.quantities()}


def of_container(cores: int, memory_gib: int, gpus: int = 0) -> Demand:
    """Return the demand of a container in the units of the settings: whole cores and GiB."""
    return Demand(millicores=cores * 1000, memory_mib=memory_gib * _GIB, gpus=gpus)


POD: Final = Demand(pods=1)
"""A pod, whatever is in it."""

AGENT: Final = Demand(millicores=250, memory_mib=128)
"""Consul's agent beside a pod: gossip with the members of one site, and one or two checks."""

TEMPLATE: Final = Demand(millicores=100, memory_mib=64)
"""consul-template beside a gateway: one template of tens of servers."""

CONSUL_SERVERS: Final = 3
"""Consul servers of a site: one may be lost."""

CONSUL_SERVER: Final = Demand(millicores=500, memory_mib=512, pods=1)
"""One of them: hundreds of services and no key-value store, well below the `small` size that Consul advises for more.

https://developer.hashicorp.com/consul/docs/reference/architecture/server
"""

KEEPER: Final = Demand(millicores=100, memory_mib=128, pods=1)
"""The job that makes Consul's secrets, and the one that renews its certificates."""

KEDA_OPERATOR: Final = Demand(millicores=250, memory_mib=512, pods=1)
"""The operator asks for every signal; a site has two scaled workloads of four signals.

The chart itself asks for 100m and lets it take a core: https://github.com/kedacore/charts/blob/v2.20.2/keda/values.yaml
"""

KEDA_ADAPTER: Final = Demand(millicores=200, memory_mib=256, pods=1)
"""The metrics API server hands each question of an autoscaler to the operator."""

KEDA_WEBHOOK: Final = Demand(millicores=100, memory_mib=128, pods=1)
"""The admission webhook is asked only when a ScaledObject is written."""

PROMETHEUS: Final = Demand(millicores=500, memory_mib=2048, pods=1)
"""One store of the signals: tens of pods of some hundred series each, for hours."""

RELOADER: Final = Demand(millicores=50, memory_mib=64)
"""What watches Prometheus's configuration."""

WORKER: Final = Demand(millicores=250, memory_mib=256, pods=1)
"""A worker of the queue: it waits for the model server, and holds some hundred answers of 100 KiB at most."""

DATABASE_TOOL: Final = Demand(millicores=100, memory_mib=128, pods=1)
"""The job that forms the database's group, and the exporter of its state: each waits for answers of a few rows."""

PROXYSQL: Final = Demand(millicores=250, memory_mib=512, pods=1)
"""ProxySQL: it passes on thousands of statements a second with this, and holds some tens of KiB for each client."""

PROXYSQL_RELOADER: Final = Demand(millicores=50, memory_mib=64)
"""What takes up ProxySQL's changed files: it sleeps, and starts the `mysql` client now and then."""
