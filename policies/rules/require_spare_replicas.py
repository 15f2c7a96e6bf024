"""W1: the serving tier outlives the loss of a pod, and lets a node be drained."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from rules._replicas import KINDS, PLACE, TARGET, Floor, floor
from rules._resource import UNKNOWN, Resource, Value, dig, is_known, mapping
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._setting import Names, WholeNumber
from rules._stack import by_cluster, of_type
from rules._types import DEPLOYMENT, DISRUPTION_BUDGET

_NAMESPACES: Final = Names(name="namespaces", what="namespaces whose deployments serve", default=("business",))
_MIN_REPLICAS: Final = WholeNumber(
    name="min_replicas", what="fewest replicas of a serving deployment", default=2, minimum=2, maximum=100
)
_POD_LABELS: Final = ("spec", "template", "metadata", "labels")
_SELECTOR: Final = ("spec", "selector", "matchLabels")
# What tells which objects belong together; while any of it is unknown, nothing can be said.
_IDENTITY: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    DEPLOYMENT: (PLACE, ("metadata", "name"), _POD_LABELS),
    **dict.fromkeys(KINDS, (PLACE, TARGET)),
    DISRUPTION_BUDGET: (PLACE, _SELECTOR),
}


def _check(resources: Sequence[Resource], *, namespaces: tuple[str, ...], min_replicas: int) -> Iterator[Finding]:
    for objects in by_cluster(resources).values():
        for deployment in of_type(objects, DEPLOYMENT):
            if deployment.get(*PLACE) in (*namespaces, UNKNOWN):
                yield from _check_deployment(deployment, _neighbours(deployment, objects), min_replicas)


def _neighbours(deployment: Resource, objects: Sequence[Resource]) -> list[Resource]:
    """Return what may be of the same namespace."""
    places = (deployment.get(*PLACE), UNKNOWN)
    return [each for each in of_type(objects, *KINDS, DISRUPTION_BUDGET) if each.get(*PLACE) in places]


def _check_deployment(deployment: Resource, neighbours: Sequence[Resource], fewest: int) -> Iterator[Finding]:
    blanks = [
        undecided(each, *path)
        for each in (deployment, *neighbours)
        for path in _IDENTITY[each.type]
        if not is_known(each.get(*path))
    ]
    if blanks:
        yield from blanks
        return
    least = floor(deployment, neighbours)
    yield from _check_floor(deployment, least, fewest)
    yield from _check_budgets(deployment, least, neighbours)


def _check_floor(deployment: Resource, least: Floor, fewest: int) -> Iterator[Finding]:
    if not is_known(least.replicas):
        yield undecided(least.owner, *least.path)
    elif least.count < fewest:
        yield failure(
            deployment,
            f"{least.owner.name} keeps {'.'.join(least.path)} at {least.count}, must be at least {fewest}",
        )


def _check_budgets(deployment: Resource, least: Floor, neighbours: Sequence[Resource]) -> Iterator[Finding]:
    labels = mapping(deployment.get(*_POD_LABELS))
    covering = [budget for budget in of_type(neighbours, DISRUPTION_BUDGET) if _covers(budget, labels)]
    if not covering:
        yield failure(deployment, "no PodDisruptionBudget selects its pods")
    for budget in covering:
        yield from _check_allows(budget, least)


def _covers(budget: Resource, labels: Mapping[str, Value]) -> bool:
    selector = mapping(budget.get(*_SELECTOR))
    return bool(selector) and selector.items() <= labels.items()


def _check_allows(budget: Resource, least: Floor) -> Iterator[Finding]:
    spec = budget.get("spec")
    most, available = dig(spec, "maxUnavailable"), dig(spec, "minAvailable")
    if UNKNOWN in (most, available) or not is_known(least.replicas):
        yield undecided(budget, "spec")
    elif most in (0, "0", "0%"):
        yield failure(budget, f"maxUnavailable {_text(most)} never lets a pod be evicted")
    elif most is None and _never_less(available, least.count):
        yield failure(budget, f"minAvailable {_text(available)} never lets a pod be evicted")


def _never_less(least: Value, replicas: int) -> bool:
    """Tell whether `least` pods being up at all times leaves none of `replicas` to evict."""
    if isinstance(least, str) and least.endswith("%"):
        # Kubernetes rounds a share of pods up: https://kubernetes.io/docs/tasks/run-application/configure-pdb/
        return -(-int(least[:-1]) * replicas // 100) >= replicas
    return int(least) >= replicas if isinstance(least, int | float | str) else False


def _text(value: Value) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


RULE = StackRule(
    id="W1",
    name="require-spare-replicas",
    severity=Severity.HIGH,
    what=("A serving deployment keeps two replicas or more, under a PodDisruptionBudget that lets one be evicted."),
    why=(
        "One replica is an outage at each node update; without a budget a drain takes all pods at once, and"
        " a budget with no room blocks every drain."
    ),
    source="https://kubernetes.io/docs/tasks/run-application/configure-pdb/",
    fix=(
        "Set minReplicas of its HorizontalPodAutoscaler, or minReplicaCount of its ScaledObject, to"
        f" {_MIN_REPLICAS.default} or more, and give it a PodDisruptionBudget with the same labels and"
        " maxUnavailable: 1."
    ),
    settings=(_NAMESPACES, _MIN_REPLICAS),
    check=_check,
)
