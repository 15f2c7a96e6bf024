"""One hash of what plans would do: whether `up` will run what was reviewed."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping

from review.plan import Operation, Plan, Step
from review.values import Mark, Value

_MADE = {Operation.CREATE, Operation.REPLACE}
_NAME = re.compile(r"(?<![\w.-])[\w.-]+-[0-9a-f]{7,8}\b")
_SUFFIX = re.compile(r"-[0-9a-f]{7,8}")
"""What a provider adds to make a name unique: https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming"""


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
        if step.operation not in {Operation.SAME, Operation.READ} or _protection(step) is not None:
            said = [plan.stack, step.urn, step.operation, step.order, _protection(step), _inputs(step)]
            text = json.dumps(said, sort_keys=True, default=_mark)
            yield _NAME.sub(lambda found: made_up.get(found[0], found[0]), text) if made_up else text


def _inputs(step: Step) -> object:
    """Return what will be set: all of a new resource, and of others what the program changes."""
    if step.operation is Operation.CREATE and step.after:
        return dict(step.after.inputs)
    return [[change.path, change.after, change.forces_replacement] for change in step.changes if not change.computed]


def _protection(step: Step) -> object:
    """Return the new protection where it changes, which the engine counts as no change."""
    changed = step.before and step.after and step.before.protect != step.after.protect
    return step.after.protect if changed and step.after else None


def _made_up(plan: Plan) -> Mapping[str, str]:
    """Return the names that a provider made up for new resources, each with the logical name that it starts with."""
    made = [step for step in plan.steps if step.operation in _MADE and step.after]
    found = ((text, step.name) for step in made if step.after for text in _texts(dict(step.after.inputs)))
    return {text: name for text, name in found if text.startswith(f"{name}-") and _SUFFIX.fullmatch(text, len(name))}


def _texts(value: Value) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def _mark(value: Value) -> str:
    return "not set" if value is Mark.ABSENT else "hidden"
