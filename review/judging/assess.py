"""Plans in, review out: dangers, facts, costs, and the one sentence that a reviewer reads first."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from review.acceptance import Acceptance, of_change
from review.assessment import Danger, Fact, Level, Review, Verdict
from review.estate.lookup import joined
from review.estate.sites import sites
from review.fingerprint import fingerprint
from review.judging import members, ranges, topology
from review.judging.hazards import hazards
from review.money.costs import costs
from review.money.prices import table
from review.plan import Operation, Outcome, Plan, PolicyResult

_URGENCY: Final = (Operation.DELETE, Operation.REPLACE, Operation.UPDATE, Operation.SAME)
_VERBS: Final = {Operation.DELETE: "deletes", Operation.REPLACE: "replaces"}
_OF_POLICY: Final = {Outcome.FAIL: Level.BLOCKED, Outcome.WARN: Level.CARE, Outcome.UNKNOWN: Level.CARE}


def review(
    plans: Sequence[Plan],
    *,
    commit: str = "",
    tools: Mapping[str, str] | None = None,
    accepted: Sequence[Acceptance] = (),
    today: date,
) -> Review:
    """Return the review of all stacks' plans.

    Args:
        plans: one per stack, in the order in which they are run.
        commit: of the checkout; empty outside a repository.
        tools: names and versions that made the plans.
        accepted: blocked changes that somebody answers for.
        today: the day on which acceptances are judged.

    Raises:
        AcceptanceError: an acceptance of this change has expired.
    """
    found = [hazard for plan in plans for hazard in hazards(plan)]
    dangers = tuple(sorted((hazard.danger for hazard in found), key=_worst_first))
    facts = tuple(_by_subject([*topology.facts(sites(plans), found), *members.facts(plans), *ranges.facts(plans)]))
    hashes = {plan.stack: fingerprint([plan]) for plan in plans}
    # What has nothing to do needs no acceptance: the change that one was given for is in place.
    acceptances = of_change([hashes[plan.stack] for plan in plans if plan.changed], accepted, today)
    return Review(
        verdict=_verdict(plans, dangers, facts, acceptances),
        plans=tuple(plans),
        dangers=dangers,
        facts=facts,
        costs=tuple(costs(plans)),
        prices=table().describe(),
        fingerprint=fingerprint(plans),
        fingerprints=hashes,
        commit=commit,
        tools=dict(tools or {}),
    )


def _worst_first(danger: Danger) -> tuple[int, int, bool, str, str]:
    urgency = _URGENCY.index(danger.step.operation)
    return -danger.level, urgency, not danger.stateful, danger.stack, danger.step.urn


def _by_subject(facts: Iterable[Fact]) -> list[Fact]:
    """Order facts by subject, as they come, and what changed first within each."""
    listed = [*facts]
    first = {fact.subject: place for place, fact in reversed([*enumerate(listed)])}
    return sorted(listed, key=lambda fact: (first[fact.subject], not fact.changed))


@dataclass(frozen=True, slots=True)
class _Reason:
    """Why a change is not safe; an acceptance does not reach what has a waiver or a fix of its own."""

    level: Level
    text: str
    acceptable: bool = True


def _verdict(
    plans: Sequence[Plan], dangers: Sequence[Danger], facts: Sequence[Fact], acceptances: Sequence[Acceptance]
) -> Verdict:
    reasons = [*_reasons(plans, dangers, facts)]
    if not reasons:
        return Verdict(level=Level.SAFE, reason=_safe(plans))
    # The sort is stable, so that of equal reasons the one named first above all is the worst.
    worst, *others = sorted(reasons, key=lambda reason: -reason.level)
    more = f", and {len(others)} more reason{'s' if len(others) > 1 else ''}" if others else ""
    said = f"{worst.text.rstrip('.')}{more}."
    if acceptances and worst.level is Level.BLOCKED and all(_passes(reason) for reason in reasons):
        who = joined(f"{each.owner} until {each.expires} ({each.reason})" for each in acceptances)
        return Verdict(level=Level.CARE, reason=f"Blocked, but accepted by {who}: {said}")
    return Verdict(level=worst.level, reason=said)


def _passes(reason: _Reason) -> bool:
    return reason.acceptable or reason.level is not Level.BLOCKED


def _reasons(plans: Iterable[Plan], dangers: Iterable[Danger], facts: Iterable[Fact]) -> Iterator[_Reason]:
    """Yield the reasons of every kind, the worst kind first."""
    listed = [*plans]
    yield from (_teardown(plan) for plan in listed if _is_teardown(plan))
    yield from (_of_danger(danger) for danger in dangers if danger.stateful and danger.level is Level.BLOCKED)
    weighty = [fact for fact in facts if fact.level and (fact.changed or fact.level is Level.BLOCKED)]
    yield from (_Reason(fact.level, f"{_capital(fact.subject)}: {fact.note}") for fact in weighty)
    yield from (_of_danger(danger) for danger in dangers if not (danger.stateful and danger.level is Level.BLOCKED))
    for plan in listed:
        yield from _errors(plan)
        undecided = _open(plan)
        counted = (each for each in plan.policies if each.outcome in _OF_POLICY and each not in undecided)
        yield from (_of_policy(plan, each) for each in counted)


def _open(plan: Plan) -> list[PolicyResult]:
    """Return what no preview of a stack's first creation can tell: the pack decides before anything is created."""
    first = not any(step.before for step in plan.steps if step.custom)
    return [each for each in plan.policies if each.outcome is Outcome.UNKNOWN] if first else []


def _is_teardown(plan: Plan) -> bool:
    custom = [step for step in plan.steps if step.custom and not step.type.startswith("pulumi:")]
    return bool(custom) and all(step.operation is Operation.DELETE for step in custom)


def _teardown(plan: Plan) -> _Reason:
    return _Reason(Level.BLOCKED, f"The whole stack {plan.stack} is deleted: {len(plan.changed)} resources")


def _of_danger(danger: Danger) -> _Reason:
    step = danger.step
    verb = _VERBS.get(step.operation, "changes")
    where = f"site {step.place.site} of {danger.stack}" if step.place.site else danger.stack
    kind = step.type.rsplit(":", maxsplit=1)[-1]
    return _Reason(danger.level, f"It {verb} {kind} {step.name} in {where}: {_small(danger.consequence)}")


def _errors(plan: Plan) -> Iterator[_Reason]:
    for each in plan.diagnostics:
        if each.severity == "error":
            text = f"The preview of {plan.stack} failed, so what it would do is not known: {each.message}"
            yield _Reason(Level.BLOCKED, " ".join(text.split()), acceptable=False)


def _of_policy(plan: Plan, result: PolicyResult) -> _Reason:
    said = {
        Outcome.FAIL: "fails",
        Outcome.WARN: "warns",
        Outcome.UNKNOWN: "can not tell yet",
    }[result.outcome]
    text = f"Policy {result.rule} {said} in {plan.stack}: {' '.join(result.message.split())}"
    return _Reason(_OF_POLICY[result.outcome], text, acceptable=False)


def _safe(plans: Sequence[Plan]) -> str:
    names = joined(plan.stack for plan in plans)
    done = Counter(step.operation for plan in plans for step in plan.changed if step.custom)
    if not any(plan.changed for plan in plans):
        return f"No changes in {names}."
    parts = [f"{done[each]} {word}" for each, word in _HARMLESS.items() if done[each]]
    counted = joined(parts) or "only components change"
    later = sum(len(_open(plan)) for plan in plans)
    decide = f"; {later} policy result{'s' if later > 1 else ''} to come with the update" if later else ""
    return f"In {names}: {counted}; nothing that runs is stopped, and no data is lost{decide}."


_HARMLESS: Final = {Operation.CREATE: "created", Operation.UPDATE: "updated in place"}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]
