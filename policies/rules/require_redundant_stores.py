"""D3: the loss of a node, of its zone or of an operator's nerve does not lose what a store holds."""

from collections.abc import Iterator
from typing import Final

from rules._flags import is_true
from rules._least import at_least
from rules._resource import Resource
from rules._rule import Finding, ResourceRule, Severity
from rules._setting import WholeNumber
from rules._types import REPLICATION_GROUP

# ElastiCache keeps automatic snapshots for 35 days at most:
# https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups-automatic.html
_DAYS: Final = WholeNumber(
    name="snapshot_days", what="days that daily snapshots are kept at least", default=7, minimum=1, maximum=35
)
_FLAGS: Final = (is_true("automaticFailoverEnabled"), is_true("multiAzEnabled"))


def _check(group: Resource, *, snapshot_days: int) -> Iterator[Finding]:
    for check in _FLAGS:
        yield from check(group)
    yield from at_least(group, "snapshotRetentionLimit", snapshot_days)


RULE = ResourceRule(
    id="D3",
    name="require-redundant-stores",
    severity=Severity.HIGH,
    what="ElastiCache groups fail over by themselves to another zone, and keep daily snapshots.",
    why="A group of one zone goes with it, jobs and answers too; replicas copy a mistake, and snapshots do not.",
    source="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoFailover.html",
    fix="Set automaticFailoverEnabled and multiAzEnabled to true and snapshotRetentionLimit to 7 or more.",
    settings=(_DAYS,),
    matches={REPLICATION_GROUP}.__contains__,
    check=_check,
)
