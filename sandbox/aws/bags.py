"""Property bags: paths into them, merging, and lists whose order AWS does not keep."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, cast
from urllib.parse import unquote

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
    """Inputs as a service shows them; AWS's order of sets does not count, nor nothing for what was not given.

    Args:
        inputs: as the ledger has them.
        seen: what a Read answered; it leaves out what AWS itself chose for an input that was not given.
    """
    changed = {key: value for key, value in seen.items() if _differs(inputs.get(key), value)}
    return inputs | changed


def document(inputs: Props, name: str, seen: Any) -> Props:
    """The input that is a JSON document, unless the service says the same in other words: JSON has many spellings."""
    held = json.loads(unquote(seen)) if isinstance(seen, str) else seen
    return {} if json.loads(inputs[name]) == held else {name: json.dumps(held)}


def pascal(value: Any) -> Any:
    """Keys as a program writes them to those of most of AWS's services: `httpTokens` to `HttpTokens`."""
    if isinstance(value, dict):
        return {key[0].upper() + key[1:]: pascal(below) for key, below in cast("Props", value).items()}
    return [pascal(item) for item in cast("list[Any]", value)] if isinstance(value, list) else value


def camel(value: Any) -> Any:
    """Keys of a service as a program writes them: the other way round."""
    if isinstance(value, dict):
        return {key[0].lower() + key[1:]: camel(below) for key, below in cast("Props", value).items()}
    return [camel(item) for item in cast("list[Any]", value)] if isinstance(value, list) else value


def covers(held: Any, wanted: Any) -> bool:
    """Whether a service holds all that is wanted, whatever it adds of its own; lists go in order."""
    if isinstance(wanted, dict):
        bag = cast("Props", held) if isinstance(held, dict) else {}
        return all(covers(bag.get(key), below) for key, below in cast("Props", wanted).items())
    if isinstance(wanted, list):
        given, there = cast("list[Any]", wanted), cast("list[Any]", held) if isinstance(held, list) else []
        return len(given) == len(there) and all(map(covers, there, given))
    return held == wanted


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal when the order of lists, at any depth, does not count."""
    return _unordered(one) == _unordered(other)


def _differs(given: Any, held: Any) -> bool:
    return bool(held) if given is None else not same(given, held)


def _unordered(value: Any) -> Any:
    if isinstance(value, dict):
        return sorted((key, repr(_unordered(below))) for key, below in cast("Props", value).items())
    if isinstance(value, list):
        return sorted(repr(_unordered(below)) for below in cast("list[Any]", value))
    return value
