import pytest
from rules._resource import UNKNOWN, Value
from rules._types import METRIC_ALARM, SCALING_POLICY

from tests.policies.growth import AGREED, group, grown, replaced
from tests.policies.mutation import changed, removed
from tests.policies.samples import said

NAME = "require-growth-alarms"
STEP = ("stepAdjustments", 0, "scalingAdjustment")
MUTATIONS = (
    changed(METRIC_ALARM, "llm-prod-a-spot-cpu", ("evaluationPeriods",), 4),
    changed(METRIC_ALARM, "llm-prod-b-reserved-memory", ("period",), 120),
    changed(METRIC_ALARM, "llm-prod-b-on-demand-queue", ("threshold",), 100),
    changed(SCALING_POLICY, "llm-prod-a-reserved-queue", STEP, 49),
    changed(SCALING_POLICY, "llm-dr-c-spot-memory", ("estimatedInstanceWarmup",), 0, "dr"),
    removed(METRIC_ALARM, "llm-dr-c-reserved-cpu", "dr"),
)


def test_holds() -> None:
    assert said(NAME, *grown(group())) == []


def test_holds_by_an_expression() -> None:
    query: Value = [{"expression": "IF(nodes > 0, queue, 0)"}, {"metric": {"metricName": "QueueLength", "period": 60}}]
    made = replaced(grown(group()), "alarm-QueueLength", metricName=None, period=None, metricQueries=query)
    assert said(NAME, *made) == []


@pytest.mark.parametrize("metric", AGREED)
def test_fails_without_one_of_them(metric: str) -> None:
    rest = [each for each in grown(group()) if each.name != f"alarm-{metric}"]
    assert said(NAME, *rest) == [("fail", f"no alarm on {metric} adds nodes to it")]


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("alarm-CPUUtilization", {"threshold": 75}, "threshold is 75, must be 70"),
        ("alarm-CPUUtilization", {"datapointsToAlarm": None}, "datapointsToAlarm is not set, must be 5"),
        ("alarm-mem_used_percent", {"period": 300}, "period is 300, must be 60"),
        ("policy-QueueLength", {"stepAdjustments": []}, "scalingAdjustment is not set, must be 50"),
        ("policy-QueueLength", {"minAdjustmentMagnitude": None}, "minAdjustmentMagnitude is not set, must be 1"),
    ],
)
def test_fails_with_other_numbers(name: str, changes: dict[str, Value], message: str) -> None:
    assert said(NAME, *replaced(grown(group()), name, **changes)) == [("fail", message)]


def test_undecided_while_unknown() -> None:
    made = replaced(grown(group()), "alarm-CPUUtilization", threshold=UNKNOWN)
    assert said(NAME, *made) == [("unknown", "threshold is not known before the update")]
