"""Wait until an object is ready or gone; say which pod keeps it and why."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.controlplane.client import ApiClient
from sandbox.kubernetes.objects import identity
from sandbox.kubernetes.readiness import holders, judge, pod_reasons, workload_reasons
from sandbox.plugin.provider import ProviderError
from sandbox.plugin.wire import Props, section

TIMEOUT_ANNOTATION = "pulumi.com/timeoutSeconds"
READY_SECONDS = 600.0
GONE_SECONDS = 300.0
GONE_WORKLOAD_SECONDS = 600.0
WORKLOADS = frozenset({"Deployment", "StatefulSet", "DaemonSet"})
"""How long the upstream provider waits by default, and for which kinds it waits longer to see them gone
(https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/await/awaiters.go)."""

POLL_SECONDS = 0.25
POLL_MAXIMUM = 2.0
SHOWN_PODS = 5


@dataclass(frozen=True, slots=True)
class Waited:
    """The object as last seen, and what keeps it from being ready (nothing when it is)."""

    live: Props
    reasons: tuple[str, ...] = ()


def wait_ready(client: ApiClient, path: str, live: Props, timeout: float | None = None) -> Waited:
    """Wait until an object is ready, fails for good, or the time is out.

    Args:
        client: of the object's cluster.
        path: of the object.
        live: the object as applied.
        timeout: seconds of the program's `customTimeouts`, which go before the object's own annotation.
    """
    limit, pause = timeout_seconds(live, timeout, READY_SECONDS), POLL_SECONDS
    deadline = time.monotonic() + limit
    while (found := judge(live)).state == "waiting" and time.monotonic() < deadline:
        time.sleep(min(pause, max(deadline - time.monotonic(), 0)))
        pause = min(pause * 1.3, POLL_MAXIMUM)
        live = client.get(path)
    if found.state == "ready":
        return Waited(live)
    told = _timed_out(limit, live, "ready") if found.state == "waiting" else f"{_words(live)} failed"
    pods = [reason for pod in _pods(client, live) for reason in pod_reasons(pod)]
    return Waited(live, (f"{told}: {found.reason}", *workload_reasons(live), *_first(pods)))


def wait_gone(client: ApiClient, path: str, live: Props, timeout: float | None = None) -> None:
    """Wait until this very object, not one of the same name, is no more.

    Args:
        client: of the object's cluster.
        path: of the object.
        live: the object as it was when its deletion was asked for.
        timeout: seconds of the program's `customTimeouts`, which go before the object's own annotation.

    Raises:
        ProviderError: it is still there when the time is out.
    """
    default = GONE_WORKLOAD_SECONDS if live["kind"] in WORKLOADS else GONE_SECONDS
    limit, pause = timeout_seconds(live, timeout, default), POLL_SECONDS
    deadline = time.monotonic() + limit
    while (found := client.find(path)) is not None and found["metadata"]["uid"] == live["metadata"]["uid"]:
        if time.monotonic() >= deadline:
            pods = [reason for pod in _pods(client, found) for reason in holders(pod)]
            raise ProviderError("; ".join([_timed_out(limit, found, "gone"), *holders(found), *_first(pods)]))
        time.sleep(min(pause, max(deadline - time.monotonic(), 0)))
        pause = min(pause * 1.3, POLL_MAXIMUM)


def timeout_seconds(live: Props, timeout: float | None, default: float) -> float:
    """How long to wait: `customTimeouts`, else the object's annotation, else the default.

    The order is upstream's (https://www.pulumi.com/docs/iac/concepts/options/customtimeouts/ and
    https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/metadata/overrides.go).

    Raises:
        ProviderError: the annotation is no number of seconds.
    """
    annotated = section(live, "metadata", "annotations").get(TIMEOUT_ANNOTATION)
    if timeout or not annotated:
        return timeout or default
    if not str(annotated).isdecimal():
        raise ProviderError(
            f"{_words(live)} has annotation {TIMEOUT_ANNOTATION} {annotated!r}; it must be a whole number of seconds"
        )
    return float(annotated)


def _timed_out(limit: float, live: Props, state: str) -> str:
    return f"timed out after {limit:g} s waiting for {_words(live)} to be {state}"


def _words(live: Props) -> str:
    return f"{live['kind']} {identity(live)}"


def _pods(client: ApiClient, live: Props) -> list[Props]:
    if live["kind"] == "Pod":
        return [live]
    labels = section(live, "spec", "selector", "matchLabels")
    if not labels:
        return []
    selector = ",".join(f"{key}={value}" for key, value in labels.items())
    path = f"/api/v1/namespaces/{live['metadata']['namespace']}/pods"
    return client.get(path, {"labelSelector": selector})["items"]


def _first(reasons: Sequence[str]) -> list[str]:
    more = [f"and {len(reasons) - SHOWN_PODS} more pods"] if len(reasons) > SHOWN_PODS else []
    return [*reasons[:SHOWN_PODS], *more]
