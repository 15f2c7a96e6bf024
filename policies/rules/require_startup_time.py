"""W3: a model server may take its time to load, and then is cut off before it is restarted."""

from collections.abc import Iterator
from typing import Final

from rules._pods import POD_SPECS, asks_for_gpus, container_name, containers
from rules._resource import Resource, Value, dig, is_known
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._setting import WholeNumber

# Node, image, weights and engine take ten minutes or more: https://github.com/vllm-project/vllm/issues/41893
_COLD_START = WholeNumber(
    name="cold_start_seconds",
    what="time that a model server must be given to start, s",
    default=900,
    minimum=60,
    maximum=7200,
)
_PROBES: Final = ("startupProbe", "readinessProbe", "livenessProbe")
# What Kubernetes takes where a probe does not say; see the rule's source.
_FAILURES, _PERIOD = 3, 10


def _check(resource: Resource, *, cold_start_seconds: int) -> Iterator[Finding]:
    asked = asks_for_gpus(resource)
    if asked is None:
        yield undecided(resource, *POD_SPECS[resource.type], "containers")
        return
    for path, container in containers(resource) if asked else ():
        if path[-1] == "containers":
            yield from _check_container(resource, path, container, cold_start_seconds)


def _check_container(resource: Resource, path: tuple[str, ...], container: Value, least: int) -> Iterator[Finding]:
    name = container_name(container)
    if unknown := [probe for probe in _PROBES if not is_known(dig(container, probe))]:
        yield undecided(resource, *path, name, unknown[0])
        return
    startup, readiness, liveness = (_seconds(dig(container, probe)) for probe in _PROBES)
    if startup is None or startup < least:
        found = "has no startup probe" if startup is None else f"has {startup} s in its startup probe"
        yield failure(resource, f"container {name} {found}, must be at least {least} s")
    if readiness is None or (liveness is not None and liveness <= readiness):
        found = "is never taken out" if readiness is None else f"is taken out after {readiness} s"
        yield failure(resource, f"container {name} {found} and restarted after {liveness} s, must be taken out before")


def _seconds(probe: Value) -> int | None:
    """Return how long a probe may fail (s) before it takes effect, None where there is no probe."""
    if probe is None:
        return None
    failures, period = dig(probe, "failureThreshold"), dig(probe, "periodSeconds")
    return _number(failures, _FAILURES) * _number(period, _PERIOD)


def _number(value: Value, default: int) -> int:
    return int(value) if isinstance(value, int | float) else default


RULE = ResourceRule(
    id="W3",
    name="require-startup-time",
    severity=Severity.HIGH,
    what="Pods with GPUs get a startup probe as long as a cold start, and fail readiness before liveness.",
    why=(
        "A server killed while it loads its weights never comes up, and one that is restarted as soon as it is slow"
        " takes its streams with it, where being out of the Service for a while would have done."
    ),
    source="https://kubernetes.io/docs/concepts/workloads/pods/probes/",
    fix=(
        f"Give the container a startupProbe with failureThreshold x periodSeconds of {_COLD_START.default} s or more,"
        " a readinessProbe, and a livenessProbe that allows more failures than it."
    ),
    settings=(_COLD_START,),
    matches=POD_SPECS.__contains__,
    check=_check,
)
