"""Who shows the signals that autoscalers follow, and what the way to the database does; pure."""

from collections.abc import Sequence
from typing import Final

from components.access.gateway import config as gateway
from components.asynchronous import NAME as WORKERS
from components.compute import database_pod, serving_pod, signals
from components.monitoring.scrape import Target
from components.naming import BUSINESS, DATA
from components.pools import NAME as PROXYSQL
from components.ports import DATABASE_EXPORTER_PORT, GATEWAY_METRICS_PORT, PROXYSQL_METRICS_PORT, WORKER_PORT

ALL: Final[Sequence[Target]] = (
    Target(job=signals.MODEL_SERVER, namespace=BUSINESS, name=serving_pod.NAME, port=serving_pod.PORT),
    Target(job=signals.GATEWAY, namespace=BUSINESS, name=gateway.NAME, port=GATEWAY_METRICS_PORT),
    # Each of the workers counts the whole queue.
    Target(job=signals.QUEUE, namespace=DATA, name=WORKERS, port=WORKER_PORT),
    Target(job=PROXYSQL, namespace=DATA, name=PROXYSQL, port=PROXYSQL_METRICS_PORT),
    # Of each site, and in a region with a group only: each sees the whole of it.
    Target(job=database_pod.EXPORTER, namespace=DATA, name=database_pod.EXPORTER, port=DATABASE_EXPORTER_PORT),
)
"""The model servers, the gateways, the queue, the pools and the database's group, of a site."""
