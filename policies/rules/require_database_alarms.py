"""D7: somebody is told while a copy of the database can still keep what it is kept for, and before a disk is full."""

from collections.abc import Iterator, Sequence
from typing import Final

from rules._database import is_copy
from rules._resource import UNKNOWN, Resource, items
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._setting import WholeNumber
from rules._stack import of_type, sources
from rules._types import DATABASE, METRIC_ALARM

# Of the sites that stand in for each other; a day is more than anybody loses on purpose.
_RPO: Final = WholeNumber(
    name="rpo_seconds", what="data that may be lost with a region at most, s", default=30, minimum=1, maximum=86400
)
_ABOVE: Final = ("GreaterThanThreshold", "GreaterThanOrEqualToThreshold")
_BELOW: Final = ("LessThanThreshold", "LessThanOrEqualToThreshold")
_LAG, _STORAGE = "ReplicaLag", "FreeStorageSpace"


def _check(resources: Sequence[Resource], *, rpo_seconds: int) -> Iterator[Finding]:
    alarms = of_type(resources, METRIC_ALARM)
    for each in of_type(resources, DATABASE):
        own = [alarm for alarm in alarms if sources(alarm, "dimensions", [each])]
        yield from _check_storage(each, _on(own, _STORAGE, _BELOW))
        if is_copy(each):
            yield from _check_lag(each, own, rpo_seconds)


def _on(alarms: Sequence[Resource], metric: str, ways: Sequence[str]) -> list[Resource]:
    found = [alarm for alarm in alarms if alarm.get("metricName") == metric]
    return [alarm for alarm in found if alarm.get("comparisonOperator") in ways]


def _check_storage(database: Resource, alarms: Sequence[Resource]) -> Iterator[Finding]:
    if not alarms:
        yield failure(database, f"no alarm rings when {_STORAGE} is low")
    yield from _check_heard(alarms)


def _check_lag(copy: Resource, alarms: Sequence[Resource], rpo: int) -> Iterator[Finding]:
    late, stopped = _on(alarms, _LAG, _ABOVE), _on(alarms, _LAG, _BELOW)
    if not late:
        yield failure(copy, f"no alarm rings when {_LAG} is high")
    for alarm in late:
        threshold = alarm.get("threshold")
        if threshold is UNKNOWN:
            yield undecided(alarm, "threshold")
        elif not isinstance(threshold, int | float) or threshold >= rpo:
            yield failure(alarm, f"threshold is {threshold} s, must be below the {rpo} s that may be lost")
    if not stopped:
        yield failure(copy, f"no alarm rings when {_LAG} is below 0, which is what a copy that has stopped says")
    yield from _check_heard([*late, *stopped])


def _check_heard(alarms: Sequence[Resource]) -> Iterator[Finding]:
    for alarm in alarms:
        if alarm.get("treatMissingData") not in ("breaching", UNKNOWN):
            yield failure(alarm, "treatMissingData is not breaching, so what is silent is well")
        if not items(alarm.get("alarmActions")):
            yield failure(alarm, "alarmActions is empty, so nobody is told")


RULE = StackRule(
    id="D7",
    name="require-database-alarms",
    severity=Severity.HIGH,
    what="A database has alarms: its disk is nearly full; a copy has stopped, or lags more than may be lost.",
    why="A copy that has stopped looks well until the day of the failover, and its source keeps logs until it is full.",
    source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_MySQL.Replication.ReadReplicas.html",
    fix=(
        "Give each instance the alarms of components/storage/mysql/notices.py, with database.replica.lag_seconds below"
        " rpo_seconds."
    ),
    settings=(_RPO,),
    check=_check,
)
