"""Renames that nobody told the engine of: it deletes the old resource and creates an equal one."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from review.plan import Operation, Plan, State, Step
from review.values import Mark, Value

# Seven hexadecimal digits after the logical name are the engine's own suffix of a name that nobody gave:
# https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming
_SUFFIX = re.compile(r"\0-[0-9a-f]{7}\b")
_Key: TypeAlias = tuple[str, str]


def renames(plan: Plan) -> Mapping[str, Step]:
    """Return, by the URN of each deleted resource that is created under another name, the step that creates it.

    Two are the same if their inputs are, with each one's own name left out; where the new one has inputs that are
    not known yet, these are left out on both sides, and the match must be the only one of its type.
    """
    deleted = [step for step in plan.steps if step.operation is Operation.DELETE and step.custom]
    created = [step for step in plan.steps if step.operation is Operation.CREATE and step.custom]
    found: dict[str, Step] = {}
    for old, new in _matches(deleted, created, exact=True):
        found[old.urn] = new
    taken = {new.urn for new in found.values()}
    rest = [step for step in deleted if step.urn not in found], [step for step in created if step.urn not in taken]
    for old, new in _matches(*rest, exact=False):
        found[old.urn] = new
    return found


def _matches(deleted: Iterable[Step], created: Iterable[Step], *, exact: bool) -> Iterator[tuple[Step, Step]]:
    olds, news = _by_key(deleted, exact=exact), _by_key(created, exact=exact)
    for key, candidates in olds.items():
        found = news.get(key, [])
        if exact:
            yield from zip(candidates, found, strict=False)
        elif len(candidates) == len(found) == 1 and _agree(candidates[0], found[0]):
            yield candidates[0], found[0]


def _by_key(steps: Iterable[Step], *, exact: bool) -> Mapping[_Key, list[Step]]:
    keys: dict[_Key, list[Step]] = defaultdict(list)
    for step in steps:
        inputs = _inputs(step)
        keys[step.type, _nameless(inputs, step.name) if exact else ",".join(sorted(inputs))].append(step)
    return keys


def _agree(old: Step, new: Step) -> bool:
    before, after = _inputs(old), _inputs(new)
    known = [key for key, value in after.items() if not _unsure(value)]
    return bool(known) and all(
        _nameless({key: before[key]}, old.name) == _nameless({key: after[key]}, new.name) for key in known
    )


def _inputs(step: Step) -> Mapping[str, Value]:
    state: State | None = step.before or step.after
    return state.inputs if state else {}


def _unsure(value: Value) -> bool:
    if isinstance(value, dict):
        return any(map(_unsure, value.values()))
    if isinstance(value, list):
        return any(map(_unsure, value))
    return isinstance(value, Mark)


def _nameless(inputs: Mapping[str, Value], name: str) -> str:
    written = json.dumps(inputs, sort_keys=True, default=lambda mark: f"\1{mark}")
    return _SUFFIX.sub("\0", written.replace(name, "\0"))
