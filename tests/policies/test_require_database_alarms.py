import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import DATABASE, METRIC_ALARM

from tests.policies.databases import alarm
from tests.policies.mutation import changed, removed
from tests.policies.samples import resource, said

NAME = "require-database-alarms"
MUTATIONS = (
    removed(METRIC_ALARM, "llm-prod-db-witness-storage"),
    removed(METRIC_ALARM, "llm-dr-db-lag", "dr"),
    removed(METRIC_ALARM, "llm-dr-db-stopped", "dr"),
    changed(METRIC_ALARM, "llm-dr-db-lag", ("threshold",), 30.0, "dr"),
    changed(METRIC_ALARM, "llm-dr-db-stopped", ("treatMissingData",), "notBreaching", "dr"),
    changed(METRIC_ALARM, "llm-prod-db-a-storage", ("alarmActions",), None),
)
HIGH, LOW = "GreaterThanThreshold", "LessThanThreshold"
COPY = resource(DATABASE, {"replicateSourceDb": "arn:aws:rds:source"}, "copy")
MEMBER = resource(DATABASE, {}, "member")


def alarms(late: Value = 5.0, **changes: Value) -> list[Resource]:
    """The three of a copy; the changes are those of the lag's."""
    return [
        alarm(COPY, "FreeStorageSpace", LOW, 1.0),
        alarm(COPY, "ReplicaLag", HIGH, late, **changes),
        alarm(COPY, "ReplicaLag", LOW, 0.0),
    ]


def test_holds() -> None:
    assert said(NAME, COPY, *alarms()) == []
    assert said(NAME, MEMBER, alarm(MEMBER, "FreeStorageSpace", LOW, 1.0)) == []


@pytest.mark.parametrize(
    ("left_out", "message"),
    [
        (0, "no alarm rings when FreeStorageSpace is low"),
        (1, "no alarm rings when ReplicaLag is high"),
        (2, "no alarm rings when ReplicaLag is below 0, which is what a copy that has stopped says"),
    ],
)
def test_fails_without_one(left_out: int, message: str) -> None:
    found = [each for at, each in enumerate(alarms()) if at != left_out]
    assert said(NAME, COPY, *found) == [("fail", message)]


def test_an_alarm_of_another_database_is_none() -> None:
    assert len(said(NAME, MEMBER, *alarms())) == 1


@pytest.mark.parametrize(
    ("late", "changes", "message"),
    [
        (30.0, {}, "threshold is 30.0 s, must be below the 30 s that may be lost"),
        (None, {}, "threshold is None s, must be below the 30 s that may be lost"),
        (5.0, {"treatMissingData": None}, "treatMissingData is not breaching, so what is silent is well"),
        (5.0, {"alarmActions": []}, "alarmActions is empty, so nobody is told"),
    ],
    ids=range(4),
)
def test_fails_with_one_that_does_not_serve(late: Value, changes: dict[str, Value], message: str) -> None:
    assert said(NAME, COPY, *alarms(late, **changes)) == [("fail", message)]


def test_what_may_be_lost_is_a_setting() -> None:
    assert said(NAME, COPY, *alarms(5.0), rpo_seconds=5)
    assert said(NAME, COPY, *alarms(30.0), rpo_seconds=31) == []


def test_unknown_is_undecided() -> None:
    assert said(NAME, COPY, *alarms(UNKNOWN)) == [("unknown", "threshold is not known before the update")]
    assert said(NAME, COPY, *alarms(alarmActions=UNKNOWN, treatMissingData=UNKNOWN)) == []
