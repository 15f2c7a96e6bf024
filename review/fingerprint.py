"""One hash of what plans would do: whether `up` will run what was reviewed."""

import hashlib
import json
import re
from collections.abc import Iterable

from review.plan import Operation, Plan, Step
from review.values import Mark, Value

_MADE = {Operation.CREATE, Operation.REPLACE}


def fingerprint(plans: Iterable[Plan]) -> str:
    """Return 64 hexadecimal digits, equal for plans that would do the same.

    The order of events and the time they took are left out, and so is what differs between two previews of one
    change: names that a provider makes up anew each time, and whether a hidden value is unknown or secret.
    """
    lines = sorted(line for plan in plans for line in _lines(plan))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _lines(plan: Plan) -> Iterable[str]:
    made_up = _made_up(plan)
    for step in plan.steps:
        if step.operation not in {Operation.SAME, Operation.READ} or _protection(step):
            said = [plan.stack, step.urn, step.operation, step.order, _protection(step), _inputs(step)]
            yield made_up.sub(r"\1", json.dumps(said, sort_keys=True, default=_mark))


def _inputs(step: Step) -> object:
    """Return what will be set: all of a new resource, and of others what the program changes."""
    if step.operation is Operation.CREATE and step.after:
        return dict(step.after.inputs)
    return [[change.path, change.after, change.forces_replacement] for change in step.changes if not change.computed]


def _protection(step: Step) -> object:
    """Return the new protection where it changes, which the engine counts as no change."""
    changed = step.before and step.after and step.before.protect != step.after.protect
    return step.after.protect if changed and step.after else None


def _made_up(plan: Plan) -> re.Pattern[str]:
    """Return a pattern of the names that a provider makes up of the logical names of new resources."""
    names = sorted({re.escape(step.name) for step in plan.steps if step.operation in _MADE}, key=len, reverse=True)
    return re.compile(rf"\b({'|'.join(names)})-[0-9a-f]{{7,8}}\b" if names else r"(?!)()")


def _mark(value: Value) -> str:
    return "not set" if value is Mark.ABSENT else "hidden"
