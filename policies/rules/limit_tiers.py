"""W22: whoever may make pods in a namespace can not give them the priority of others."""

from collections.abc import Iterator, Sequence

from rules._namespaces import with_neighbours
from rules._pods import POD_SPECS, asks_for_gpus
from rules._resource import UNKNOWN, Resource, dig, is_known, items, mapping, strings
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._stack import by_cluster, of_type
from rules._types import PRIORITY_CLASS, RESOURCE_QUOTA

_NONE = (0, "0")


def _check(resources: Sequence[Resource]) -> Iterator[Finding]:
    for objects in by_cluster(resources).values():
        highest = _highest(of_type(objects, PRIORITY_CLASS))
        for namespace, quotas in with_neighbours(objects, RESOURCE_QUOTA):
            unknown = [
                each
                for each in quotas
                if not is_known(each.get("spec")) or each.get("metadata", "namespace") is UNKNOWN
            ]
            own = next(filter(None, map(_own_tiers, quotas)), None)
            if own is None and unknown:
                yield undecided(unknown[0], "spec")
            elif own is None:
                yield failure(namespace, "no ResourceQuota refuses pods of all PriorityClasses but its own")
            elif highest in own and not _serves(namespace, objects):
                yield failure(namespace, f"its pods may be of {highest}, the highest PriorityClass, and need no GPUs")


def _own_tiers(quota: Resource) -> list[str] | None:
    """Return the classes that a quota of no pods leaves out; None where it is another quota."""
    scopes = [mapping(each) for each in items(quota.get("spec", "scopeSelector", "matchExpressions"))]
    if dig(quota.get("spec", "hard"), "pods") not in _NONE or len(scopes) != 1:
        return None
    (scope,) = scopes
    wanted = (scope.get("scopeName"), scope.get("operator")) == ("PriorityClass", "NotIn")
    return strings(scope.get("values")) if wanted and is_known(scope.get("values")) else None


def _highest(classes: Sequence[Resource]) -> str | None:
    known = [each for each in classes if isinstance(each.get("value"), int | float)]
    return str(max(known, key=_value).get("metadata", "name")) if known else None


def _value(each: Resource) -> float:
    value = each.get("value")
    return value if isinstance(value, int | float) else 0


def _serves(namespace: Resource, objects: Sequence[Resource]) -> bool:
    """Tell whether pods with GPUs run in a namespace, or may turn out to."""
    places = (namespace.get("metadata", "name"), UNKNOWN)
    workloads = [each for each in of_type(objects, *POD_SPECS) if asks_for_gpus(each) is not False]
    return UNKNOWN in places[:1] or any(each.get("metadata", "namespace") in places for each in workloads)


RULE = StackRule(
    id="W22",
    name="limit-tiers",
    severity=Severity.HIGH,
    what="Every namespace refuses pods of PriorityClasses but its own, and only one with GPU pods has the highest.",
    why="A priority is any pod's to name: a tenant who takes the model's puts the model off its nodes.",
    source="https://kubernetes.io/docs/concepts/policy/resource-quotas/#resource-quota-per-priorityclass",
    fix=(
        "Add a ResourceQuota with spec.hard {pods: 0} and spec.scopeSelector.matchExpressions [{scopeName:"
        " PriorityClass, operator: NotIn, values: [the namespace's own classes]}]."
    ),
    check=_check,
)
