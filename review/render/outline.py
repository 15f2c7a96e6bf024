"""What every page says in the same order: who is touched where, and the properties of each resource, riskiest first."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from review.assessment import Level, Review
from review.plan import Change, Operation, Outcome, Plan, PolicyResult, Step
from review.render.text import MINUS, pair, shorten, written
from review.values import Mark, Value

ARTIFACT = "report"
"""Name under which a workflow keeps the whole report."""
RISK = (Operation.REPLACE, Operation.DELETE, Operation.UPDATE, Operation.CREATE)
"""Operations that do something, riskiest first."""
PAST = {
    Operation.REPLACE: "replaced",
    Operation.DELETE: "deleted",
    Operation.UPDATE: "updated",
    Operation.CREATE: "created",
}
SIGN = {Operation.REPLACE: "±", Operation.DELETE: MINUS, Operation.UPDATE: "~", Operation.CREATE: "+"}
_IDLE = {Operation.SAME, Operation.READ}


@dataclass(frozen=True, slots=True)
class Row:
    """What happens in one place of one stack; components have no resource of their own and are not counted."""

    stack: str
    region: str
    site: str
    counts: Counter[Operation] = field(default_factory=Counter[Operation])

    @property
    def unchanged(self) -> int:
        """Resources that stay as they are."""
        return sum(self.counts[each] for each in _IDLE)

    @property
    def touched(self) -> bool:
        """Whether anything happens here."""
        return any(self.counts[each] for each in RISK)

    @property
    def worst(self) -> Operation | None:
        """The riskiest thing that happens here."""
        return next((each for each in RISK if self.counts[each]), None)


@dataclass(frozen=True, slots=True)
class Line:
    """One property as a diff shows it; None stands for what is not there."""

    path: str
    before: str | None
    after: str | None
    forces: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One resource of the property diff.

    Attributes:
        stack: the stack's name.
        step: what happens.
        size: how many properties `lines` yields.
        computed: paths of what only an output or a default changes.
    """

    stack: str
    step: Step
    size: int
    computed: tuple[str, ...]

    def lines(self, limit: int) -> Iterator[Line]:
        """Its properties, values of at most `limit` characters; all inputs of what is created or deleted."""
        for change in self.step.changes:
            if not change.computed:
                yield _line(change, limit)
        inputs = _whole(self.step)
        for path in sorted(inputs):
            value = shorten(written(inputs[path]), limit)
            yield Line(path, None, value) if self.step.operation is Operation.CREATE else Line(path, value, None)


def _line(change: Change, limit: int) -> Line:
    before, after = pair(change.before, change.after, limit)
    return Line(
        change.path,
        None if change.before is Mark.ABSENT else before,
        None if change.after is Mark.ABSENT else after,
        change.forces_replacement,
    )


def matrix(review: Review) -> tuple[Row, ...]:
    """Stacks in their order, places sorted, what a region shares after its sites."""
    rows: dict[tuple[str, str, str], Row] = {}
    for plan in review.plans:
        for step in plan.steps:
            if step.custom:
                key = (plan.stack, step.place.region, step.place.site)
                rows.setdefault(key, Row(*key)).counts[step.operation] += 1
    order = [plan.stack for plan in review.plans]
    return tuple(sorted(rows.values(), key=lambda row: (order.index(row.stack), *_last(row.region), *_last(row.site))))


def _last(word: str) -> tuple[bool, str]:
    return (not word, word)


def idle_stacks(review: Review) -> tuple[Plan, ...]:
    """Stacks in which nothing happens, to components neither; what a broken preview would do is not known."""
    return tuple(plan for plan in review.plans if plan.is_whole and not plan.changed)


def broken_stacks(review: Review) -> tuple[str, ...]:
    """Names of stacks whose preview did not come to its end."""
    return tuple(plan.stack for plan in review.plans if not plan.is_whole)


def totals(rows: Iterable[Row]) -> Counter[Operation]:
    """Resources by operation over all rows."""
    return sum((row.counts for row in rows), Counter[Operation]())


def components(review: Review) -> int:
    """Components that change: they stand in the state alone."""
    return sum(not step.custom for plan in review.plans for step in plan.changed)


def entries(review: Review) -> list[Entry]:
    """Every resource that changes, by risk; within an operation the dangers first, worst first."""
    danger = {danger.step.urn: danger.level for danger in review.dangers}
    found = [_entry(plan.stack, step) for plan in review.plans for step in plan.changed if step.custom]
    return sorted(found, key=lambda each: (RISK.index(each.step.operation), -danger.get(each.step.urn, Level.SAFE)))


def _entry(stack: str, step: Step) -> Entry:
    computed = tuple([change.path for change in step.changes if change.computed])
    return Entry(stack, step, len(step.changes) - len(computed) + len(_whole(step)), computed)


def _whole(step: Step) -> Mapping[str, Value]:
    """All inputs of what is created or deleted: the engine names no change of these."""
    state = {Operation.CREATE: step.after, Operation.DELETE: step.before}.get(step.operation)
    return state.inputs if state and not step.changes else {}


def policies(review: Review) -> list[tuple[str, PolicyResult]]:
    """What the rules found, with its stack: failures, warnings, unknown, waived."""
    order = list(Outcome)
    found = [(plan.stack, result) for plan in review.plans for result in plan.policies]
    return sorted(found, key=lambda each: order.index(each[1].outcome))


def money(review: Review) -> tuple[Decimal, Decimal]:
    """US dollars a month of everything priced, before and after."""
    return sum((each.before for each in review.costs), Decimal(0)), sum(
        (each.after for each in review.costs), Decimal(0)
    )


def is_comparable(review: Review) -> bool:
    """Tell whether the difference of the sums is what the change costs."""
    return all(cost.comparable for cost in review.costs)


def unpriced(review: Review) -> list[str]:
    """What has no price, and so stands in no sum."""
    return sorted({name for cost in review.costs for name in cost.unpriced})


def seconds(review: Review) -> float:
    """Time that the previews took, one after the other."""
    return sum(plan.seconds for plan in review.plans)


def outcomes(review: Review) -> str:
    """Policy results in numbers; nothing is said to pass where no pack ran."""
    found = Counter(result.outcome for plan in review.plans for result in plan.policies)
    if not any(plan.policy_packs for plan in review.plans) and not found:
        return "no pack ran"
    return ", ".join(f"{found[each]:,} {each}" for each in Outcome if found[each]) or "all pass"


def tools(review: Review) -> str:
    """Names and versions of what made the plans, policy packs too."""
    packs = {name: version for plan in review.plans for name, version in plan.policy_packs.items()}
    return ", ".join(f"{name} {version}" for name, version in sorted({**review.tools, **packs}.items()))
