"""Dangers: what each replacement, deletion and service-stopping update does, and how to reach the end without it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from review.assessment import Danger, Level
from review.judging import kinds
from review.judging.kinds import Kind
from review.judging.renames import renames
from review.judging.updates import Impact, effects
from review.plan import Operation, Order, Plan, Step

_TEMPLATE: Final = "aws:ec2/launchTemplate:LaunchTemplate"
_NODE_GROUP: Final = "aws:eks/nodeGroup:NodeGroup"
_GONE: Final = {Operation.DELETE, Operation.REPLACE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hazard:
    """A danger, and what it does to the service of its site meanwhile."""

    danger: Danger
    impact: Impact


def hazards(plan: Plan) -> list[Hazard]:
    """Return the hazards of one stack's plan, in the order of its steps."""
    moved, changed = renames(plan), {step.urn: step for step in plan.changed}
    found: list[Hazard] = []
    for step in plan.steps:
        if step.custom and not step.type.startswith("pulumi:"):
            found += _gone(plan.stack, step, moved) if step.operation in _GONE else _updated(plan.stack, step, changed)
    return found


def _gone(stack: str, step: Step, moved: Mapping[str, Step]) -> Iterator[Hazard]:
    kind = kinds.of(step.type)
    avoid = _alias(step, moved[step.urn]) if step.urn in moved else _avoid(step, kind)
    level = Level.BLOCKED if kind.loss else Level.CARE
    yield _hazard(stack, step, level, _consequence(step, kind), avoid, _impact(step, kind))


def _consequence(step: Step, kind: Kind) -> str:
    parts = [f"it loses {kind.loss}"] if kind.loss else []
    if step.operation is Operation.DELETE:
        parts.append(kind.outage or "what it did is not done any more")
    else:
        parts.append(_gap(step, kind))
    return _sentence("; ".join(parts))


def _gap(step: Step, kind: Kind) -> str:
    """Say how long nothing does its work, by which half of the replacement comes first."""
    if step.order is not Order.DELETE_FIRST:
        moving = f"; while it moves, {kind.outage}" if kind.carries and kind.minutes else ""
        return f"the new one is made first, so both must fit beside each other and there is no gap of its own{moving}"
    meanwhile = f": {kind.outage}" if kind.outage else ""
    long = f"about {kind.minutes} min by our estimate" if kind.minutes else "seconds by our estimate"
    return f"the old one is deleted first, a gap of {long}{meanwhile}"


def _impact(step: Step, kind: Kind) -> Impact:
    if not kind.carries:
        return Impact.ROLLS if step.operation is Operation.DELETE else Impact.NONE
    # A node group that is replaced evicts its pods in any order.
    gap = step.operation is Operation.DELETE or step.order is Order.DELETE_FIRST or step.type == _NODE_GROUP
    return Impact.DISRUPTS if gap or kind.loss else Impact.ROLLS


def _avoid(step: Step, kind: Kind) -> str:
    forcing = ", ".join(f'"{change.path}"' for change in step.reasons)
    if forcing and kind.loss:
        return _sentence(f"{kind.avoid}; or keep the old value with ignore_changes=[{forcing}]")
    return _sentence(kind.avoid)


def _alias(step: Step, new: Step) -> str:
    return (
        f"It is renamed to {new.name}: pass ResourceOptions(aliases=[pulumi.Alias(name={step.name!r})]) to it,"
        f" or the whole old name aliases=[{step.urn!r}] where its parent changed too, and nothing is deleted."
    )


def _updated(stack: str, step: Step, changed: Mapping[str, Step]) -> Iterator[Hazard]:
    found = [*effects(step)]
    if not found and step.type == _TEMPLATE and _starts_nodes(step, changed):
        text = "Nodes that start from now on differ from those that run, until something rolls the group."
        yield _hazard(stack, step, Level.CARE, text, "Let the node group follow the template's latest version.")
    if found:
        yield _hazard(
            stack,
            step,
            max(effect.level for effect in found),
            _sentence("; ".join(dict.fromkeys(effect.consequence for effect in found))),
            _sentence("; ".join(dict.fromkeys(effect.avoid for effect in found))),
            max(effect.impact for effect in found),
        )


def _starts_nodes(step: Step, changed: Mapping[str, Step]) -> bool:
    """Tell whether node groups hang on a changed template that do not change with it."""
    said = [change for change in step.changes if not change.computed and not change.path.startswith("tags")]
    groups = [urn for urn in step.dependents if f"::{_NODE_GROUP}::" in urn or f"${_NODE_GROUP}::" in urn]
    return bool(said) and bool(groups) and not any(urn in changed for urn in groups)


def _hazard(stack: str, step: Step, level: Level, consequence: str, avoid: str, impact: Impact = Impact.NONE) -> Hazard:
    danger = Danger(
        stack=stack,
        step=step,
        level=level,
        stateful=bool(kinds.of(step.type).loss),
        consequence=consequence,
        avoid=avoid,
    )
    return Hazard(danger=danger, impact=impact)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
