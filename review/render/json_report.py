"""The whole review as JSON for programs: stable names, one schema version, marks where a value is not to be had."""

import json
from decimal import Decimal

from review.assessment import Cost, Danger, Fact, Review
from review.plan import Change, Plan, State, Step
from review.values import Mark

SCHEMA_VERSION = "1.1"
"""Grows in its first part when a field goes or means something else, in its second when one is added."""
MARK = "$mark"
"""Key of the object that stands for a value: `unknown`, `secret` or `absent`."""


def render(review: Review) -> str:
    """JSON in ASCII, one line, amounts of money as decimal strings in US dollars."""
    return json.dumps(document(review), default=_other, separators=(",", ":")) + "\n"


def document(review: Review) -> dict[str, object]:
    """The review as plain objects; marks and decimals are still themselves."""
    return {
        "schema_version": SCHEMA_VERSION,
        "verdict": {"level": review.verdict.level.name.lower(), "reason": review.verdict.reason},
        "fingerprint": review.fingerprint,
        "fingerprints": dict(review.fingerprints),
        "commit": review.commit,
        "tools": dict(sorted(review.tools.items())),
        "dangers": [_danger(each) for each in review.dangers],
        "facts": [_fact(each) for each in review.facts],
        "costs": [_cost(each) for each in review.costs],
        "prices": review.prices,
        "plans": [_plan(each) for each in review.plans],
    }


def _danger(danger: Danger) -> dict[str, object]:
    return {
        "stack": danger.stack,
        "urn": danger.step.urn,
        "operation": danger.step.operation.value,
        "level": danger.level.name.lower(),
        "stateful": danger.stateful,
        "forced_by": [change.path for change in danger.step.reasons],
        "consequence": danger.consequence,
        "avoid": danger.avoid,
    }


def _fact(fact: Fact) -> dict[str, object]:
    names = ("subject", "quantity", "unit", "before", "after", "note", "changed")
    return {**{name: getattr(fact, name) for name in names}, "level": fact.level.name.lower()}


def _cost(cost: Cost) -> dict[str, object]:
    names = ("stack", "region", "site", "before", "after", "unpriced", "formula", "comparable")
    return {name: getattr(cost, name) for name in names}


def _plan(plan: Plan) -> dict[str, object]:
    return {
        "stack": plan.stack,
        "seconds": plan.seconds,
        "policy_packs": dict(sorted(plan.policy_packs.items())),
        "policies": [
            {"rule": each.rule, "outcome": each.outcome.value, "message": each.message, "urn": each.urn}
            for each in plan.policies
        ],
        "diagnostics": [
            {"severity": each.severity, "message": each.message, "urn": each.urn} for each in plan.diagnostics
        ],
        "steps": [_step(each) for each in plan.steps],
    }


def _step(step: Step) -> dict[str, object]:
    return {
        "urn": step.urn,
        "type": step.type,
        "name": step.name,
        "operation": step.operation.value,
        "order": step.order and step.order.value,
        "place": {"region": step.place.region, "site": step.place.site, "zone": step.place.zone},
        "parent": step.parent,
        "custom": step.custom,
        "dependents": step.dependents,
        "changes": [_change(each) for each in step.changes],
        "before": _state(step.before),
        "after": _state(step.after),
    }


def _change(change: Change) -> dict[str, object]:
    return {
        "path": change.path,
        "before": change.before,
        "after": change.after,
        "forces_replacement": change.forces_replacement,
        "computed": change.computed,
    }


def _state(state: State | None) -> dict[str, object] | None:
    if state is None:
        return None
    return {"id": state.id, "protect": state.protect, "inputs": {**state.inputs}, "outputs": {**state.outputs}}


def _other(value: object) -> object:
    """What JSON has no word for."""
    if isinstance(value, Mark):
        return {MARK: value.name.lower()}
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"a report holds a {type(value).__name__}: give review/render/json_report.py a word for it")
