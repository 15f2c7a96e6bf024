"""What a rule sees of a resource: plain values, with the ones not known yet named as such."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, TypeAlias


class Unknown(Enum):
    """The type of `UNKNOWN`; an enum of one member, so that `is UNKNOWN` narrows types."""

    UNKNOWN = "not known before the update"


UNKNOWN: Final = Unknown.UNKNOWN
"""Stands wherever the engine sent a value that a preview cannot know."""

Value: TypeAlias = "bool | float | str | Unknown | list[Value] | dict[str, Value] | None"
"""A property value as the engine sends it; numbers may arrive as floats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A resource of the program, by its inputs.

    Attributes:
        type: type token, e.g. `aws:eks/cluster:Cluster`.
        name: logical name in the program.
        urn: the engine's full name of it.
        props: inputs, keys in camelCase.
        protect: whether the engine refuses to delete it.
        provider: name of its explicit provider; resources of one site's cluster share one.
        references: for each input, the URNs of the resources that its value comes from.
    """

    type: str
    name: str
    urn: str
    props: Mapping[str, Value]
    protect: bool = False
    provider: str = ""
    references: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

    def get(self, *path: str) -> Value:
        """Return the value at `path`, None where nothing is set, UNKNOWN where that cannot be told."""
        return dig(dict(self.props), *path)


def dig(value: Value, *path: str) -> Value:
    """Return the value at `path` below `value`; an unknown on the way makes the answer unknown."""
    for key in path:
        if value is UNKNOWN:
            return UNKNOWN
        value = value.get(key) if isinstance(value, dict) else None
    return value


def items(value: Value) -> list[Value]:
    """Return the elements of a list value; an absent list has none, an unknown one has one unknown."""
    if value is UNKNOWN:
        return [UNKNOWN]
    return value if isinstance(value, list) else []


def mapping(value: Value) -> dict[str, Value]:
    """Return the entries of a mapping value, or none."""
    return value if isinstance(value, dict) else {}


def strings(value: Value) -> list[str]:
    """Return the strings known in a list value."""
    return [item for item in items(value) if isinstance(item, str)]


def is_known(value: Value) -> bool:
    """Tell whether nothing inside `value` is unknown."""
    return all(leaf is not UNKNOWN for leaf in _leaves(value))


def _leaves(value: Value) -> Iterator[Value]:
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        yield value
        return
    for item in value:
        yield from _leaves(item)
