"""D13: a standby has what its model servers load, and does not lose it with its upstream."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from rules._resource import UNKNOWN, Resource, Value, dig, items
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._stack import of_type
from rules._types import BUCKET_REPLICATION, PEERING

_STATES: Final[Mapping[tuple[str, ...], str]] = {
    ("status",): "Enabled",
    ("deleteMarkerReplication", "status"): "Disabled",
    ("sourceSelectionCriteria", "sseKmsEncryptedObjects", "status"): "Enabled",
    ("destination", "replicationTime", "status"): "Enabled",
    ("destination", "metrics", "status"): "Enabled",
}


def _check(resources: Sequence[Resource]) -> Iterator[Finding]:
    found = of_type(resources, BUCKET_REPLICATION)
    for joined in of_type(resources, PEERING):
        if not found:
            yield failure(joined, "joins two regions, and no bucket is replicated between them")
    for each in found:
        for rule in items(each.get("rules")):
            yield from _check_rule(each, rule)


def _check_rule(replication: Resource, rule: Value) -> Iterator[Finding]:
    for path, wanted in _STATES.items():
        value = dig(rule, *path)
        if value is UNKNOWN:
            yield undecided(replication, "rules", *path)
        elif value != wanted:
            yield failure(replication, f"{'.'.join(path)} is {value or 'not set'}, must be {wanted}")


RULE = StackRule(
    id="D13",
    name="require-replicated-weights",
    severity=Severity.HIGH,
    what="A stack that joins another region's replicates its bucket, encrypted, timed and measured, without deletions.",
    why="A standby without the newest weights starts no model server, and one that repeats a deletion has none at all.",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-time-control.html",
    fix="Enable rules, replicationTime, metrics and sseKmsEncryptedObjects, and disable deleteMarkerReplication.",
    check=_check,
)
