"""Checks of single values that AWS makes and moto does not, in words that say what to do."""

from collections.abc import Collection
from typing import Any

from sandbox.plugin.provider import ProviderError


def require_one_of(name: str, value: Any, allowed: Collection[Any], code: str = "ValidationError") -> None:
    """Refuse a value that is none of those allowed.

    Raises:
        ProviderError: with AWS's code, the value and what is allowed.
    """
    if value not in allowed:
        raise ProviderError(f"{code}: {name} is {value!r}; allowed are {', '.join(str(one) for one in allowed)}")


def require_between(name: str, value: float | None, bounds: tuple[int, int], code: str = "ValidationError") -> None:
    """Refuse a number outside inclusive bounds; one that was not given is the service's own choice.

    Raises:
        ProviderError: with AWS's code, the value and the bounds.
    """
    low, high = bounds
    if value is not None and not low <= float(value) <= high:
        raise ProviderError(f"{code}: {name} is {value}; {low} to {high} are allowed")


def require(holds: bool, message: str) -> None:  # noqa: FBT001 - reads as an assertion
    """Refuse what does not hold.

    Raises:
        ProviderError: with the message.
    """
    if not holds:
        raise ProviderError(message)
