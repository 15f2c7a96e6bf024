"""What is wrong with settings, as one line for people; pure."""

import json
from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from components.vocabulary import models_in

_SHOWN: Final = 4
_LONGEST: Final = 60
# By pydantic's kind of error: https://docs.pydantic.dev/latest/errors/validation_errors/
_ALLOWED: Final[Mapping[str, str]] = {
    "bool_type": "must be true or false",
    "enum": "must be {expected}",
    "finite_number": "must be a finite number",
    "float_type": "must be a number",
    "greater_than": "must be above {gt}",
    "greater_than_equal": "must be {ge} or more",
    "int_type": "must be a whole number",
    "less_than_equal": "must be {le} or less",
    "list_type": "must be a list",
    "model_type": "must be a mapping of settings",
    "multiple_of": "must be a multiple of {multiple_of}",
    "string_too_short": "must not be empty",
    "string_type": "must be text; put quotes around what looks like a number",
    "too_long": "must have {max_length} or fewer entries",
    "too_short": "must have {min_length} or more entries",
    "value_error": "{error}",
}


def one_line(model: type[BaseModel], error: ValidationError) -> str:
    """Return the first few things that are wrong: key, value got, what is allowed, what to do."""
    found = error.errors()
    lines = [_line(model, each) for each in found[:_SHOWN]]
    more = [f"and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
    return "; ".join([*lines, *more]) + "; correct the stack's settings file"


def _line(model: type[BaseModel], found: ErrorDetails) -> str:
    key, kind = ".".join(map(str, ("platform", *found["loc"]))), found["type"]
    if kind == "extra_forbidden":
        return f"{key}: unknown key, known here are {', '.join(sorted(_around(model, found['loc'])))}"
    if kind == "missing":
        return f"{key}: is missing, must be given: {_around(model, found['loc'])[str(found['loc'][-1])].description}"
    allowed = _ALLOWED[kind].format(**found.get("ctx", {})) if kind in _ALLOWED else found["msg"]
    return f"{key}: {_got(kind, found['input'])}{allowed}"


def _got(kind: str, value: object) -> str:
    if isinstance(value, dict):
        # A rule over several keys names their values itself.
        return "" if kind == "value_error" else "got a mapping, "
    text = json.dumps(value)
    return f"got {text if len(text) <= _LONGEST else text[:_LONGEST] + '...'}, "


def _around(model: type[BaseModel], place: Sequence[int | str]) -> Mapping[str, FieldInfo]:
    """Return the settings that are known where `place` is."""
    for part in place[:-1]:
        if isinstance(part, str):
            (model,) = models_in(model.model_fields[part])
    return model.model_fields


def distinct(what: str, found: Sequence[str]) -> None:
    """Refuse names or zones of sites that are not all different."""
    if len(set(found)) < len(found):
        raise ValueError(f"sites: {what} {found} must be distinct; give each site its own")
