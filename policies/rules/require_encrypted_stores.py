"""D4: what is kept is encrypted in its store or database and on the way to it, and the store asks who is there."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from rules._database import parameters
from rules._flags import is_true
from rules._resource import Resource, is_known
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._types import DATABASE, DATABASE_PARAMETERS, REPLICATION_GROUP, SHARED_MEMBER

_TLS: Final = "require_secure_transport"
_STORAGE: Final = is_true("storageEncrypted")
_FLAGS: Final = (is_true("atRestEncryptionEnabled"), is_true("transitEncryptionEnabled"))


def _check(store: Resource) -> Iterator[Finding]:
    yield from _CHECKS[store.type](store)


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


def _check_database(database: Resource) -> Iterator[Finding]:
    """RDS takes a key of AWS's own where none is named."""
    yield from _STORAGE(database)
    if not database.get("kmsKeyId"):
        yield failure(database, "has no kmsKeyId")


def _check_parameters(group: Resource) -> Iterator[Finding]:
    """RDS lets clients in without TLS unless they are told not to."""
    if not is_known(group.get("parameters")):
        yield undecided(group, "parameters")
    elif parameters(group).get(_TLS, ("OFF", ""))[0] not in ("ON", "1"):
        yield failure(group, f"{_TLS} is not ON")


_CHECKS: Final[Mapping[str, Callable[[Resource], Iterator[Finding]]]] = {
    SHARED_MEMBER: _check_member,
    REPLICATION_GROUP: _check_group,
    DATABASE: _check_database,
    DATABASE_PARAMETERS: _check_parameters,
}

RULE = ResourceRule(
    id="D4",
    name="require-encrypted-stores",
    severity=Severity.HIGH,
    what="Stores and databases encrypt at rest and in transit, the latter and the shared table by our own keys.",
    why="The queue holds whole prompts and answers; whoever gets into the network would read and forge all of them.",
    source="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/in-transit-encryption.html",
    fix=(
        "Set atRestEncryptionEnabled, transitEncryptionEnabled and authToken; of MemoryDB tlsEnabled and kmsKeyArn; of"
        " RDS storageEncrypted and kmsKeyId, which replace an instance, and the parameter require_secure_transport."
    ),
    matches=_CHECKS.__contains__,
    check=_check,
)
