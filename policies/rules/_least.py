"""What rules share that ask for a number of at least so much."""

from collections.abc import Iterator

from rules._resource import UNKNOWN, Resource
from rules._rule import Finding, failure, undecided


def at_least(resource: Resource, name: str, least: int) -> Iterator[Finding]:
    """Demand that an input is `least` or more; one that is not set is taken to be 0."""
    value = resource.get(name)
    if value is UNKNOWN:
        yield undecided(resource, name)
    elif not isinstance(value, int | float) or value < least:
        yield failure(resource, f"{name} is {value or 0:g}, must be at least {least}")
