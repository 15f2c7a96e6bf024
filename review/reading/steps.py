"""What the engine told of each resource, step by step, as the one thing that happens to it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import cast

from pulumi.automation.events import OpType, StepEventMetadata, StepEventStateMetadata

from review.plan import Change, Operation, Order, State, Step
from review.reading.changes import Update
from review.reading.places import Map, Resource
from review.reading.redaction import redact_bag, redact_text
from review.reading.state import Graph

_REPLACING = (OpType.CREATE_REPLACEMENT, OpType.IMPORT_REPLACEMENT, OpType.READ_REPLACEMENT, OpType.REPLACE)
_OPERATIONS = {
    OpType.SAME: Operation.SAME,
    OpType.REFRESH: Operation.SAME,  # what a refresh found is told when it ended
    OpType.READ: Operation.READ,
    OpType.DISCARD: Operation.READ,  # what was only read is forgotten, and stays
    OpType.CREATE: Operation.CREATE,
    OpType.IMPORT: Operation.CREATE,
    OpType.UPDATE: Operation.UPDATE,
    OpType.DELETE: Operation.DELETE,
    OpType.DELETE_REPLACED: Operation.DELETE,  # left of an earlier update: one of this update is not asked for here
}


_DEFAULT_PROVIDER = re.compile(r"pulumi:providers:[^:]+::default(?:_|$)")
"""The engine makes these for itself, and does not count them."""


@dataclass(slots=True)
class Told:
    """What the engine told of one resource.

    Attributes:
        urn: the engine's full name of it.
        begun: each step that it began, in order.
        ended: each step that it ended, whose outputs are known better.
    """

    urn: str
    begun: list[StepEventMetadata] = field(default_factory=list[StepEventMetadata])
    ended: list[StepEventMetadata] = field(default_factory=list[StepEventMetadata])

    def happenings(self) -> Iterator["_Happening"]:
        """What happens to it: one thing, and the deletion of what an earlier update left."""
        replacing = next((m for op in _REPLACING for m in self.begun if m.op is op), None)
        if replacing:
            yield _Happening(self._ended(replacing), Operation.REPLACE, self._order())
        for metadata in self.begun:
            told = self._ended(metadata) if metadata.op is OpType.REFRESH else metadata
            known = told.op in _OPERATIONS
            if known and not (replacing and _id(metadata) == _id(replacing)):
                yield _Happening(self._ended(told), _OPERATIONS[told.op], None)

    def _order(self) -> Order:
        """Delete-first deletes what is not marked yet as left over."""
        deleted = [m.old for m in self.begun if m.op is OpType.DELETE_REPLACED and m.old]
        return Order.CREATE_FIRST if all(old.delete for old in deleted) else Order.DELETE_FIRST

    def _ended(self, metadata: StepEventMetadata) -> StepEventMetadata:
        """The same step as it ended; the last word of a component is on its outputs."""
        same = [m for m in self.ended if metadata.op in {m.op, OpType.REFRESH}]
        return same[-1] if same else metadata


@dataclass(frozen=True, slots=True)
class _Happening:
    metadata: StepEventMetadata
    operation: Operation
    order: Order | None

    def states(self) -> tuple[State | None, State | None]:
        old = None if self.operation is Operation.CREATE else self.metadata.old
        new = None if self.operation is Operation.DELETE else self.metadata.new
        before = _state(old) if old else None
        if old and new and before and (old.inputs, old.outputs, old.id) == (new.inputs, new.outputs, new.id):
            return before, replace(before, protect=bool(new.protect)) if old.protect != new.protect else before
        return before, _state(new) if new else None

    @property
    def told(self) -> StepEventStateMetadata:
        """What is said of the resource itself, as it will be where it will be."""
        return cast("StepEventStateMetadata", self.metadata.new or self.metadata.old)


@dataclass(frozen=True, slots=True)
class _Observed:
    """What happens to a resource, and the resource before and after it."""

    happening: _Happening
    before: State | None
    after: State | None

    def resource(self) -> Resource:
        state = self.after or self.before or State(inputs={}, outputs={})
        told = self.happening.told
        return Resource(
            urn=told.urn,
            type=told.type,
            parent=told.parent,
            provider=told.provider.rpartition("::")[0],
            id=state.id,
            inputs=state.inputs,
            outputs=state.outputs,
        )

    def step(self, places: Map, graph: Graph) -> Step:
        operation, told = self.happening.operation, self.happening.told
        return Step(
            urn=told.urn,
            type=told.type,
            name=told.urn.rpartition("::")[2],
            operation=operation,
            order=self.happening.order,
            before=self.before,
            after=self.after,
            changes=self._changes(),
            place=places.place(told.urn),
            parent=told.parent,
            dependents=() if operation is Operation.SAME else graph.dependents(told.urn),
            custom=bool(told.custom),
        )

    def _changes(self) -> tuple[Change, ...]:
        if self.before and self.after and self.happening.operation in {Operation.UPDATE, Operation.REPLACE}:
            return Update(self.happening.metadata, self.before, self.after).changes()
        return ()


def steps_of(told: Iterable[Told], graph: Graph) -> tuple[Step, ...]:
    """Return every resource's step in the order in which the engine came to them."""
    changes = [_Observed(it, *it.states()) for each in told for it in each.happenings()]
    places = Map.of([change.resource() for change in changes])
    own = (change for change in changes if not _DEFAULT_PROVIDER.search(change.happening.told.urn))
    return tuple(change.step(places, graph) for change in own)


def _state(told: StepEventStateMetadata) -> State:
    return State(
        inputs=redact_bag(told.inputs or {}),
        outputs=redact_bag(told.outputs or {}),
        protect=bool(told.protect),
        id=redact_text(told.id),
    )


def _id(metadata: StepEventMetadata) -> str:
    return metadata.old.id if metadata.old else ""
