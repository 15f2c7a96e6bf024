"""W12: every namespace says how far the pods in it may go."""

from collections.abc import Iterator

from rules._resource import UNKNOWN, Resource
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._setting import Names
from rules._types import NAMESPACE

_PRIVILEGED = Names(
    name="privileged", what="namespaces whose pods read their node, so that no level fits", default=("monitoring",)
)
_LABEL = ("metadata", "labels", "pod-security.kubernetes.io/enforce")
_LEVELS = ("restricted", "baseline")


def _check(namespace: Resource, *, privileged: tuple[str, ...]) -> Iterator[Finding]:
    name, level = namespace.get("metadata", "name"), namespace.get(*_LABEL)
    allowed = (*_LEVELS, "privileged") if name in privileged else _LEVELS
    if level in allowed:
        return
    if UNKNOWN in (name, level):
        yield undecided(namespace, *(_LABEL if level is UNKNOWN else ("metadata", "name")))
    else:
        yield failure(namespace, f"label {_LABEL[-1]} is {level or 'not set'}, must be {' or '.join(allowed)}")


RULE = ResourceRule(
    id="W12",
    name="require-pod-security-labels",
    severity=Severity.HIGH,
    what="Every namespace has a label by which the API server refuses pods beyond a level of pod security.",
    why="What is applied by hand at night passes no preview; this label is what still stops it.",
    source="https://kubernetes.io/docs/concepts/security/pod-security-admission/",
    fix="Set the namespace's label pod-security.kubernetes.io/enforce to restricted.",
    settings=(_PRIVILEGED,),
    matches=NAMESPACE.__eq__,
    check=_check,
)
