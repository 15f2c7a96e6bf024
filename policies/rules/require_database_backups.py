"""D10: a database that is deleted, by whom ever, can be had back for a week."""

from collections.abc import Iterator
from typing import Final

from rules._flags import is_true
from rules._least import at_least
from rules._resource import Resource
from rules._rule import Finding, ResourceRule, Severity
from rules._setting import WholeNumber
from rules._types import DATABASE

# RDS keeps automated backups for 35 days at most:
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.BackupRetention.html
_DAYS: Final = WholeNumber(
    name="backup_days", what="days that automated backups are kept at least", default=7, minimum=1, maximum=35
)
_PROTECTED: Final = is_true("deletionProtection")


def _check(database: Resource, *, backup_days: int) -> Iterator[Finding]:
    yield from _PROTECTED(database)
    yield from at_least(database, "backupRetentionPeriod", backup_days)


RULE = ResourceRule(
    id="D10",
    name="require-database-backups",
    severity=Severity.CRITICAL,
    what="RDS refuses to delete a database, and keeps its automated backups for a week or more.",
    why="Members and replicas copy a mistake within seconds; a point in time before it is the only way back.",
    source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.html",
    fix="Set deletionProtection to true and backupRetentionPeriod to 7 or more.",
    settings=(_DAYS,),
    matches={DATABASE}.__contains__,
    check=_check,
)
