"""W2: a pod that is drained ends its streams first.

The preStop of a sidecar is its own affair: all hooks begin at once, and that of a sidecar holds no other container up.
"""

from collections.abc import Iterator

from rules._pods import POD_SPECS, containers, pod
from rules._resource import UNKNOWN, Resource, Value, dig, is_known
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._setting import Names
from rules._types import DEPLOYMENT, STATEFUL_SET

_NAMESPACES = Names(name="namespaces", what="namespaces whose pods serve streams", default=("business",))
_STREAM = "inference-platform/longest-stream-seconds"
_ANNOTATION = ("metadata", "annotations", _STREAM)
_PLACE = ("metadata", "namespace")
_GRACE = "terminationGracePeriodSeconds"
_DEFAULT_GRACE = 30


def _check(resource: Resource, *, namespaces: tuple[str, ...]) -> Iterator[Finding]:
    if resource.get(*_PLACE) not in (*namespaces, UNKNOWN):
        return
    if unknown := [path for path in _paths(resource) if not is_known(resource.get(*path))]:
        yield undecided(resource, *unknown[0])
        return
    yield from _check_grace(resource)


def _paths(resource: Resource) -> Iterator[tuple[str, ...]]:
    """Yield the ways to all that the rule hangs on."""
    yield from (_PLACE, _ANNOTATION, (*POD_SPECS[resource.type], _GRACE))
    if any(not is_known(dig(each, "lifecycle")) for each in _own(resource)):
        yield (*POD_SPECS[resource.type], "containers")


def _own(resource: Resource) -> Iterator[Value]:
    """Yield a pod's containers, without sidecars: https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/."""
    yield from (each for path, each in containers(resource) if path[-1] == "containers")


def _check_grace(resource: Resource) -> Iterator[Finding]:
    stream, hooks = (
        str(resource.get(*_ANNOTATION)),
        [dig(each, "lifecycle", "preStop") for each in _own(resource)],
    )
    if not stream.isdigit():
        yield failure(resource, f"annotation {_STREAM} is {stream}, must be a number of seconds")
        return
    if any(hook is not None and dig(hook, "sleep", "seconds") is None for hook in hooks):
        yield failure(resource, "preStop is no sleep, so nothing says how long it takes")
        return
    wait = max((_number(dig(hook, "sleep", "seconds"), 0) for hook in hooks), default=0)
    grace = _number(pod(resource, _GRACE), _DEFAULT_GRACE)
    if grace < wait + int(stream):
        yield failure(
            resource,
            f"{_GRACE} is {grace}, must be at least {wait + int(stream)}: preStop {wait} and a stream {stream}",
        )


def _number(value: Value, default: int) -> int:
    return int(value) if isinstance(value, int | float) else default


RULE = ResourceRule(
    id="W2",
    name="require-drain-time",
    severity=Severity.HIGH,
    what="A serving workload says how long its longest stream is, and its pods get that and their preStop to end.",
    why="The grace period counts from before preStop; when it is over the streams that are left are cut with a KILL.",
    source="https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination",
    fix=(
        f"Annotate the workload with {_STREAM}, make preStop a sleep, and set {_GRACE} to the sum of both or more;"
        " 0 says that it serves no streams."
    ),
    settings=(_NAMESPACES,),
    matches={DEPLOYMENT, STATEFUL_SET}.__contains__,
    check=_check,
)
