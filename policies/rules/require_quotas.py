"""W9: no namespace can take all of a site."""

from collections.abc import Iterator, Sequence

from rules._namespaces import with_neighbours
from rules._resource import UNKNOWN, Resource, is_known, mapping
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._setting import Names
from rules._types import RESOURCE_QUOTA

_LIMITED = Names(
    name="limited",
    what="what the quotas of a namespace limit",
    default=("requests.cpu", "requests.memory", "limits.memory", "requests.nvidia.com/gpu", "pods"),
)
_HARD = ("spec", "hard")


def _check(resources: Sequence[Resource], *, limited: tuple[str, ...]) -> Iterator[Finding]:
    for namespace, quotas in with_neighbours(resources, RESOURCE_QUOTA):
        placed = [each for each in quotas if UNKNOWN not in _identity(namespace, each)]
        found = {
            key
            for each in placed
            if not _is_scoped(each)
            for key, value in mapping(each.get(*_HARD)).items()
            if isinstance(value, str | int | float)
        }
        missing = [key for key in limited if key not in found]
        unknown = [each for each in quotas if each not in placed or not is_known(each.get("spec"))]
        if missing and unknown:
            yield undecided(unknown[0], "spec")
        elif missing:
            yield failure(namespace, f"no ResourceQuota limits its {', '.join(missing)}")


def _identity(namespace: Resource, quota: Resource) -> tuple[object, object]:
    return namespace.get("metadata", "name"), quota.get("metadata", "namespace")


def _is_scoped(quota: Resource) -> bool:
    """Tell whether a quota is of some of the pods only: https://kubernetes.io/docs/concepts/policy/resource-quotas/."""
    return any(quota.get("spec", key) for key in ("scopes", "scopeSelector"))


RULE = StackRule(
    id="W9",
    name="require-quotas",
    severity=Severity.MEDIUM,
    what="Every namespace of the program has a quota on cores, memory, GPUs and pods.",
    why="A collector with a leak, or a Job in a loop, takes the nodes that the model is to be started on.",
    source="https://kubernetes.io/docs/concepts/policy/resource-quotas/",
    fix=f"Add a ResourceQuota to the namespace whose spec.hard has {', '.join(_LIMITED.default)}.",
    settings=(_LIMITED,),
    check=_check,
)
