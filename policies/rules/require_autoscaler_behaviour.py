"""W6: autoscalers say how they go up and how they come down."""

from collections.abc import Iterator

from rules._resource import UNKNOWN, Resource, Value, items
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._setting import WholeNumber
from rules._types import AUTOSCALER

# The API takes 0 to 3600: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v2/
_LEAST = WholeNumber(
    name="scale_down_seconds",
    what="shortest stabilisation before an autoscaler takes replicas away, s",
    default=300,
    minimum=1,
    maximum=3600,
)
_WINDOW = ("spec", "behavior", "scaleDown", "stabilizationWindowSeconds")


def _check(scaler: Resource, *, scale_down_seconds: int) -> Iterator[Finding]:
    yield from _check_metrics(scaler)
    yield from _check_room(scaler)
    for way in ("scaleUp", "scaleDown"):
        path = ("spec", "behavior", way, "policies")
        policies = items(scaler.get(*path))
        if UNKNOWN in policies:
            yield undecided(scaler, *path)
        elif not policies:
            yield failure(scaler, f"behavior.{way} has no policies, so nothing says how fast it goes")
    yield from _check_window(scaler, scale_down_seconds)


def _check_metrics(scaler: Resource) -> Iterator[Finding]:
    metrics = scaler.get("spec", "metrics")
    if metrics is UNKNOWN:
        yield undecided(scaler, "spec", "metrics")
    elif not items(metrics):
        yield failure(scaler, "has no metric")


def _check_room(scaler: Resource) -> Iterator[Finding]:
    least, most = scaler.get("spec", "minReplicas"), scaler.get("spec", "maxReplicas")
    if UNKNOWN in (least, most):
        yield undecided(scaler, "spec", "minReplicas" if least is UNKNOWN else "maxReplicas")
    elif _number(most) <= _number(least):
        yield failure(scaler, f"maxReplicas {_number(most)} leaves no room above minReplicas {_number(least)}")


def _number(replicas: Value) -> int:
    """Return a count of replicas; Kubernetes takes one where none is given."""
    return int(replicas) if isinstance(replicas, int | float) else 1


def _check_window(scaler: Resource, least: int) -> Iterator[Finding]:
    window = scaler.get(*_WINDOW)
    if window is UNKNOWN:
        yield undecided(scaler, *_WINDOW)
    elif not isinstance(window, int | float) or window < least:
        found = f"{window:g}" if isinstance(window, int | float) else "not set"
        yield failure(scaler, f"{'.'.join(_WINDOW[1:])} is {found}, must be at least {least}")


RULE = ResourceRule(
    id="W6",
    name="require-autoscaler-behaviour",
    severity=Severity.MEDIUM,
    what="Every autoscaler of pods has a metric, room to grow, and policies for both ways, down only after a wait.",
    why=(
        "A replica with a large model takes minutes to start: one that is taken away in a short lull is missing in"
        " the next burst, and an autoscaler without room or metric only looks like one."
    ),
    source="https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/",
    fix=(
        "Set behavior.scaleUp.policies and behavior.scaleDown.policies, and the latter's stabilizationWindowSeconds to"
        f" {_LEAST.default} or more; give it a metric, and maxReplicas above minReplicas."
    ),
    settings=(_LEAST,),
    matches=AUTOSCALER.__eq__,
    check=_check,
)
