"""Wait until an object is ready or gone; say which pod keeps it and why."""

import os
import time
from dataclasses import dataclass

from sandbox.controlplane.client import ApiClient
from sandbox.kubernetes.readiness import judge, pod_reasons, workload_reasons
from sandbox.plugin.provider import ProviderError
from sandbox.plugin.wire import Props, section

TIMEOUT_ANNOTATION = "pulumi.com/timeoutSeconds"
TIMEOUT_VARIABLE = "SANDBOX_AWAIT_SECONDS"
TIMEOUT_SECONDS = 600.0
"""How long the upstream provider waits for most kinds (pulumi-kubernetes, await)."""

POLL_SECONDS = 0.25
POLL_MAXIMUM = 2.0
SHOWN_PODS = 5


@dataclass(frozen=True, slots=True)
class Waited:
    """The object as last seen, and what keeps it from being ready (nothing when it is)."""

    live: Props
    reasons: tuple[str, ...] = ()


def wait_ready(client: ApiClient, path: str, live: Props) -> Waited:
    """Wait until an object is ready, fails for good, or the time is out."""
    limit, pause = timeout_seconds(live), POLL_SECONDS
    deadline = time.monotonic() + limit
    while (found := judge(live)).state == "waiting" and time.monotonic() < deadline:
        time.sleep(pause)
        pause = min(pause * 1.3, POLL_MAXIMUM)
        live = client.get(path)
    if found.state == "ready":
        return Waited(live)
    after = "" if found.state == "failed" else f" after {limit:.0f} s"
    first = f"{live['kind']} {live['metadata']['name']} is not ready{after}: {found.reason}"
    return Waited(live, (first, *workload_reasons(live), *_of_pods(client, live)))


def wait_gone(client: ApiClient, path: str, uid: str | None, live: Props) -> None:
    """Wait until an object of this uid is no more.

    Raises:
        ProviderError: it is still there when the time is out.
    """
    limit, pause = timeout_seconds(live), POLL_SECONDS
    deadline = time.monotonic() + limit
    while (found := client.find(path)) is not None and found["metadata"].get("uid") == uid:
        if time.monotonic() > deadline:
            held = ", ".join(found["metadata"].get("finalizers") or []) or "no finalizer"
            raise ProviderError(f"{path} is still being deleted after {limit:.0f} s; held by: {held}")
        time.sleep(pause)
        pause = min(pause * 1.3, POLL_MAXIMUM)


def timeout_seconds(live: Props) -> float:
    """How long to wait: the object's annotation, else the environment, else ten minutes."""
    annotated = section(live, "metadata", "annotations").get(TIMEOUT_ANNOTATION)
    return float(annotated or os.environ.get(TIMEOUT_VARIABLE) or TIMEOUT_SECONDS)


def _of_pods(client: ApiClient, live: Props) -> list[str]:
    labels = section(live, "spec", "selector", "matchLabels")
    if not labels:
        return pod_reasons(live) if live["kind"] == "Pod" else []
    selector = ",".join(f"{key}={value}" for key, value in labels.items())
    path = f"/api/v1/namespaces/{live['metadata']['namespace']}/pods"
    pods = client.get(path, {"labelSelector": selector})["items"]
    reasons = [reason for pod in pods for reason in pod_reasons(pod)]
    more = [f"and {len(reasons) - SHOWN_PODS} more pods"] if len(reasons) > SHOWN_PODS else []
    return [*reasons[:SHOWN_PODS], *more]
