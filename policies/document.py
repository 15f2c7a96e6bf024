"""The pack's own files: YAML, written by people, so that what is wrong in one is said in one line."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import yaml


class PackError(Exception):
    """A file of the pack is wrong; one line for people, with what to do."""


def read(path: Path) -> object:
    """Return what a file holds.

    Raises:
        PackError: it is missing or no YAML.
    """
    try:
        return yaml.safe_load(path.read_text())
    except OSError as error:
        raise PackError(f"{path.name}: {error.strerror}; restore the file beside PulumiPolicy.yaml") from None
    except yaml.YAMLError as error:
        raise PackError(f"{path.name}: no YAML, {' '.join(str(error).split())}; correct it") from None


def mapping(where: str, value: object, allowed: Sequence[str] | None = None) -> Mapping[str, Any]:
    """Return a mapping, whose keys are all `allowed` where that is given; nothing at all is an empty one.

    Raises:
        PackError: `value` is no mapping, or has another key.
    """
    if value is None:
        return {}
    if not isinstance(value, dict):
        of = f" with the keys {', '.join(allowed)}" if allowed else ""
        raise PackError(f"{where}: got {value!r}, must be a mapping{of}; correct it")
    found = cast("Mapping[str, Any]", value)
    unknown = [str(key) for key in found if allowed is not None and key not in allowed]
    if unknown:
        raise PackError(
            f"{where}: unknown key {', '.join(unknown)}, allowed are {', '.join(allowed or ())}; correct it"
        )
    return found
