"""What differs in a resource: from the provider's own diff where it gives one, else from its inputs."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from pulumi.automation.events import StepEventMetadata

from review.plan import Change, State
from review.reading import property_path
from review.reading.property_path import Path
from review.reading.redaction import redact_text
from review.values import Mark, Value

_AUTONAMED = re.compile(r"(?P<stem>.+)-[0-9a-f]{7,8}")
"""The end of a name that a provider makes up: https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming"""


@dataclass(frozen=True, slots=True)
class Update:
    """An update or a replacement whose changes are looked for.

    Attributes:
        metadata: as the engine tells it; only its diff and its notes of defaults are read.
        before: the deployed resource, secrets replaced.
        after: the resource as it will be, secrets replaced.
    """

    metadata: StepEventMetadata
    before: State
    after: State

    def changes(self) -> tuple[Change, ...]:
        """Every property that differs, sorted by path."""
        found = self._told() if self.metadata.detailed_diff else self._found()
        return tuple(sorted(found, key=lambda change: change.path))

    def _told(self) -> Iterator[Change]:
        diff = self.metadata.detailed_diff or {}
        replacing = {path for path, one in diff.items() if one.diff_kind.value.endswith("-replace")}
        forcing = replacing | self._keys_beside(replacing)
        for text, one in diff.items():
            path = property_path.parse(text)
            old = self.before.inputs if one.input_diff else self.before.outputs
            before = Mark.ABSENT if one.diff_kind.value.startswith("add") else _at(path, old, self.before.inputs)
            gone = one.diff_kind.value.startswith("delete")
            after = Mark.ABSENT if gone else _at(path, self.after.inputs, self.after.outputs)
            for leaf, was, will in _differences(path, before, after) or [(path, before, after)]:
                yield self._change(leaf, was, will, forces=text in forcing or bool(_prefixes(path) & forcing))

    def _found(self) -> Iterator[Change]:
        keys = set(self.metadata.keys or [])
        seen: set[str] = set()
        for path, before, after in _differences((), dict(self.before.inputs), dict(self.after.inputs)):
            seen.add(str(path[0]))
            yield self._change(path, before, after, forces=bool(_prefixes(path) & keys))
        for text in sorted({*(self.metadata.diffs or []), *keys}):
            path = property_path.parse(text)
            if str(path[0]) not in seen:
                before, after = _at(path, self.before.outputs), _at(path, self.after.inputs, self.after.outputs)
                yield self._change(path, before, after, forces=text in keys)

    def _keys_beside(self, replacing: Iterable[str]) -> set[str]:
        """Return what forces the replacement beside the provider's diff: `replace_on_changes` of the program."""
        told = {str(property_path.parse(path)[0]) for path in replacing}
        return {key for key in self.metadata.keys or [] if str(property_path.parse(key)[0]) not in told}

    def _change(self, path: Path, before: Value, after: Value, *, forces: bool) -> Change:
        return Change(
            path=redact_text(property_path.write(path)),
            before=before,
            after=after,
            forces_replacement=forces,
            computed=self._is_computed(path, before, after),
        )

    def _is_computed(self, path: Path, before: Value, after: Value) -> bool:
        nowhere = all(_at(path, state.inputs) is Mark.ABSENT for state in (self.before, self.after))
        return nowhere or _same_stem(before, after) or self._is_default(path)

    def _is_default(self, path: Path) -> bool:
        """Whether the provider itself filled it in, on both sides where it was there."""
        states = (self.metadata.old, self.metadata.new)
        bags = [cast("Mapping[str, Any]", state.inputs or {}) for state in states if state]
        holding = [bag for bag in bags if property_path.get(bag, path, Mark.ABSENT) is not Mark.ABSENT]
        return bool(holding) and all(_lists_default(bag, path) for bag in holding)


def _lists_default(bag: Mapping[str, Any], path: Path) -> bool:
    for depth in range(len(path)):
        listed = property_path.get(bag, (*path[:depth], "__defaults"), ())
        if path[depth] in cast("Iterable[object]", listed):
            return True
    return False


def _at(path: Path, *trees: Mapping[str, Value]) -> Value:
    """Return what is at a path of the first of `trees` that has it; what is inside an unknown is unknown."""
    for tree in trees:
        found = property_path.get(tree, path, Mark.ABSENT)
        if found is not Mark.ABSENT:
            return cast("Value", found)
    hidden = (property_path.get(tree, path[:depth], None) for tree in trees for depth in range(1, len(path)))
    return next((mark for mark in hidden if isinstance(mark, Mark)), Mark.ABSENT)


def _differences(path: Path, before: Value, after: Value) -> list[tuple[Path, Value, Value]]:
    """Return the leaves that differ below `path`."""
    if before == after:
        return []
    if isinstance(before, dict) and isinstance(after, dict):
        names = sorted({*before, *after})
        pairs = [((*path, name), before.get(name, Mark.ABSENT), after.get(name, Mark.ABSENT)) for name in names]
    elif isinstance(before, list) and isinstance(after, list):
        width = range(max(len(before), len(after)))
        pairs = [((*path, index), _item(before, index), _item(after, index)) for index in width]
    else:
        return [(path, before, after)]
    return [leaf for pair in pairs for leaf in _differences(*pair)]


def _item(items: list[Value], index: int) -> Value:
    return items[index] if index < len(items) else Mark.ABSENT


def _prefixes(path: Path) -> set[str]:
    return {property_path.write(path[:depth]) for depth in range(1, len(path) + 1)}


def _same_stem(before: Value, after: Value) -> bool:
    """Whether both are names that the provider made up from the same one."""
    if not (isinstance(before, str) and isinstance(after, str)):
        return False
    one, other = _AUTONAMED.fullmatch(before), _AUTONAMED.fullmatch(after)
    return bool(one and other and one["stem"] == other["stem"])
