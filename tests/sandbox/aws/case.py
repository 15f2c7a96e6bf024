"""A resource as a test brings it through its life."""

from dataclasses import dataclass, field
from typing import Any

Props = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """A resource; `@name` is the id of an earlier case, `@name.output` an output of it.

    Attributes:
        change: inputs that an update in place changes.
    """

    name: str
    type: str
    inputs: Props
    change: Props = field(default_factory=dict[str, Any])


def tagged(value: str = "one") -> Props:
    return {"tags": {"Name": value}}
