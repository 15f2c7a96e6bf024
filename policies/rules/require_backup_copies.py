"""D11: what is backed up outlives the region, and what must be backed up is."""

from collections.abc import Iterator, Sequence
from typing import Final

from rules._database import is_copy
from rules._resource import UNKNOWN, Resource, Value, dig, items
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._setting import WholeNumber
from rules._stack import of_type, users
from rules._types import BACKUP_PLAN, BACKUP_SELECTION, DATABASE

_PROVIDER: Final = "pulumi:providers:aws"
_DAYS: Final = WholeNumber(
    name="kept_days", what="days that a backup and its copy are kept at least", default=7, minimum=1, maximum=36500
)
_TAG: Final = "selectionTags"


def _check(resources: Sequence[Resource], *, kept_days: int) -> Iterator[Finding]:
    selections = of_type(resources, BACKUP_SELECTION)
    for plan in of_type(resources, BACKUP_PLAN):
        region = _region(plan, resources)
        for rule in items(plan.get("rules")):
            yield from _check_rule(plan, rule, region, kept_days)
        if not users(plan, "planId", selections):
            yield failure(plan, "no selection says what it backs up")
    yield from _check_databases(resources, selections)


def _region(plan: Resource, resources: Sequence[Resource]) -> Value:
    providers = [each for each in of_type(resources, _PROVIDER) if each.name == plan.provider]
    return plan.get("region") or next((each.get("region") for each in providers), None)


def _check_rule(plan: Resource, rule: Value, region: Value, days: int) -> Iterator[Finding]:
    yield from _check_life(plan, "the backup", dig(rule, "lifecycle", "deleteAfter"), days)
    copies = items(dig(rule, "copyActions"))
    arns = [dig(copy, "destinationVaultArn") for copy in copies]
    if UNKNOWN in arns or region is UNKNOWN:
        yield undecided(plan, "rules", "copyActions")
    elif not any(f":backup:{region}:" not in str(arn) for arn in arns):
        yield failure(plan, f"has a rule without a copy in a region other than {region}")
    for copy in copies:
        yield from _check_life(plan, "the copy", dig(copy, "lifecycle", "deleteAfter"), days)


def _check_life(plan: Resource, what: str, kept: Value, days: int) -> Iterator[Finding]:
    """Judge how long something is kept; without a number it is for ever."""
    if kept is UNKNOWN:
        yield undecided(plan, "rules", "lifecycle", "deleteAfter")
    elif isinstance(kept, int | float) and kept < days:
        yield failure(plan, f"deletes {what} after {kept:g} days, must be at least {days}")


def _check_databases(resources: Sequence[Resource], selections: Sequence[Resource]) -> Iterator[Finding]:
    """Demand that one member is backed up, for all have the same data; a replica's source is of another stack."""
    databases = [each for each in of_type(resources, DATABASE) if not is_copy(each)]
    wanted = [(dig(tag, "key"), dig(tag, "value")) for each in selections for tag in items(each.get(_TAG))]
    if any(UNKNOWN in pair for pair in wanted):
        yield from (undecided(each, _TAG) for each in selections)
        return
    chosen = [it for it in databases for key, value in wanted if it.get("tags", str(key)) in (value, UNKNOWN)]
    if databases and not chosen:
        yield failure(databases[0], "neither it nor another database of the stack has a tag that a backup plan selects")


RULE = StackRule(
    id="D11",
    name="require-backup-copies",
    severity=Severity.HIGH,
    what="Backup plans keep backups and copies in another region for a week or more, of at least one database.",
    why="A backup beside the database goes with the region, and a plan that selects nothing fails without a word.",
    source="https://docs.aws.amazon.com/aws-backup/latest/devguide/cross-region-backup.html",
    fix="Name durability.standby in the stack's settings, and give a database the tag that the selection asks for.",
    settings=(_DAYS,),
    check=_check,
)
