"""D14: what holds data goes only when it is empty, or after a time in which it can be had back."""

from collections.abc import Iterator, Mapping
from typing import Final

from rules._database import is_copy
from rules._resource import UNKNOWN, Resource, Value
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._types import AWS_SECRET, BUCKET, BUCKET_VERSIONING, DATABASE, REPOSITORY, VAULT

_FORCED: Final[Mapping[str, tuple[tuple[str, ...], Value]]] = {
    BUCKET: (("forceDestroy",), True),
    VAULT: (("forceDestroy",), True),
    REPOSITORY: (("forceDelete",), True),
    DATABASE: (("skipFinalSnapshot",), True),
    AWS_SECRET: (("recoveryWindowInDays",), 0),
    BUCKET_VERSIONING: (("versioningConfiguration", "status"), "Suspended"),
}
"""By type: the input, and the value of it that loses data."""


def _check(resource: Resource) -> Iterator[Finding]:
    if resource.type == DATABASE and is_copy(resource):
        return  # RDS takes no final snapshot of it, and its source has what it has
    path, losing = _FORCED[resource.type]
    value = resource.get(*path)
    if value is UNKNOWN:
        yield undecided(resource, *path)
    elif value is not None and value == losing:
        yield failure(resource, f"{'.'.join(path)} is {value}, which loses what it holds")


RULE = ResourceRule(
    id="D14",
    name="forbid-forced-deletion",
    severity=Severity.HIGH,
    what="Nothing is deleted with the data in it: no forced deletion, no skipped snapshot, no secret without a window.",
    why="These switches are set to get rid of a test stack, and are still there when a change replaces the real one.",
    source="https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/rel_backing_up_data_secured_backups_data.html",
    fix="Leave forceDestroy, forceDelete and skipFinalSnapshot out, keep recoveryWindowInDays at 7 or more.",
    matches=_FORCED.__contains__,
    check=_check,
)
