"""How a rule puts a resource right: by naming the inputs to set, so that nothing else can change."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from rules._resource import UNKNOWN, Value

Path: TypeAlias = tuple[str | int, ...]
"""Keys of mappings and places in lists, from a resource's inputs down."""

Edits: TypeAlias = Mapping[Path, Value]
"""New values by the paths that get them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """What makes a failing resource pass. It must be safe: an update in place that loses neither data nor capacity.

    Attributes:
        what: what it does, in one sentence.
        edits: names the inputs to set on a resource that fails; takes what the rule's check takes.
    """

    what: str
    edits: Callable[..., Edits]


def edited(props: Mapping[str, Value], edits: Edits) -> dict[str, Value]:
    """Return inputs with `edits` made; a mapping that is missing on the way is made, a list is not made longer."""
    result: Value = dict(props)
    for path, value in edits.items():
        result = _put(result, path, value)
    return result if isinstance(result, dict) else {}


def known(props: Mapping[str, Value], edits: Edits) -> Edits:
    """Return the edits of what is known: an unknown value may turn out to be right."""
    return {path: value for path, value in edits.items() if _at(dict(props), path) is not UNKNOWN}


def _put(value: Value, path: Sequence[str | int], new: Value) -> Value:
    if not path:
        return new
    head, *rest = path
    if isinstance(head, int):
        elements = list(value) if isinstance(value, list) else []
        elements[head] = _put(elements[head], rest, new)
        return elements
    entries = dict(value) if isinstance(value, dict) else {}
    entries[head] = _put(entries.get(head), rest, new)
    return entries


def _at(value: Value, path: Sequence[str | int]) -> Value:
    for key in path:
        if isinstance(value, list) and isinstance(key, int):
            value = value[key]
        elif isinstance(value, dict):
            value = value.get(str(key))
    return value
