"""W15: what decides by majority outlives the loss of one, and is never drained below it."""

from collections.abc import Iterator, Sequence
from typing import Final

from rules._quorum import tolerated
from rules._replicas import PLACE, number
from rules._resource import UNKNOWN, Resource, is_known, mapping
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._setting import Names
from rules._stack import by_cluster, of_type
from rules._types import DISRUPTION_BUDGET, STATEFUL_SET

_NAMES = Names(name="names", what="stateful sets whose servers decide by majority", default=("consul",))
_LEAST: Final = 3
_NAME: Final = ("metadata", "name")
_REPLICAS: Final = ("spec", "replicas")
_LABELS: Final = ("spec", "template", "metadata", "labels")
_SELECTOR: Final = ("spec", "selector", "matchLabels")


def _check(resources: Sequence[Resource], *, names: tuple[str, ...]) -> Iterator[Finding]:
    for objects in by_cluster(resources).values():
        for servers in of_type(objects, STATEFUL_SET):
            if servers.get(*_NAME) in (*names, UNKNOWN):
                yield from _check_servers(servers, of_type(objects, DISRUPTION_BUDGET))


def _check_servers(servers: Resource, budgets: Sequence[Resource]) -> Iterator[Finding]:
    unknown = [path for path in (_NAME, PLACE, _REPLICAS, _LABELS) if not is_known(servers.get(*path))]
    if unknown:
        yield from (undecided(servers, *path) for path in unknown)
        return
    count = number(servers.get(*_REPLICAS))
    if count < _LEAST or count % 2 == 0:
        yield failure(servers, f"spec.replicas is {count}, must be odd and at least {_LEAST}")
    beside = [each for each in budgets if each.get(*PLACE) in (servers.get(*PLACE), UNKNOWN)]
    yield from _check_budgets(servers, beside, count)


def _check_budgets(servers: Resource, budgets: Sequence[Resource], count: int) -> Iterator[Finding]:
    labels = mapping(servers.get(*_LABELS))
    blanks = [each for each in budgets if not (is_known(each.get("spec")) and is_known(each.get(*PLACE)))]
    covering = [each for each in budgets if mapping(each.get(*_SELECTOR)).items() <= labels.items()]
    if blanks:
        yield from (undecided(each, "spec") for each in blanks)
    elif not covering:
        yield failure(servers, "no PodDisruptionBudget selects its pods")
    elif not any(_keeps_majority(each, count) for each in covering):
        yield failure(covering[0], f"lets more of {count} servers be evicted at once than a majority can miss")


def _keeps_majority(budget: Resource, count: int) -> bool:
    """Tell whether enough servers stay; shares are not taken, for they round to what few expect."""
    spare = tolerated(count)
    most, least = budget.get("spec", "maxUnavailable"), budget.get("spec", "minAvailable")
    if isinstance(most, int | float):
        return most <= spare
    return isinstance(least, int | float) and least >= count - spare


RULE = StackRule(
    id="W15",
    name="require-quorum",
    severity=Severity.HIGH,
    what="Servers that decide by majority are an odd number from three, under a budget that keeps the majority.",
    why=(
        "Two servers or four are no safer than one or three, and without a budget a drain of nodes takes the majority;"
        " service discovery then stops."
    ),
    source="https://developer.hashicorp.com/consul/docs/concept/consensus",
    fix="Set spec.replicas to 3 or 5, and give it a PodDisruptionBudget with the same labels and maxUnavailable: 1.",
    settings=(_NAMES,),
    check=_check,
)
