"""W23: how long a replica takes to serve is said, phase by phase, and what waits for it waits as long."""

from collections.abc import Iterator
from typing import Final

from rules._pods import POD_SPECS, asks_for_gpus, container_name, containers
from rules._resource import UNKNOWN, Resource, Value, dig, is_known
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._types import DEPLOYMENT

_BUDGET: Final = "inference-platform/cold-start"
_ANNOTATION: Final = ("metadata", "annotations", _BUDGET)
_DEADLINE: Final = ("spec", "progressDeadlineSeconds")
# What the container itself does; the phases before are its node's.
_OWN: Final = ("load", "compile")
_PHASES: Final = ("node", "image", "weights", *_OWN)
# What Kubernetes takes where nothing is said:
# https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#progress-deadline-seconds and
# https://kubernetes.io/docs/concepts/workloads/pods/probes/
_DEFAULT_DEADLINE, _FAILURES, _PERIOD = 600, 3, 10


def _check(resource: Resource) -> Iterator[Finding]:
    asked = asks_for_gpus(resource)
    if asked is None:
        yield undecided(resource, *POD_SPECS[resource.type], "containers")
    elif asked:
        yield from _check_budget(resource)


def _check_budget(resource: Resource) -> Iterator[Finding]:
    said = resource.get(*_ANNOTATION)
    if said is UNKNOWN:
        yield undecided(resource, *_ANNOTATION)
        return
    phases = _read(said)
    if missing := [phase for phase in _PHASES if phase not in phases]:
        yield failure(resource, f"annotation {_BUDGET} is {said}, must have the seconds of {', '.join(missing)}")
        return
    yield from _check_deadline(resource, sum(phases.values()))
    for path, container in containers(resource):
        if path[-1] == "containers" and dig(container, "startupProbe") is not None:
            yield from _check_probe(resource, path, container, sum(phases[phase] for phase in _OWN))


def _read(said: Value) -> dict[str, int]:
    """Return the seconds of each phase in an annotation like `node=300,image=300`."""
    parts = [part.partition("=") for part in str(said).split(",")]
    return {name.strip(): int(seconds) for name, _, seconds in parts if seconds.isdigit()}


def _check_deadline(resource: Resource, whole: int) -> Iterator[Finding]:
    deadline = resource.get(*_DEADLINE)
    if deadline is UNKNOWN:
        yield undecided(resource, *_DEADLINE)
    elif (seconds := _number(deadline, _DEFAULT_DEADLINE)) < whole:
        yield failure(resource, f"progressDeadlineSeconds is {seconds}, must be at least a cold start, {whole}")


def _check_probe(resource: Resource, path: tuple[str, ...], container: Value, own: int) -> Iterator[Finding]:
    name, probe = container_name(container), dig(container, "startupProbe")
    if not is_known(probe):
        yield undecided(resource, *path, name, "startupProbe")
        return
    seconds = _number(dig(probe, "failureThreshold"), _FAILURES) * _number(dig(probe, "periodSeconds"), _PERIOD)
    if seconds < own:
        yield failure(resource, f"container {name} has {seconds} s in its startup probe, load and compile need {own} s")


def _number(value: Value, default: int) -> int:
    return int(value) if isinstance(value, int | float) else default


RULE = ResourceRule(
    id="W23",
    name="require-cold-start-budget",
    severity=Severity.MEDIUM,
    what="Deployments with GPUs say how long each phase of a cold start takes; probe and rollout wait as long.",
    why=(
        "A rollout that is called failed while its node still starts is taken back for nothing, and an autoscaler that"
        " does not know the lead time scales too late; who knows the phases knows which to shorten."
    ),
    source="https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#progress-deadline-seconds",
    fix=(
        f"Annotate the Deployment with {_BUDGET}, like node=300,image=300,weights=600,load=300,compile=300, set"
        " progressDeadlineSeconds to their sum or more, and the startupProbe to load and compile or more."
    ),
    matches=DEPLOYMENT.__eq__,
    check=_check,
)
