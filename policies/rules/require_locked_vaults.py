"""D12: backups are not deleted with what they are backups of."""

from collections.abc import Iterator, Sequence
from typing import Final

from rules._least import at_least
from rules._resource import Resource
from rules._rule import Finding, Severity, StackRule, failure
from rules._setting import WholeNumber
from rules._stack import of_type, users
from rules._types import VAULT, VAULT_LOCK

_DAYS: Final = WholeNumber(
    name="locked_days", what="days for which a lock keeps a backup at least", default=7, minimum=1, maximum=36500
)


def _check(resources: Sequence[Resource], *, locked_days: int) -> Iterator[Finding]:
    locks = of_type(resources, VAULT_LOCK)
    for vault in of_type(resources, VAULT):
        own = users(vault, "backupVaultName", locks)
        if not own:
            yield failure(vault, "no lock keeps its backups from being deleted")
        if not vault.get("kmsKeyArn"):
            yield failure(vault, "kmsKeyArn is not set: its backups are under a key that AWS manages")
        for lock in own:
            yield from at_least(lock, "minRetentionDays", locked_days)


RULE = StackRule(
    id="D12",
    name="require-locked-vaults",
    severity=Severity.HIGH,
    what="A vault of backups has a key of its own, and a lock that lets nobody delete a backup before a week is over.",
    why="Whoever deletes a database, by mistake or with stolen credentials, deletes its backups in the same minute.",
    source="https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html",
    fix="Set kmsKeyArn, and add a VaultLockConfiguration of the vault with minRetentionDays of 7 or more.",
    settings=(_DAYS,),
    check=_check,
)
