"""When an object is ready, as the upstream provider waits for it: pure functions of the live object."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from sandbox.plugin.wire import Props, rows, section

SKIP = "pulumi.com/skipAwait"


@dataclass(frozen=True, slots=True)
class Readiness:
    """The state of an object, and why it is not ready."""

    state: Literal["ready", "waiting", "failed"]
    reason: str = ""


READY = Readiness("ready")
Judge: TypeAlias = Callable[[Props], Readiness]


def judge(live: Props) -> Readiness:
    """Whether an object is ready; kinds that nothing is waited for are at once."""
    annotations = section(live, "metadata", "annotations")
    decide = JUDGES.get(live["kind"])
    if decide is None or annotations.get(SKIP) == "true":
        return READY
    if live.get("status", {}).get("observedGeneration", 0) < _generation(live):
        return Readiness("waiting", "its controller has not seen it yet")
    return decide(live)


def _generation(live: Props) -> int:
    observed = {"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"}
    return int(live["metadata"].get("generation", 0)) if live["kind"] in observed else 0


def _deployment(live: Props) -> Readiness:
    wanted, status = int(live["spec"].get("replicas", 1)), live.get("status", {})
    progressing = _condition(live, "Progressing")
    if progressing.get("reason") == "ProgressDeadlineExceeded":
        return Readiness("failed", str(progressing.get("message")))
    updated, available = status.get("updatedReplicas", 0), status.get("availableReplicas", 0)
    if updated >= wanted and available >= wanted and status.get("replicas", 0) == updated:
        return READY
    return Readiness("waiting", f"{available} of {wanted} replicas are available, {updated} are up to date")


def _stateful_set(live: Props) -> Readiness:
    wanted, status = int(live["spec"].get("replicas", 1)), live.get("status", {})
    ready, updated = status.get("readyReplicas", 0), status.get("updatedReplicas", 0)
    return _all("replicas", wanted, ready, updated)


def _daemon_set(live: Props) -> Readiness:
    status = live.get("status", {})
    wanted = status.get("desiredNumberScheduled", 0)
    return _all("pods", wanted, status.get("numberReady", 0), status.get("updatedNumberScheduled", 0))


def _all(what: str, wanted: int, ready: int, updated: int) -> Readiness:
    if ready >= wanted and updated >= wanted:
        return READY
    return Readiness("waiting", f"{ready} of {wanted} {what} are ready, {updated} are up to date")


def _job(live: Props) -> Readiness:
    failed = _condition(live, "Failed")
    if failed.get("status") == "True":
        return Readiness("failed", f"{failed.get('reason')}: {failed.get('message')}")
    if _condition(live, "Complete").get("status") == "True":
        return READY
    return Readiness("waiting", "the Job is not complete")


def _pod(live: Props) -> Readiness:
    if live.get("status", {}).get("phase") == "Succeeded" or _condition(live, "Ready").get("status") == "True":
        return READY
    return Readiness("waiting", "the Pod is not ready")


def _namespace(live: Props) -> Readiness:
    phase = live.get("status", {}).get("phase")
    return READY if phase == "Active" else Readiness("waiting", f"its phase is {phase}, not Active")


def _definition(live: Props) -> Readiness:
    established = _condition(live, "Established")
    if established.get("status") == "True":
        return READY
    return Readiness("waiting", f"it is not served yet: {_condition(live, 'NamesAccepted').get('message', 'no word')}")


def _api_service(live: Props) -> Readiness:
    available = _condition(live, "Available")
    if available.get("status") == "True":
        return READY
    return Readiness("waiting", f"{available.get('reason')}: {available.get('message')}")


def _scaled_object(live: Props) -> Readiness:
    """Ready when its autoscaler is made: signals that nobody answers do not keep it from working by the others."""
    ready = _condition(live, "Ready")
    if ready.get("status") == "True" or ready.get("reason") in {"PartialTriggerError", "TriggerError"}:
        return READY
    return Readiness("waiting", f"{ready.get('reason', 'its operator has not seen it')}: {ready.get('message', '')}")


def _condition(live: Props, kind: str) -> Mapping[str, Any]:
    missing: Props = {}
    return next((item for item in rows(live, "status", "conditions") if item["type"] == kind), missing)


JUDGES: dict[str, Judge] = {
    "Deployment": _deployment,
    "StatefulSet": _stateful_set,
    "DaemonSet": _daemon_set,
    "Job": _job,
    "Pod": _pod,
    "Namespace": _namespace,
    "CustomResourceDefinition": _definition,
    "APIService": _api_service,
    "ScaledObject": _scaled_object,
}


def workload_reasons(live: Props) -> list[str]:
    """What a workload's own conditions complain of, e.g. a quota that stops its pods."""
    failure = _condition(live, "ReplicaFailure")
    return [f"{failure.get('reason')}: {failure.get('message')}"] if failure.get("status") == "True" else []


def pod_reasons(pod: Props) -> list[str]:
    """Why a pod is not ready; nothing when it is."""
    if _pod(pod).state == "ready":
        return []
    name = f"Pod {pod['metadata']['name']}"
    scheduled = _condition(pod, "PodScheduled")
    if scheduled.get("status") == "False":
        return [f"{name}: {scheduled.get('reason')}: {scheduled.get('message')}"]
    states = [section(item, "state") for item in rows(pod, "status", "containerStatuses")]
    stuck = [section(s, "waiting") or section(s, "terminated") for s in states if "running" not in s]
    found = [f"{name}: {s.get('reason')}: {s.get('message', '')}".rstrip(": ") for s in stuck if s]
    return found or [f"{name}: phase {pod.get('status', {}).get('phase')}, not ready"]


def holders(live: Props) -> list[str]:
    """What keeps an object that is being deleted: its finalizers, and what a namespace still holds."""
    name = f"{live.get('kind', 'Pod')} {live['metadata']['name']}"  # items of a list do not repeat their kind
    conditions = [item for item in rows(live, "status", "conditions") if live.get("kind") == "Namespace"]
    content = [f"{item.get('reason')}: {item.get('message')}" for item in conditions if item.get("status") == "True"]
    finalizers = ", ".join(live["metadata"].get("finalizers") or [])
    return [f"{name} is held by finalizer {finalizers}" if finalizers else f"{name} has no finalizer", *content]
