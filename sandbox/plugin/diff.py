"""Structural difference of two property bags, in the engine's path syntax."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from sandbox.plugin.wire import Props

Kind = Literal["ADD", "DELETE", "UPDATE"]


@dataclass(frozen=True, slots=True)
class Change:
    """One leaf that differs.

    Attributes:
        path: e.g. `vpcConfig.subnetIds[0]` or `tags["a.b"]`.
        kind: added, deleted or updated.
        replaces: whether the service can only take it on a new resource.
    """

    path: str
    kind: Kind
    replaces: bool = False

    @property
    def root(self) -> str:
        """The top-level property that the change is under."""
        return self.path.split(".")[0].split("[")[0]


@dataclass(frozen=True, slots=True)
class Diff:
    """What would change, and how a replacement is to be done."""

    changes: tuple[Change, ...] = ()
    delete_before_replace: bool = False
    stables: tuple[str, ...] = field(default=())


def diff_props(old: Props, new: Props, replaces: Callable[[str], bool]) -> tuple[Change, ...]:
    """All leaves that differ between two bags of inputs.

    Args:
        old: the inputs of the last update.
        new: the inputs now; may hold `UNKNOWN`, which differs from every known value.
        replaces: tells of a path whether a change there needs a new resource.
    """
    found = _differences("", old, new)
    return tuple(Change(path, kind, replaces(path)) for path, kind in found)


def _differences(path: str, old: Any, new: Any) -> Iterator[tuple[str, Kind]]:
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _of_dicts(path, cast("Props", old), cast("Props", new))
    elif isinstance(old, list) and isinstance(new, list):
        yield from _of_lists(path, cast("list[Any]", old), cast("list[Any]", new))
    elif old != new:
        yield path, "UPDATE"


def _of_dicts(path: str, old: Props, new: Props) -> Iterator[tuple[str, Kind]]:
    for key in sorted(old.keys() | new.keys()):
        if key.startswith("__"):
            continue
        below = _join(path, key)
        if key not in new:
            yield below, "DELETE"
        elif key not in old:
            yield below, "ADD"
        else:
            yield from _differences(below, old[key], new[key])


def _of_lists(path: str, old: list[Any], new: list[Any]) -> Iterator[tuple[str, Kind]]:
    for index in range(max(len(old), len(new))):
        below = f"{path}[{index}]"
        if index >= len(new):
            yield below, "DELETE"
        elif index >= len(old):
            yield below, "ADD"
        else:
            yield from _differences(below, old[index], new[index])


def _join(path: str, key: str) -> str:
    if not key.replace("_", "").replace("-", "").isalnum():
        return f'{path}["{key}"]'
    return f"{path}.{key}" if path else key
