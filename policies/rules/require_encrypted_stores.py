"""D4: prompts and answers are encrypted in a store and on the way to it, and it asks who is there."""

from collections.abc import Iterator
from typing import Final

from rules._flags import is_true
from rules._resource import Resource
from rules._rule import Finding, ResourceRule, Severity, failure
from rules._types import REPLICATION_GROUP, SHARED_MEMBER

_FLAGS: Final = (is_true("atRestEncryptionEnabled"), is_true("transitEncryptionEnabled"))


def _check(store: Resource) -> Iterator[Finding]:
    yield from _check_member(store) if store.type == SHARED_MEMBER else _check_group(store)


def _check_member(member: Resource) -> Iterator[Finding]:
    """MemoryDB always encrypts, and with a key of AWS's own where none is named; who gets in is D5's."""
    if member.get("tlsEnabled") is False:
        yield failure(member, "tlsEnabled is false")
    if not member.get("kmsKeyArn"):
        yield failure(member, "has no kmsKeyArn")


def _check_group(group: Resource) -> Iterator[Finding]:
    for check in _FLAGS:
        yield from check(group)
    if not group.get("authToken") and not group.get("userGroupIds"):
        yield failure(group, "has neither authToken nor userGroupIds")


RULE = ResourceRule(
    id="D4",
    name="require-encrypted-stores",
    severity=Severity.HIGH,
    what="Stores encrypt at rest and in transit, the shared table by our own key, and groups ask for a token or user.",
    why="The queue holds whole prompts and answers; whoever gets into the network would read and forge all of them.",
    source="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/in-transit-encryption.html",
    fix="Set atRestEncryptionEnabled, transitEncryptionEnabled and authToken; of MemoryDB tlsEnabled and kmsKeyArn.",
    matches={REPLICATION_GROUP, SHARED_MEMBER}.__contains__,
    check=_check,
)
