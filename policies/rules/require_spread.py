"""W13: the replicas of a serving workload are not all on one node."""

from collections.abc import Iterator

from rules._resource import UNKNOWN, Resource, Value, dig, is_known, items, mapping
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._setting import Names
from rules._types import DEPLOYMENT, STATEFUL_SET

_NAMESPACES = Names(name="namespaces", what="namespaces whose workloads serve", default=("business",))
_KEYS = Names(
    name="topology_keys",
    what="node labels to spread over, one of which is enough",
    default=("kubernetes.io/hostname",),
)
_PLACE = ("metadata", "namespace")
_LABELS = ("spec", "template", "metadata", "labels")
_SPREAD = ("spec", "template", "spec", "topologySpreadConstraints")


def _check(resource: Resource, *, namespaces: tuple[str, ...], topology_keys: tuple[str, ...]) -> Iterator[Finding]:
    if resource.get(*_PLACE) not in (*namespaces, UNKNOWN):
        return
    labels = resource.get(*_LABELS)
    if any(_spreads(each, labels, topology_keys) for each in items(resource.get(*_SPREAD))):
        return
    if unknown := [path for path in (_PLACE, _LABELS, _SPREAD) if not is_known(resource.get(*path))]:
        yield undecided(resource, *unknown[0])
    else:
        yield failure(resource, f"no topology spread constraint spreads its pods over {' or '.join(topology_keys)}")


def _spreads(constraint: Value, labels: Value, keys: tuple[str, ...]) -> bool:
    """Tell whether a constraint counts these pods: without a selector, or with one of others, it spreads nothing."""
    selector = mapping(dig(constraint, "labelSelector", "matchLabels"))
    return (
        is_known(constraint)
        and dig(constraint, "topologyKey") in keys
        and bool(selector)
        and selector.items() <= mapping(labels).items()
    )


RULE = ResourceRule(
    id="W13",
    name="require-spread",
    severity=Severity.MEDIUM,
    what="A serving workload has a topology spread constraint over nodes that selects its own pods.",
    why="The scheduler may put both replicas on the node with the most room, and then one dead node is an outage.",
    source="https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/",
    fix=(
        "Add to topologySpreadConstraints {maxSkew: 1, topologyKey: kubernetes.io/hostname, labelSelector: the pods'"
        " labels}, with whenUnsatisfiable ScheduleAnyway where a crowded replica is better than none."
    ),
    settings=(_NAMESPACES, _KEYS),
    matches={DEPLOYMENT, STATEFUL_SET}.__contains__,
    check=_check,
)
