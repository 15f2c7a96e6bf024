"""G3: nothing takes GPU nodes away but what has drained them first.

An Auto Scaling group that shrinks ends instances after fifteen minutes whatever a disruption budget says, so its
policies only ever add. A node is taken away by name, by who has drained it.
"""

from collections.abc import Iterator, Sequence

from rules._growth import gpu_groups, scaled_by, unknown
from rules._resource import UNKNOWN, Resource, Value, dig, items
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._stack import of_type
from rules._types import SCALING_POLICY, SCALING_SCHEDULE

_STEPS = "StepScaling"
_EXACT = "ExactCapacity"


def _check(resources: Sequence[Resource]) -> Iterator[Finding]:
    yield from unknown(resources)
    groups = gpu_groups(resources)
    for policy in of_type(resources, SCALING_POLICY):
        if scaled_by(policy, groups):
            yield from _check_policy(policy)
    for schedule in of_type(resources, SCALING_SCHEDULE):
        if scaled_by(schedule, groups):
            yield failure(schedule, "sets the size of a GPU group by the clock, and so takes nodes away undrained")


def _check_policy(policy: Resource) -> Iterator[Finding]:
    kind, change = policy.get("policyType"), policy.get("adjustmentType")
    steps = [dig(step, "scalingAdjustment") for step in items(policy.get("stepAdjustments"))]
    if kind not in (_STEPS, UNKNOWN):
        yield failure(policy, f"policyType is {kind or 'SimpleScaling'}, must be {_STEPS}")
    elif change == _EXACT:
        yield failure(policy, f"adjustmentType is {_EXACT}, which may be less than there is")
    elif less := [step for step in steps if _takes_away(step)]:
        yield failure(policy, f"adds {', '.join(f'{step:g}' for step in less if isinstance(step, int | float))} nodes")
    elif UNKNOWN in (kind, change, *steps):
        yield undecided(policy, "stepAdjustments")


def _takes_away(step: Value) -> bool:
    return isinstance(step, int | float) and step <= 0


RULE = StackRule(
    id="G3",
    name="require-drained-scale-in",
    severity=Severity.HIGH,
    what="Policies of GPU node groups only ever add nodes, and no schedule sets their size.",
    why=(
        "A group that shrinks by itself ends a node with its answers in the middle: EKS drains it without regard to"
        " disruption budgets, for fifteen minutes at most."
    ),
    source="https://docs.aws.amazon.com/eks/latest/userguide/managed-node-update-behavior.html",
    fix="Let policies add alone, by StepScaling with positive steps, and leave taking away to nodes.scale_in.",
    check=_check,
)
