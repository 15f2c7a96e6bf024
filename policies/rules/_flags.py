"""What rules share that ask for one input to be true."""

from collections.abc import Callable, Iterator

from rules._remedy import Edits, Remedy
from rules._resource import UNKNOWN, Resource
from rules._rule import Finding, failure, undecided


def is_true(*path: str) -> Callable[[Resource], Iterator[Finding]]:
    """Return a check that the input at `path` is true; a service's own default is taken to be false."""

    def check(resource: Resource) -> Iterator[Finding]:
        value = resource.get(*path)
        if value is UNKNOWN:
            yield undecided(resource, *path)
        elif value is not True:
            yield failure(resource, f"{'.'.join(path)} is not true")

    return check


def set_true(*path: str) -> Remedy:
    """Return the remedy for it."""

    def edits(_: Resource) -> Edits:
        return {path: True}

    return Remedy(what=f"Sets {'.'.join(path)} to true.", edits=edits)
