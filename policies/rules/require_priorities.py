"""W10: when room is short, it is known who goes first and who goes last: the model."""

from collections.abc import Iterator, Mapping, Sequence

from rules._pods import POD_SPECS, asks_for_gpus, pod
from rules._resource import UNKNOWN, Resource, Value
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._setting import Names
from rules._stack import by_cluster, of_type
from rules._types import PRIORITY_CLASS

# Kubernetes's own, above all others: https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/
_SYSTEM = ("system-node-critical", "system-cluster-critical")
_CLASS = "priorityClassName"
_FIRST = Names(
    name="first",
    what="classes whose pods make room before all others, and wait until there is some",
    default=("precompute", "log-shipping"),
)


def _check(resources: Sequence[Resource], *, first: tuple[str, ...]) -> Iterator[Finding]:
    for objects in by_cluster(resources).values():
        classes = of_type(objects, PRIORITY_CLASS)
        unknown = [each for each in classes if UNKNOWN in (each.get("metadata", "name"), each.get("value"))]
        for each in unknown:
            yield undecided(each, *(("value",) if each.get("value") is UNKNOWN else ("metadata", "name")))
        values = {str(each.get("metadata", "name")): _number(each.get("value")) for each in classes}
        for each in classes:
            if each.get("metadata", "name") in first and not unknown:
                yield from _check_first(each, {name: it for name, it in values.items() if name not in first})
        for workload in of_type(objects, *POD_SPECS):
            if not unknown:
                yield from _check_workload(workload, values)


def _number(value: Value) -> int:
    return int(value) if isinstance(value, int | float) else 0


def _check_first(each: Resource, others: Mapping[str, int]) -> Iterator[Finding]:
    value, policy = _number(each.get("value")), each.get("preemptionPolicy")
    if below := [name for name in sorted(others) if others[name] <= value]:
        yield failure(each, f"value is {value}, must be below that of {', '.join(below)}")
    if policy is UNKNOWN:
        yield undecided(each, "preemptionPolicy")
    elif policy != "Never":
        yield failure(each, f"preemptionPolicy is {policy or 'not set'}, must be Never")


def _check_workload(workload: Resource, values: Mapping[str, int]) -> Iterator[Finding]:
    name, asked = pod(workload, _CLASS), asks_for_gpus(workload)
    if name is UNKNOWN or asked is None:
        yield undecided(workload, *POD_SPECS[workload.type], _CLASS if name is UNKNOWN else "containers")
    elif name in _SYSTEM:
        return
    elif name not in values:
        yield failure(workload, f"{_CLASS} is {name or 'not set'}, must be of {', '.join(sorted(values)) or 'a class'}")
    elif asked and (above := [each for each in sorted(values) if values[each] > values[str(name)]]):
        yield failure(workload, f"asks for GPUs at priority {values[str(name)]}, below {', '.join(above)}")


RULE = StackRule(
    id="W10",
    name="require-priorities",
    severity=Severity.HIGH,
    what=(
        "Every pod names a PriorityClass of the program or of Kubernetes, none of ours is above the model's, and log"
        " shipping and precompute go first."
    ),
    why=(
        "Without a class a pod has priority zero and is the first to go; after the loss of nodes log shipping must"
        " make room for the model, never the other way round."
    ),
    source="https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/",
    fix=(
        f"Set {_CLASS} of the pod to its tier's class, give the class of pods with GPUs the highest value and those of"
        " the setting `first` the lowest, with preemptionPolicy Never."
    ),
    settings=(_FIRST,),
    check=_check,
)
