"""Property values as a reviewer may see them: plain JSON, with what is unknown or secret standing as a mark."""

from enum import Enum
from typing import TypeAlias


class Mark(Enum):
    """Stands where a value can not or must not be shown."""

    UNKNOWN = "known after apply"
    SECRET = "secret"  # noqa: S105 the word that is shown instead of one
    ABSENT = "not set"


Value: TypeAlias = "bool | int | float | str | Mark | list[Value] | dict[str, Value] | None"
"""A value without secrets: they were replaced by `Mark.SECRET` where the engine's events came in."""
