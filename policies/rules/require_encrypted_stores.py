"""D4: prompts and answers are encrypted in a store and on the way to it, and it asks who is there."""

from collections.abc import Iterator
from typing import Final

from rules._flags import is_true
from rules._resource import Resource
from rules._rule import Finding, ResourceRule, Severity, failure
from rules._types import REPLICATION_GROUP

_FLAGS: Final = (is_true("atRestEncryptionEnabled"), is_true("transitEncryptionEnabled"))


def _check(group: Resource) -> Iterator[Finding]:
    for check in _FLAGS:
        yield from check(group)
    if not group.get("authToken") and not group.get("userGroupIds"):
        yield failure(group, "has neither authToken nor userGroupIds")


RULE = ResourceRule(
    id="D4",
    name="require-encrypted-stores",
    severity=Severity.HIGH,
    what="ElastiCache groups encrypt at rest and in transit, and let nobody in without a token or a user.",
    why="The queue holds whole prompts and answers; whoever gets into the network would read and forge all of them.",
    source="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/in-transit-encryption.html",
    fix="Set atRestEncryptionEnabled and transitEncryptionEnabled to true, and authToken or userGroupIds.",
    matches={REPLICATION_GROUP}.__contains__,
    check=_check,
)
