"""N8: logs are read with a key of ours, and end on a day that somebody chose."""

from collections.abc import Iterator, Sequence

from rules._resource import UNKNOWN, Resource
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._stack import of_type, sources
from rules._types import KEY, LOG_GROUP

_KEY, _DAYS = "kmsKeyId", "retentionInDays"


def _check(resources: Sequence[Resource]) -> Iterator[Finding]:
    keys = of_type(resources, KEY)
    for group in of_type(resources, LOG_GROUP):
        yield from _check_key(group, keys)
        yield from _check_days(group)


def _check_key(group: Resource, keys: Sequence[Resource]) -> Iterator[Finding]:
    key = group.get(_KEY)
    if not key:
        yield failure(group, f"has no {_KEY}")
    elif key is UNKNOWN and not sources(group, _KEY, keys):
        yield undecided(group, _KEY)


def _check_days(group: Resource) -> Iterator[Finding]:
    days = group.get(_DAYS)
    if days is UNKNOWN:
        yield undecided(group, _DAYS)
    elif not days:  # none and 0 both mean for ever
        yield failure(group, f"{_DAYS} is not set, so it grows for ever")


RULE = StackRule(
    id="N8",
    name="require-log-encryption",
    severity=Severity.MEDIUM,
    what="Log groups are encrypted with a key of ours and keep their logs for a set number of days.",
    why=(
        "Audit and flow logs name users, addresses and secrets' names; without a key nobody can cut a reader off, and"
        " without an end they are kept, and paid for, until somebody notices."
    ),
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
    fix="Set kmsKeyId to the region's key for logs, and retentionInDays to the stack's number of days.",
    check=_check,
)
