"""Attributes of load balancers and target groups: a flat list of texts at the service, nested inputs in a program."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from sandbox.aws.bags import at
from sandbox.plugin.wire import Props


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute.

    Attributes:
        key: its name at the service.
        default: what the service has where nothing is given; empty where that depends on other things.
    """

    key: str
    default: str = ""


Attributes = Mapping[str, Attribute]
"""Attributes by the dotted path of their input."""


def wanted(table: Attributes, props: Props, olds: Props | None = None) -> list[dict[str, str]]:
    """What to ask the service for: every attribute that is given, and the default of one that is given no more."""
    pairs = {table[path].key: _given(props, path) for path in table}
    gone = {table[path].key: table[path].default for path in table if _given(olds or {}, path) is not None}
    texts = {key: gone.get(key, "") if value is None else _text(value) for key, value in pairs.items()}
    return [{"Key": key, "Value": value} for key, value in texts.items() if value or pairs[key] is not None]


def seen(table: Attributes, props: Props, held: Mapping[str, str]) -> Props:
    """The inputs whose attribute the service has otherwise."""
    changed: Props = {}
    for path, attribute in table.items():
        given, value = _given(props, path), held.get(attribute.key)
        expected = attribute.default if given is None else _text(given)
        if value is not None and expected and value != expected:
            root, _, below = path.partition(".")
            changed[root] = _placed(changed.get(root, props.get(root)), below, value)
    return changed


def _given(props: Props, path: str) -> Any:
    return next(at(props, path), None)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _placed(bag: Any, path: str, value: Any) -> Any:
    if not path:
        return value
    if isinstance(bag, list):
        return [_placed(item, path, value) for item in cast("list[Any]", bag)]
    head, _, rest = path.partition(".")
    below = cast("Props", bag) if isinstance(bag, dict) else {}
    return below | {head: _placed(below.get(head), rest, value)}
