"""Settings of how many replicas there are: what is measured, by whom, and how fast the number follows it."""

from collections.abc import Sequence
from typing import Final

from pydantic import Field

from components.demand import KEDA_ADAPTER, KEDA_OPERATOR, KEDA_WEBHOOK, PROMETHEUS, RELOADER, Demand
from components.vocabulary import Count, Model, Percent, Version

COPIES: Final = 2
"""Of whatever the number of replicas hangs on: one may be lost, or be updated."""


class Fallback(Model):
    """What holds while a signal cannot be had."""

    failures: Count = Field(description="failed looks at a signal in a row before it is given up, a count; one is 15 s")
    replicas: Count = Field(
        description="replicas per site that the model server has at least while a signal is gone, a count;"
        " where it has more, it keeps them"
    )


class Prometheus(Model):
    """The store of each site that the signals are read from; it keeps hours, not history."""

    version: Version = Field(description="version of the Helm chart prometheus-community/prometheus")
    scrape_seconds: int = Field(ge=5, le=30, description="time between two looks at a pod, s")
    retention_hours: Count = Field(description="how long samples are kept, h")

    def demand(self) -> Demand:
        """Return what its pods of a site ask for; a rolling update starts one more."""
        return (PROMETHEUS + RELOADER).times(COPIES + 1)


def keda_demand() -> Demand:
    """Return what KEDA's pods of a site ask for; an update starts a pod of each before it stops one."""
    return (KEDA_OPERATOR + KEDA_ADAPTER + KEDA_WEBHOOK).times(COPIES + 1)


class Scaling(Model):
    """What the number of replicas follows, and how fast."""

    keda_version: Version = Field(description="version of KEDA and of its Helm chart, which are released as one")
    cpu_percent: Percent = Field(description="CPU of a model server that the autoscaler aims at, %")
    waiting_per_replica: Count = Field(description="requests that wait in a model server which it aims at, a count")
    kv_cache_percent: Percent = Field(description="use of a model server's KV cache that it aims at, %")
    queue_per_replica: Count = Field(
        description="jobs of the asynchronous queue for each model server that it aims at, a count"
    )
    scale_up_window_seconds: int = Field(ge=0, le=3600, description="how long a higher load must last, s")
    scale_down_window_seconds: int = Field(ge=0, le=3600, description="how long a lower load must last, s")
    fallback: Fallback = Field(description="what holds while a signal cannot be had")
    prometheus: Prometheus = Field(description="where the signals are read from")

    def pods(self) -> Sequence[tuple[Demand, int]]:
        """Return the pods on a site that the number of replicas hangs on, and how many there are of each."""
        return [(each, COPIES) for each in (KEDA_OPERATOR, KEDA_ADAPTER, KEDA_WEBHOOK, PROMETHEUS + RELOADER)]
