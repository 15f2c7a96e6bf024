"""The service tiers: who makes room for whom when a site is short of nodes; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """Pods that are worth the same, as one PriorityClass.

    Attributes:
        name: of the class.
        value: a pod takes the place of pods of lower value; one that names no class has 0.
        preempts: whether it takes their place at all, or waits until there is room.
        what: who is in it.
    """

    name: str
    value: int
    preempts: bool
    what: str


INFERENCE: Final = Tier(name="inference", value=100_000, preempts=True, what="model servers")
ACCESS: Final = Tier(name="access", value=90_000, preempts=True, what="gateways and service discovery")
STORAGE: Final = Tier(name="data", value=60_000, preempts=True, what="pools and caches that a request passes")
# What waits loses nothing: jobs stay in their queue, samples and logs on their nodes.
ASYNCHRONOUS: Final = Tier(name="asynchronous", value=50_000, preempts=False, what="workers of the queue")
METRICS: Final = Tier(name="monitoring", value=10_000, preempts=False, what="collectors of metrics and traces")
TENANT: Final = Tier(name="tenant", value=1_000, preempts=False, what="the tenants' own pods")
# Below zero, so that a pod which names no class does not go before them.
PRECOMPUTE: Final = Tier(name="precompute", value=-1_000, preempts=False, what="answers made ahead of their questions")
LOG_SHIPPING: Final = Tier(name="log-shipping", value=-2_000, preempts=False, what="shippers of logs")

ALL: Final[Sequence[Tier]] = (
    INFERENCE, ACCESS, STORAGE, ASYNCHRONOUS, METRICS, TENANT, PRECOMPUTE, LOG_SHIPPING,
)  # fmt: skip
"""From the last to be evicted to the first.

https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/
"""

CLUSTER: Final = Tier(
    name="system-cluster-critical",
    value=2_000_000_000,
    preempts=True,
    what="what the cluster itself cannot do without",
)
"""A class that every cluster has, so it is not declared.

https://kubernetes.io/docs/tasks/administer-cluster/guaranteed-scheduling-critical-addon-pods/
"""
