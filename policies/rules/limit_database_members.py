"""D2: what is in a MySQL group is an instance that a group takes, and that changes when somebody is there."""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Final

from rules._database import is_copy, members, of_groups, unknown
from rules._resource import UNKNOWN, Resource, Value
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._stack import of_type, users
from rules._types import DATABASE_CLUSTER

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEK: Final = 7 * 24 * 60
_WINDOW: Final = re.compile(r"(?i)([a-z]{3}):(\d\d):(\d\d)-([a-z]{3}):(\d\d):(\d\d)")
_REFUSED: Final[tuple[tuple[tuple[str, ...], str], ...]] = (
    (("blueGreenUpdate", "enabled"), "a group has no blue/green deployment"),
    (("manageMasterUserPassword",), "the group replicates its users, and RDS copies no such instance"),
    (("applyImmediately",), "all members would restart at once"),
)


def _check(resources: Sequence[Resource]) -> Iterator[Finding]:
    yield from unknown(resources)
    for group in of_groups(resources):
        for cluster in users(group, "dbInstanceParameterGroupName", of_type(resources, DATABASE_CLUSTER)):
            yield failure(cluster, "is a Multi-AZ cluster, whose instances can not be members")
    for found in members(resources).values():
        for each in found:
            yield from _check_member(each)
        yield from _check_windows(found)


def _check_member(member: Resource) -> Iterator[Finding]:
    for path, why in _REFUSED:
        if member.get(*path) is UNKNOWN:
            yield undecided(member, *path)
        elif member.get(*path):
            yield failure(member, f"{'.'.join(path)} is true: {why}")
    if member.get("autoMinorVersionUpgrade") is UNKNOWN:
        yield undecided(member, "autoMinorVersionUpgrade")
    elif member.get("autoMinorVersionUpgrade") is not False:
        yield failure(member, "autoMinorVersionUpgrade is not false: members of different versions take no writes")
    if is_copy(member):
        yield failure(member, "is a copy with a group's parameter group, and would never take writes")


def _check_windows(found: Sequence[Resource]) -> Iterator[Finding]:
    windows = [(each, each.get("maintenanceWindow")) for each in found]
    yield from (undecided(each, "maintenanceWindow") for each, window in windows if window is UNKNOWN)
    known = [(each, _minutes(window)) for each, window in windows if window is not UNKNOWN]
    yield from (failure(each, "has no maintenanceWindow of its own") for each, minutes in known if not minutes)
    for (one, early), (other, late) in combinations(known, 2):
        if early & late:
            yield failure(other, f"maintenanceWindow is also {one.name}'s; two members would be away at once")


def _minutes(window: Value) -> frozenset[int]:
    """Return the minutes of the week in a window; none where it is no window."""
    found = _WINDOW.fullmatch(str(window))
    if found is None:
        return frozenset()
    begin, end = (_minute(*found.groups()[at : at + 3]) for at in (0, 3))
    return frozenset(minute % _WEEK for minute in range(begin, begin + (end - begin) % _WEEK))


def _minute(day: str, hour: str, minute: str) -> int:
    return (_DAYS.index(day.lower()) * 24 + int(hour)) * 60 + int(minute)


RULE = StackRule(
    id="D2",
    name="limit-database-members",
    severity=Severity.HIGH,
    what="Members of a MySQL group are plain instances, each with its own maintenance window; none upgrades itself.",
    why=(
        "RDS runs no group over Multi-AZ clusters or blue/green deployments, and whatever restarts two of three members"
        " at the same time takes the majority."
    ),
    source=(
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-active-active-clusters-considerations-limitations.html"
    ),
    fix=(
        "Set autoMinorVersionUpgrade to false, give each member another maintenanceWindow and a password of ours, and"
        " leave blueGreenUpdate, manageMasterUserPassword and applyImmediately out."
    ),
    check=_check,
)
