"""Steps and plans as a review sees them: each builder makes a plain one, and a test changes what it is about."""

from collections.abc import Mapping
from typing import TypedDict, Unpack

from review.plan import Change, Operation, Order, Outcome, Place, Plan, PolicyResult, State, Step
from review.values import Mark, Value

NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
HERE = Place(region="us-east-1", site="a", zone="us-east-1a")
_WITHOUT_BEFORE = {Operation.CREATE, Operation.READ}


class Details(TypedDict, total=False):
    """What a test may say of a step, beside what it is: inputs before and after, and the fields of `Step`."""

    stack: str
    before: Mapping[str, Value]
    after: Mapping[str, Value]
    protect: bool
    order: Order
    changes: tuple[Change, ...]
    place: Place
    parent: str
    dependents: tuple[str, ...]
    custom: bool


def step(
    operation: Operation, token: str = NODE_GROUP, name: str = "llm-prod-a-reserved", **details: Unpack[Details]
) -> Step:
    """A step in site a of prod; inputs not given are empty, and outputs are the inputs."""
    protect = details.get("protect", False)
    before = state(details.get("before", {}), protect=protect, id_=f"{name}-id")
    after = state(details.get("after", details.get("before", {})), protect=protect)
    replaced = details.get("order", Order.CREATE_FIRST) if operation is Operation.REPLACE else None
    return Step(
        urn=urn(token, name, details.get("stack", "prod")),
        type=token,
        name=name,
        operation=operation,
        order=replaced,
        before=None if operation in _WITHOUT_BEFORE else before,
        after=None if operation is Operation.DELETE else after,
        changes=details.get("changes", ()),
        place=details.get("place", HERE),
        parent=details.get("parent", ""),
        dependents=details.get("dependents", ()),
        custom=details.get("custom", True),
    )


def state(inputs: Mapping[str, Value], *, protect: bool = False, id_: str = "") -> State:
    """A resource whose outputs are its inputs."""
    return State(inputs=dict(inputs), outputs=dict(inputs), protect=protect, id=id_)


def change(
    path: str,
    before: Value = Mark.ABSENT,
    after: Value = Mark.ABSENT,
    *,
    forces_replacement: bool = False,
    computed: bool = False,
) -> Change:
    """A property that differs; it was or will be absent where a value is not given."""
    return Change(path=path, before=before, after=after, forces_replacement=forces_replacement, computed=computed)


def policy(outcome: Outcome, rule: str = "require-imdsv2", message: str = "no IMDSv2", urn: str = "") -> PolicyResult:
    """What one rule says."""
    return PolicyResult(rule=rule, outcome=outcome, message=message, urn=urn)


def plan(*steps: Step, stack: str = "prod", policies: tuple[PolicyResult, ...] = ()) -> Plan:
    """A preview with these steps in order, by the pack of this repository."""
    return Plan(
        stack=stack, steps=steps, policies=policies, policy_packs={"inference-platform": "v0.0.1"}, seconds=12.0
    )


def urn(token: str, name: str, stack: str = "prod") -> str:
    """The engine's full name of a resource without a parent."""
    return f"urn:pulumi:{stack}::inference-platform::{token}::{name}"
