"""What a stack may set of a rule: a whole number within bounds, or a list of names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import nan
from typing import TypeAlias, cast


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeNumber:
    """A limit; the rule's check takes it as a keyword argument of this name.

    Attributes:
        name: in snake_case, with its unit where it has one, e.g. `deletion_days`.
        what: what it limits, for people.
        default: what holds where a stack sets nothing.
        minimum: least that a stack may set.
        maximum: most that a stack may set.
    """

    name: str
    what: str
    default: int
    minimum: int
    maximum: int

    @property
    def allowed(self) -> str:
        """What a stack may set, for people."""
        return f"a whole number from {self.minimum} to {self.maximum}"

    @property
    def schema(self) -> dict[str, object]:
        """The same as a JSON schema, for the engine."""
        return {"type": "integer", "minimum": self.minimum, "maximum": self.maximum, "description": self.what}

    def read(self, value: object) -> int:
        """Return a value as the check takes it; numbers come from the engine as floats.

        Raises:
            ValueError: the value is not allowed.
        """
        number = value if isinstance(value, int | float) and not isinstance(value, bool) else nan
        if not self.minimum <= number <= self.maximum or number != int(number):
            raise ValueError(self.allowed)
        return int(number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """A list of names; the rule's check takes it, as a tuple, as a keyword argument of this name.

    Attributes:
        name: in snake_case.
        what: what is named, for people.
        default: what holds where a stack sets nothing.
    """

    name: str
    what: str
    default: tuple[str, ...]

    @property
    def allowed(self) -> str:
        """What a stack may set, for people."""
        return "a list of one or more names"

    @property
    def schema(self) -> dict[str, object]:
        """The same as a JSON schema, for the engine."""
        return {"type": "array", "items": {"type": "string"}, "minItems": 1, "description": self.what}

    def read(self, value: object) -> tuple[str, ...]:
        """Return a value as the check takes it.

        Raises:
            ValueError: the value is not allowed.
        """
        names = tuple(cast("Sequence[object]", value)) if isinstance(value, list | tuple) else ()
        if not names or not all(isinstance(name, str) and name for name in names):
            raise ValueError(self.allowed)
        return cast("tuple[str, ...]", names)


Setting: TypeAlias = WholeNumber | Names
SettingValues: TypeAlias = Mapping[str, int | tuple[str, ...]]
"""Values by the names of settings."""
