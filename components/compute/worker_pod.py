"""The pod of a worker of the queue, as plain data; pure. What each variable means stands in `worker/settings.py`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_kubernetes.core.v1 import (
    ContainerArgsDict,
    EnvVarArgsDict,
    HTTPGetActionArgsDict,
    PodSpecArgsDict,
    ProbeArgsDict,
    TopologySpreadConstraintArgsDict,
)

from components import queue_metric, tiers
from components.asynchronous import HOST, NAME, SETTLE_SECONDS, Asynchronous
from components.compute import serving_pod
from components.compute.nodes import DOMAIN_LABEL
from components.demand import WORKER
from components.naming import BUSINESS
from components.pods import CONFINED, CONFINED_POD, field_of_pod, leaving_dead_nodes
from components.ports import REDIS_PORT, WORKER_PORT

LABELS: Final = {"app.kubernetes.io/name": NAME}
PASSWORD: Final = "password"  # noqa: S105 - the file's name
_SECRETS: Final = "/run/secrets/queue"
_HOUR, _DAY = 3600, 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What workers are told of the queue: host name of its store, whose it is, and where its length is told."""

    store: pulumi.Input[str]
    stack: str
    region: str


def pod_spec(asynchronous: Asynchronous, image: str, told: Told) -> PodSpecArgsDict:
    """Return the spec of one worker: guaranteed resources, on system nodes, time to end or give back its jobs."""
    return {
        "node_selector": {DOMAIN_LABEL: "system"},
        "tolerations": leaving_dead_nodes(),
        "topology_spread_constraints": [_spread()],
        "service_account_name": NAME,
        "automount_service_account_token": False,
        "enable_service_links": False,
        "priority_class_name": tiers.ASYNCHRONOUS.name,
        "termination_grace_period_seconds": asynchronous.grace_seconds + SETTLE_SECONDS,
        "security_context": CONFINED_POD,
        "containers": [_worker(asynchronous, image, told)],
        "volumes": [{"name": "secrets", "secret": {"secret_name": HOST, "default_mode": 0o440}}],
    }


def _spread() -> TopologySpreadConstraintArgsDict:
    # A wish, not a demand: a site is one zone, and a crowded worker is better than none.
    return {
        "max_skew": 1,
        "topology_key": "kubernetes.io/hostname",
        "when_unsatisfiable": "ScheduleAnyway",
        "label_selector": {"match_labels": LABELS},
    }


def _worker(asynchronous: Asynchronous, image: str, told: Told) -> ContainerArgsDict:
    resources = WORKER.quantities()
    return {
        "name": "worker",
        "image": image,
        "args": ["run"],
        "env": [field_of_pod("WORKER_NAME", "metadata.name"), *_variables(asynchronous, told)],
        "ports": [{"name": "metrics", "container_port": WORKER_PORT}],
        "resources": {"requests": resources, "limits": resources},
        "security_context": CONFINED,
        "startup_probe": _probe("/healthz", 12),
        "readiness_probe": _probe("/readyz", 3),
        "liveness_probe": _probe("/healthz", 6),
        "volume_mounts": [{"name": "secrets", "mount_path": _SECRETS, "read_only": True}],
    }


def _probe(path: str, failures: int) -> ProbeArgsDict:
    get: HTTPGetActionArgsDict = {"path": path, "port": "metrics"}
    return {"http_get": get, "period_seconds": 5, "timeout_seconds": 3, "failure_threshold": failures}


def _variables(asynchronous: Asynchronous, told: Told) -> list[EnvVarArgsDict]:
    fixed = {**_of_queue(told), **_of_jobs(asynchronous)}
    # The alias is no name in the store's certificate.
    named: EnvVarArgsDict = {"name": "REDIS_SERVER_NAME", "value": told.store}
    return [named, *({"name": name, "value": value} for name, value in fixed.items())]


def _of_queue(told: Told) -> Mapping[str, str]:
    return {
        "REDIS_HOST": HOST,
        "REDIS_PORT": str(REDIS_PORT),
        "REDIS_TLS": "true",
        "REDIS_PASSWORD_FILE": f"{_SECRETS}/{PASSWORD}",
        "MODEL_URL": f"http://{serving_pod.NAME}.{BUSINESS}.svc:{serving_pod.PORT}",
        "LISTEN_HOST": "0.0.0.0",  # noqa: S104 - the pod's, behind its NetworkPolicy
        "LISTEN_PORT": str(WORKER_PORT),
        "METRIC_REGION": told.region,
        "METRIC_NAMESPACE": queue_metric.NAMESPACE,
        "METRIC_STACK": told.stack,
    }


def _of_jobs(asynchronous: Asynchronous) -> Mapping[str, str]:
    counts = {
        "CONCURRENCY": asynchronous.concurrency,
        "ATTEMPTS": asynchronous.retry.attempts,
        "BACKOFF_MILLISECONDS": asynchronous.retry.backoff_milliseconds,
        "ATTEMPT_SECONDS": asynchronous.attempt_seconds,
        "GRACE_SECONDS": asynchronous.grace_seconds,
        "ANSWER_SECONDS": asynchronous.keep.answer_hours * _HOUR,
        "DEAD_LETTER_SECONDS": asynchronous.keep.dead_letter_days * _DAY,
    }
    return {name: str(count) for name, count in counts.items()}
