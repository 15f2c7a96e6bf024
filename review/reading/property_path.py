"""The engine's property paths, e.g. `scalingConfig.minSize`, `subnetIds[0]` or `tags["a.b"]`.

https://github.com/pulumi/pulumi/blob/v3.259.0/sdk/go/common/resource/properties_path.go
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TypeAlias, TypeVar, cast

Element: TypeAlias = str | int
Path: TypeAlias = tuple[Element, ...]
Default = TypeVar("Default")

_ELEMENT = re.compile(r'\.?(?P<name>[^.\[\]"]+)|\[(?P<index>\d+)\]|\["(?P<quoted>(?:\\"|[^"])*)"\]')
_BARE = re.compile(r"[A-Za-z0-9_]+")


@lru_cache(maxsize=65536)
def parse(text: str) -> Path:
    """Return the elements of a path; one element, the text itself, where it is no path."""
    found: list[Element] = []
    end = 0
    for match in _ELEMENT.finditer(text):
        if match.start() != end:
            return (text,)
        found.append(_element(match))
        end = match.end()
    return tuple(found) if end == len(text) else (text,)


def write(path: Path) -> str:
    """Return the engine's text of a path."""
    return "".join(_written(element) for element in path).removeprefix(".")


def get(tree: object, path: Path, default: Default) -> object | Default:
    """Return what is at a path, or `default` where there is nothing."""
    found: object | Default = tree
    for element in path:
        found = _inside(found, element, default)
    return found


def _inside(tree: object, element: Element, default: Default) -> object | Default:
    if isinstance(tree, Mapping):
        return cast("Mapping[Element, object]", tree).get(element, default)
    if isinstance(tree, list) and isinstance(element, int):
        items = cast("list[object]", tree)
        return items[element] if element < len(items) else default
    return default


def _element(match: re.Match[str]) -> Element:
    if match["index"] is not None:
        return int(match["index"])
    return match["name"] if match["quoted"] is None else match["quoted"].replace('\\"', '"')


def _written(element: Element) -> str:
    if isinstance(element, int):
        return f"[{element}]"
    if _BARE.fullmatch(element):
        return f".{element}"
    escaped = element.replace('"', '\\"')
    return f'["{escaped}"]'
