"""What the engine will do to one stack: the contract between reading a preview and judging it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from review.values import Value


class Operation(StrEnum):
    """What happens to a resource, a replacement counted once."""

    SAME = "same"
    READ = "read"
    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"


class Order(StrEnum):
    """Which half of a replacement comes first; delete-first leaves a gap."""

    CREATE_FIRST = "create first"
    DELETE_FIRST = "delete first"


class Outcome(StrEnum):
    """What a policy says of a resource."""

    FAIL = "fail"
    WARN = "warn"
    UNKNOWN = "unknown"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a resource stands.

    Attributes:
        region: AWS region, e.g. `us-east-1`; empty where it has none.
        site: the site's letter; empty for what a region's sites share.
        zone: availability zone; empty where it has none or several.
    """

    region: str = ""
    site: str = ""
    zone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One property that differs.

    Attributes:
        path: the engine's property path, e.g. `scalingConfig.minSize` or `tags["a.b"]`.
        before: `Mark.ABSENT` where it was not set.
        after: `Mark.ABSENT` where it will not be set.
        forces_replacement: whether the provider can only replace the resource for it.
        computed: whether only an output differs, or a default that nobody wrote: nothing that the program says.
    """

    path: str
    before: Value
    after: Value
    forces_replacement: bool = False
    computed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A resource as it is, or as it will be."""

    inputs: Mapping[str, Value]
    outputs: Mapping[str, Value]
    protect: bool = False
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What happens to one resource.

    Attributes:
        urn: the engine's full name of it.
        type: type token, e.g. `aws:eks/nodeGroup:NodeGroup`.
        name: logical name in the program.
        operation: what happens.
        order: of a replacement, None for all else.
        before: the deployed resource, None for a create.
        after: the resource as it will be, None for a delete.
        changes: what differs, sorted by path; empty for creates and deletes.
        place: where it stands.
        parent: URN of its parent, empty for the stack.
        dependents: URNs that depend on it in the deployed state, directly or not, nearest first.
        custom: false for components and for the stack itself.
    """

    urn: str
    type: str
    name: str
    operation: Operation
    order: Order | None = None
    before: State | None = None
    after: State | None = None
    changes: tuple[Change, ...] = ()
    place: Place = field(default_factory=Place)
    parent: str = ""
    dependents: tuple[str, ...] = ()
    custom: bool = True

    @property
    def reasons(self) -> tuple[Change, ...]:
        """The changes that force the replacement."""
        return tuple(change for change in self.changes if change.forces_replacement)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyResult:
    """What one rule says of one resource, or of the stack.

    Attributes:
        rule: the policy's name, e.g. `require-imdsv2`.
        outcome: a failure that stops the update, one that does not, one that can not be told yet, or one waived.
        message: what was found and what to do, as the pack words it.
        urn: the resource; empty for the stack as a whole.
    """

    rule: str
    outcome: Outcome
    message: str
    urn: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """An error or warning of the engine, secrets replaced."""

    severity: str
    message: str
    urn: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One stack's preview.

    Attributes:
        stack: its name.
        steps: every resource of the program or of the deployed state, unchanged ones too, in the engine's order.
        policies: what the policy pack said.
        policy_packs: name and version of each pack that ran.
        diagnostics: errors and warnings.
        seconds: time that the engine took.
    """

    stack: str
    steps: tuple[Step, ...]
    policies: tuple[PolicyResult, ...] = ()
    policy_packs: Mapping[str, str] = field(default_factory=dict[str, str])
    diagnostics: tuple[Diagnostic, ...] = ()
    seconds: float = 0.0

    @property
    def changed(self) -> tuple[Step, ...]:
        """The steps that do something."""
        return tuple(step for step in self.steps if step.operation not in {Operation.SAME, Operation.READ})

    @property
    def is_whole(self) -> bool:
        """Whether the preview came to its end; else the steps are those that it came to."""
        return not any(each.severity == "error" for each in self.diagnostics)

    @property
    def kept(self) -> int:
        """How many resources stay as they are; what is only read, such as another stack's outputs, is none of them."""
        return sum(step.operation is Operation.SAME for step in self.steps)

    @property
    def is_idle(self) -> bool:
        """Whether an update would leave all as it is: the resources, their protection and the stack's outputs."""
        return not self.changed and not any(_is_touched(step) for step in self.steps)


_STACK = "pulumi:pulumi:Stack"


def _is_touched(step: Step) -> bool:
    """Whether the state of a resource changes though the engine counts no operation."""
    if step.before is None or step.after is None:
        return step.operation is not Operation.READ
    outputs = step.type == _STACK and step.before.outputs != step.after.outputs
    return outputs or step.before.protect != step.after.protect
