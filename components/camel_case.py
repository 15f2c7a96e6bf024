"""Kubernetes's own spelling of what the typed arguments spell with underscores; pure.

A custom resource and a chart's values are passed on as they are written, so they must be written like this.
"""

from collections.abc import Mapping, Sequence
from typing import cast


def camel_case(value: object) -> object:
    """Return `value` with every key of its mappings, at any depth, in camel case."""
    if isinstance(value, Mapping):
        entries = cast("Mapping[str, object]", value)
        return {_camel(key): camel_case(each) for key, each in entries.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [camel_case(each) for each in cast("Sequence[object]", value)]
    return value


def _camel(key: str) -> str:
    first, *more = key.split("_")
    return first + "".join(each.capitalize() for each in more)
