import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import CACHE_PARAMETERS, METRIC_ALARM, REPLICATION_GROUP, SHARED_MEMBER

from tests.policies.mutation import changed, removed
from tests.policies.samples import linked, resource, said

NAME = "require-store-alarms"
MUTATIONS = (
    removed(METRIC_ALARM, "llm-prod-queue-memory"),
    removed(METRIC_ALARM, "llm-dr-shared-lag", "dr"),
    changed(METRIC_ALARM, "llm-prod-queue-memory", ("threshold",), 99.0),
    changed(METRIC_ALARM, "llm-dr-queue-memory", ("comparisonOperator",), "LessThanThreshold", "dr"),
    changed(METRIC_ALARM, "llm-prod-queue-memory", ("metricQueries", 0, "metric", "metricName"), "CPUUtilization"),
    changed(METRIC_ALARM, "llm-prod-shared-lag", ("alarmActions",), None),
    changed(METRIC_ALARM, "llm-prod-shared-lag", ("threshold",), 60_000.0),
)
MEMORY, LAG = "DatabaseMemoryUsagePercentage", "MultiRegionClusterReplicationLag"
MEMBER = resource(SHARED_MEMBER, {}, "member")


def group(policy: str, name: str = "group") -> list[Resource]:
    """A group, and its parameters."""
    parameters = resource(CACHE_PARAMETERS, {"parameters": [{"name": "maxmemory-policy", "value": policy}]}, name)
    return [parameters, linked(resource(REPLICATION_GROUP, {}, name), parameterGroupName=parameters)]


QUEUE = group("noeviction")


def memory(of: Resource = QUEUE[1], **changes: Value) -> Resource:
    """The alarm of a group's two nodes."""
    nodes: list[Value] = [{"id": name, "metric": {"metricName": MEMORY}} for name in ("one", "two")]
    sound: dict[str, Value] = {
        "metricQueries": [*nodes, {"id": "fullest", "expression": "MAX(METRICS())"}], "threshold": 80.0,
        "comparisonOperator": "GreaterThanThreshold", "alarmActions": ["arn:aws:sns:topic"],
    }  # fmt: skip
    return linked(resource(METRIC_ALARM, sound | changes, "memory"), metricQueries=of)


def lag(**changes: Value) -> Resource:
    sound: dict[str, Value] = {
        "metricQueries": [{"id": "lag", "expression": f"SELECT MAX({LAG})"}], "threshold": 1000.0,
        "comparisonOperator": "GreaterThanOrEqualToThreshold", "alarmActions": ["arn:aws:sns:topic"],
    }  # fmt: skip
    return resource(METRIC_ALARM, sound | changes, "lag")


def test_holds() -> None:
    assert said(NAME, *QUEUE, memory()) == []
    assert said(NAME, MEMBER, lag()) == []
    assert said(NAME, MEMBER, lag(alarmActions=[UNKNOWN])) == []


def test_holds_for_a_cache_that_drops_what_is_old() -> None:
    assert said(NAME, *group("allkeys-lfu")) == []


def test_fails_without_one() -> None:
    assert said(NAME, *QUEUE, lag()) == [("fail", f"no alarm rings when {MEMORY} is high")]
    assert said(NAME, MEMBER) == [("fail", f"no alarm rings when {LAG} is high")]


def test_fails_with_that_of_another_store() -> None:
    other = group("noeviction", "other")
    found = said(NAME, *QUEUE, *other, memory(other[1]))
    assert found == [("fail", f"no alarm rings when {MEMORY} is high")]
    assert said(NAME, *QUEUE, MEMBER, memory()) == [("fail", f"no alarm rings when {LAG} is high")]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"threshold": 91.0}, "threshold is 91.0, must be 90 at most"),
        ({"threshold": None}, "threshold is None, must be 90 at most"),
        ({"alarmActions": []}, "alarmActions is empty, so nobody is told"),
    ],
    ids=range(3),
)
def test_fails_with_one_that_does_not_serve(changes: dict[str, Value], message: str) -> None:
    assert said(NAME, *QUEUE, memory(QUEUE[1], **changes)) == [("fail", message)]


def test_when_somebody_is_told_is_a_setting() -> None:
    assert said(NAME, *QUEUE, memory(), full_percent=79) == [("fail", "threshold is 80.0, must be 79 at most")]
    assert said(NAME, MEMBER, lag(), lag_milliseconds=999) == [("fail", "threshold is 1000.0, must be 999 at most")]


def test_undecided_while_unknown() -> None:
    assert said(NAME, *QUEUE, memory(threshold=UNKNOWN)) == [("unknown", "threshold is not known before the update")]
    hidden = ("unknown", "metricQueries is not known before the update")
    assert said(NAME, *QUEUE, memory(metricQueries=UNKNOWN)) == [hidden]
    assert said(NAME, *QUEUE, MEMBER, memory(metricQueries=UNKNOWN)) == [
        hidden, ("fail", f"no alarm rings when {LAG} is high")
    ]  # fmt: skip
