"""The files of the gateway: what its ConfigMap holds."""

import json
from collections.abc import Iterator
from typing import Final

from rules._resource import UNKNOWN, Resource, Value, mapping
from rules._rule import Finding, failure, undecided
from rules._types import CONFIG_MAP

GATEWAY: Final = "gateway"
SETTINGS: Final = ("data", "settings.json")
NGINX: Final = ("data", "nginx.conf")
_NAME: Final = ("metadata", "name")


def may_be_gateway(resource: Resource) -> bool:
    """Tell whether a resource holds the gateway's files; while its name is unknown it may."""
    return resource.type == CONFIG_MAP and resource.get(*_NAME) in (GATEWAY, UNKNOWN)


def unknown(resource: Resource, *path: str) -> Iterator[Finding]:
    """Yield what nobody can tell yet of a gateway's file."""
    yield from (undecided(resource, *each) for each in (_NAME, path) if resource.get(*each) is UNKNOWN)


def settings(resource: Resource) -> dict[str, Value] | None:
    """Return the numbers that the gateway goes by, None where there are none."""
    text = resource.get(*SETTINGS)
    try:
        read: Value = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return mapping(read) or None


def unread(resource: Resource, path: tuple[str, ...]) -> Finding:
    """Say that a file is missing, or no JSON where it must be."""
    return failure(resource, f"has no {path[-1]} that can be read")


def number(value: Value) -> float | None:
    """Return a number, None for all else."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
