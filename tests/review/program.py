"""The real program's resources as the steps of a review, without the engine: what every judgement is tried on."""

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import replace
from functools import cache

import engine

from review.estate.lookup import dig, text
from review.plan import Change, Operation, Order, Place, Plan, State, Step
from review.values import Value
from tests.review import samples

_UPSTREAM: Mapping[str, Mapping[str, object] | None] = {"prod": None, "dr": engine.UPSTREAM}
Edits = Mapping[str, Value]


@cache
def deployed(stack: str = "prod") -> Plan:
    """The shipped stack, with nothing to do."""
    settings = engine.values(stack)
    made = engine.run(stack, settings, _UPSTREAM[stack]).resources
    steps = (_step(stack, settings["region"], {site["name"] for site in settings["sites"]}, each) for each in made)
    return samples.plan(*steps, stack=stack)


def _step(stack: str, region: str, sites: set[str], made: engine.Registered) -> Step:
    tagged = text(dig(dict(made.inputs), "tags", "site"))
    letter = tagged or made.provider.split("::")[-2:][0].rsplit("-", 1)[-1]
    return samples.step(
        Operation.SAME,
        made.type,
        made.name,
        stack=stack,
        before=made.inputs,
        place=Place(region=region, site=letter if letter in sites else ""),
        custom=not made.type.startswith("inference-platform:"),
    )


def created(stack: str = "prod") -> Plan:
    """The shipped stack, made for the first time."""
    return _all(deployed(stack), Operation.CREATE)


def destroyed(stack: str = "prod") -> Plan:
    """The shipped stack, deleted as a whole."""
    return _all(deployed(stack), Operation.DELETE)


def _all(plan: Plan, operation: Operation) -> Plan:
    return replace(plan, steps=tuple(_as(step, operation) for step in plan.steps))


def _as(step: Step, operation: Operation) -> Step:
    before = None if operation is Operation.CREATE else step.before
    return replace(
        step, operation=operation, before=before, after=None if operation is Operation.DELETE else step.after
    )


def gone(plan: Plan, type_: str, *names: str) -> Plan:
    """The plan, with the resources of a type that have one of these names deleted."""
    return _each(plan, type_, names, lambda step: _as(step, Operation.DELETE))


def updated(plan: Plan, type_: str, names: Iterable[str], edits: Edits) -> Plan:
    """The plan, with inputs at dotted paths changed in place."""
    return _each(plan, type_, names, lambda step: _edited(step, edits, Operation.UPDATE, None))


def replaced(plan: Plan, type_: str, names: Iterable[str], edits: Edits, order: Order = Order.CREATE_FIRST) -> Plan:
    """The plan, with inputs at dotted paths changed, each of which forces a replacement."""
    return _each(plan, type_, names, lambda step: _edited(step, edits, Operation.REPLACE, order))


def _each(plan: Plan, type_: str, names: Iterable[str], change: Callable[[Step], Step]) -> Plan:
    wanted = {*names}
    found = {step.name for step in plan.steps if step.type == type_ and step.name in wanted}
    assert found == wanted, f"{wanted - found} of type {type_} are not in the program"
    steps = (change(step) if step.type == type_ and step.name in wanted else step for step in plan.steps)
    return replace(plan, steps=tuple(steps))


def _edited(step: Step, edits: Edits, operation: Operation, order: Order | None) -> Step:
    assert step.after
    inputs = deepcopy(dict(step.after.inputs))
    changes = tuple(
        Change(path=path, before=_put(inputs, path, value), after=value, forces_replacement=order is not None)
        for path, value in edits.items()
    )
    state = State(inputs=inputs, outputs=inputs)
    return replace(step, operation=operation, order=order, after=state, changes=changes)


def _put(inputs: dict[str, Value], path: str, value: Value) -> Value:
    """Set the value at a dotted path, and return what was there."""
    *above, last = path.split(".")
    inside: dict[str, Value] = inputs
    for key in above:
        found = inside[key]
        assert isinstance(found, dict)
        inside = found
    was = inside.get(last)
    inside[last] = value
    return was


def settled(plan: Plan) -> Plan:
    """The plan after it ran: everything is as it was to be, with nothing to do."""
    kept = (step for step in plan.steps if step.after)
    return replace(
        plan,
        steps=tuple(
            replace(step, operation=Operation.SAME, order=None, before=step.after, changes=()) for step in kept
        ),
    )


def without_site(plan: Plan, letter: str) -> Plan:
    """The plan, with all that stands in a site deleted."""
    inside = (_as(step, Operation.DELETE) if step.place.site == letter else step for step in plan.steps)
    return replace(plan, steps=tuple(inside))
