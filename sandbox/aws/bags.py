"""Property bags: paths into them, merging, and lists whose order AWS does not keep."""

from collections.abc import Iterable, Iterator
from typing import Any, cast

from sandbox.plugin.wire import UNKNOWN, Props


def at(bag: Any, path: str) -> Iterator[Any]:
    """Every value at a dotted path, lists on the way and at its end walked."""
    if isinstance(bag, list):
        for item in cast("list[Any]", bag):
            yield from at(item, path)
    elif not path:
        yield bag
    elif isinstance(bag, dict):
        head, _, rest = path.partition(".")
        below = cast("Props", bag).get(head)
        if below is not None:
            yield from at(below, rest)


def merge(base: Props, over: Props) -> Props:
    """A bag with another one's entries laid over it, nested bags likewise."""
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        both = isinstance(below, dict) and isinstance(value, dict)
        merged[key] = merge(cast("Props", below), cast("Props", value)) if both else value
    return merged


def pick(bag: Props, paths: Iterable[str]) -> Props:
    """The part of a bag that is under some dotted paths of dictionaries."""
    picked: Props = {}
    for path in paths:
        head, _, rest = path.partition(".")
        if rest and isinstance(bag.get(head), dict):
            picked[head] = merge(picked.get(head, {}), pick(bag[head], [rest]))
        elif not rest and head in bag:
            picked[head] = bag[head]
    return picked


def unknown(paths: Iterable[str]) -> Props:
    """A bag with the engine's marker for unknown at some dotted paths."""
    bag: Props = {}
    for path in paths:
        head, _, rest = path.partition(".")
        bag = merge(bag, {head: unknown([rest]) if rest else UNKNOWN})
    return bag


def observed(inputs: Props, seen: Props) -> Props:
    """Inputs as a service shows them: only those that were given, and tags; AWS's order of sets does not count."""
    changed = {
        key: value
        for key, value in seen.items()
        if (key in inputs and not _same(inputs[key], value)) or (key == "tags" and key not in inputs and value)
    }
    return inputs | changed


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, list) and isinstance(other, list):
        return sorted(map(repr, cast("list[Any]", one))) == sorted(map(repr, cast("list[Any]", other)))
    return one == other
