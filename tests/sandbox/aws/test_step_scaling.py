"""The model against the examples of AWS's own pages, and the declared alarms and policies against the model."""

from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from typing import Any

import engine
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.aws.provider import AwsProvider
from sandbox.aws.scaling_policy import POLICY
from sandbox.aws.step_scaling import MINUTE, PERCENT, Alarm, Group, Step, StepPolicy, play
from sandbox.plugin.provider import ProviderError
from tests.sandbox.aws.cases import CASES
from tests.sandbox.aws.estate import Estate
from tests.sandbox.aws.test_rules import subject

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
KINDS = ("reserved", "spot", "on-demand")


def _values(row: str) -> list[float | None]:
    """A row of AWS's tables: 0 is below the threshold of 1, X above it, - missing."""
    return [{"0": 0.0, "X": 2.0, "-": None}[each] for each in row.split()]


# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html: row, breaching, not breaching
THREE_OF_THREE = [
    ("0 - X - X", False, False),
    ("0 - - - -", False, False),
    ("- - - - -", True, False),
    ("0 X X - X", True, True),
    ("- - X - -", True, False),
]
TWO_OF_THREE = [
    ("0 - X - X", True, True),
    ("0 0 X 0 X", True, True),
    ("0 - X - -", True, False),
    ("- - - - 0", True, False),
    ("- - - X -", True, False),
]


@pytest.mark.parametrize(
    ("datapoints", "row", "breaching", "not_breaching"),
    [*((3, *row) for row in THREE_OF_THREE), *((2, *row) for row in TWO_OF_THREE)],
)
def test_missing_data_as_in_the_tables(datapoints: int, row: str, *, breaching: bool, not_breaching: bool) -> None:
    for silence, rings in ((True, breaching), (False, not_breaching)):
        alarm = Alarm(threshold=1, period=300, periods=3, datapoints=datapoints, silence=silence)
        assert alarm.rings(_values(row)) == rings


def _policy(*steps: Step, least: int = 0, warm_up: int = 60, kind: str = PERCENT) -> StepPolicy:
    return StepPolicy(kind=kind, steps=steps, least=least, warm_up=warm_up)


# https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html#as-scaling-adjustment
@pytest.mark.parametrize(
    ("current", "percent", "least", "nodes"),
    [(127, 10, 0, 12), (67, 1, 0, 1), (58, -1, 0, -1), (667, -1, 0, -6), (4, 25, 2, 2), (10, 10, 0, 1), (0, 50, 1, 1)],
)
def test_a_percentage_is_rounded_as_on_the_page(current: int, percent: int, least: int, nodes: int) -> None:
    assert _policy(least=least).share(current, percent) == nodes


def test_warming_nodes_as_in_the_example_of_the_page() -> None:
    """10 nodes, +10 % from 60 and +30 % from 70: 11 at 60, none more at 62, and 2 more at 70, while they warm up."""
    policy = _policy(Step(10, 0, 10), Step(30, 10), warm_up=300)
    group = Group(minimum=0, maximum=100, desired=10)
    assert [group.call(policy, metric - 60, now) for metric, now in ((60, 0), (62, 60), (70, 120))] == [1, 0, 2]
    assert group.desired == 13
    assert group.current(120) == 10


def test_the_steps_of_the_other_example_of_the_page() -> None:
    """Above 60 one more, and, when that one is warm, three more of eleven above 70."""
    policy = _policy(Step(0, 0, 10), Step(10, 10, 20), Step(30, 20), warm_up=60)
    group = Group(minimum=0, maximum=100, desired=10)
    assert [group.call(policy, metric - 50, now) for metric, now in ((59, 0), (60, 0), (70, 60))] == [0, 1, 3]


def test_never_past_the_maximum_as_in_the_example_of_the_page() -> None:
    group = Group(minimum=0, maximum=3, desired=2)
    assert group.call(_policy(Step(3, 0), kind="ChangeInCapacity"), 1, 0) == 1


@cache
def _declared(token: str) -> Mapping[str, Mapping[str, Any]]:
    """The inputs of a type in the prod program, by the name of the resource."""
    return {each.name: each.inputs for each in engine.run("prod", engine.values("prod"), None).of(token)}


def _pair(name: str) -> tuple[Alarm, StepPolicy]:
    """An alarm of the program and the policy that it calls."""
    alarm = _declared(ALARM)[name]
    (action,) = alarm["alarmActions"]
    (policy,) = (inputs for other, inputs in _declared(POLICY).items() if action == f"arn:aws:{other}")
    return Alarm.of(alarm), StepPolicy.of(policy)


SPECIFIED = [
    # Rule, value above its threshold, minutes above it until it rings, nodes of ten, cooldown in s.
    ("cpu", 71, 5, 2, 300),
    ("memory", 81, 2, 3, 180),
    ("queue", 1001, 1, 5, 60),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("rule", "value", "minutes", "nodes", "cooldown"), SPECIFIED)
def test_each_alarm_adds_its_share_of_ten_nodes_once_per_cooldown(
    kind: str, rule: str, value: float, minutes: int, nodes: int, cooldown: int
) -> None:
    alarm, policy = _pair(f"llm-prod-a-{kind}-{rule}")
    assert policy.kind == PERCENT
    first = minutes * MINUTE
    for quiet in ([value - 1.0] * 20, [value] * (minutes - 1) + [value - 1.0] * 5, [None] * 20):
        assert play(Group(minimum=0, maximum=99, desired=10), alarm, policy, quiet) == []
    within = [value] * ((first + cooldown) // MINUTE - 1)
    assert play(Group(minimum=0, maximum=99, desired=10), alarm, policy, within) == [(first, nodes)]
    added = play(Group(minimum=0, maximum=99, desired=10), alarm, policy, [*within, value])
    assert [when for when, _ in added] == [first, first + cooldown]


@given(
    st.sampled_from(SPECIFIED),
    st.sampled_from(KINDS),
    st.integers(1, 60),
    st.integers(0, 60),
    st.integers(1, 40),
    st.integers(0, 300),
)
def test_whatever_the_size_each_call_adds_its_share_and_never_past_the_maximum(
    specified: tuple[str, int, int, int, int], kind: str, size: int, room: int, minutes: int, start: int
) -> None:
    rule, value, _, tenths, cooldown = specified
    alarm, policy = _pair(f"llm-prod-a-{kind}-{rule}")
    group = Group(minimum=1, maximum=size + room, desired=size)
    now, times = size, list[float]()
    for when, more in play(group, alarm, policy, [value] * minutes, start):
        assert more == min(max(now * tenths // 10, 1), group.maximum - now)
        now += more
        times.append(when)
    assert group.desired == now <= group.maximum
    assert all(later - earlier >= cooldown for earlier, later in pairwise(times))


@given(st.integers(2, 50))
def test_of_two_alarms_at_once_the_larger_share_wins(size: int) -> None:
    group = Group(minimum=1, maximum=1000, desired=size)
    for rule, value in (("cpu", 99), ("queue", 5000), ("memory", 99)):
        alarm, policy = _pair(f"llm-prod-a-spot-{rule}")
        group.call(policy, value - alarm.threshold, 0)
    assert group.desired == size + size // 2


def _if(holds: bool, one: float, other: float) -> float:  # noqa: FBT001 - metric math's own function
    return one if holds else other


def _answer(name: str, counts: Mapping[str, int]) -> float:
    """What the expression of an alarm is for these values of its metrics."""
    (answer,) = (each for each in _declared(ALARM)[name]["metricQueries"] if "expression" in each)
    names = {each["id"] for each in _declared(ALARM)[name]["metricQueries"]} - {"answer"}
    assert names == set(counts)
    known = {**counts, "IF": _if}
    return float(eval(answer["expression"], {"__builtins__": {}}, known))  # noqa: S307 - metric math, of our own program


def _lack(reserved: tuple[int, int], spot: tuple[int, int], own: int) -> float:
    counts = {"reserved_wanted": reserved[0], "reserved_there": reserved[1]}
    return _answer(
        "llm-prod-a-on-demand-fallback", {**counts, "spot_wanted": spot[0], "spot_there": spot[1], "own": own}
    )


@given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 5))
def test_on_demand_nodes_stand_in_one_for_one_and_once(spot: int, reserved: int, there: int) -> None:
    alarm, policy = _pair("llm-prod-a-on-demand-fallback")
    group = Group(minimum=0, maximum=8, desired=0)
    wanted = (3 + reserved, 3), (2 + spot, 2)
    for now in range(0, 3600, MINUTE):
        lack = _lack(*wanted, own=group.desired)
        if alarm.rings([lack] * alarm.periods):
            group.call(policy, lack - alarm.threshold, now, start=there * MINUTE)
    assert group.desired == min(spot + reserved, 8)


def test_nothing_stands_in_for_what_comes_in_time() -> None:
    alarm, _ = _pair("llm-prod-a-on-demand-fallback")
    starting, there = _lack((3, 3), (4, 2), own=0), _lack((3, 3), (4, 4), own=0)
    assert (starting, there) == (2, 0)
    assert not alarm.rings([starting] * (alarm.periods - 1) + [there])


def test_a_queue_wakes_no_empty_group() -> None:
    name = "llm-prod-a-on-demand-queue"
    assert _answer(name, {"nodes": 0, "queue": 5000}) == 0
    assert _answer(name, {"nodes": 1, "queue": 5000}) == 5000


def test_what_is_not_modelled_is_refused() -> None:
    with pytest.raises(ValueError, match="LessThanThreshold and breaching is not modelled"):
        Alarm.of({"comparisonOperator": "LessThanThreshold", "treatMissingData": "breaching"})


GAP = [
    {"scalingAdjustment": 1, "metricIntervalLowerBound": "0", "metricIntervalUpperBound": "5"},
    {"scalingAdjustment": 2, "metricIntervalLowerBound": "6"},
]
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"autoscalingGroupName": "none"}, "there is no Auto Scaling group 'none' in us-east-1"),
    ({"policyType": "SimpleScaling"}, "policyType is 'SimpleScaling'; allowed are StepScaling"),
    ({"adjustmentType": "Percent"}, "adjustmentType is 'Percent'"),
    ({"adjustmentType": "ChangeInCapacity"}, "minAdjustmentMagnitude goes with adjustmentType PercentChange"),
    ({"stepAdjustments": []}, "number of stepAdjustments is 0; 1 to 20 are allowed"),
    ({"stepAdjustments": GAP}, "overlap or leave a gap"),
]


def test_a_wrong_policy_is_refused(estate: Estate) -> None:
    for case in CASES[: [case.name for case in CASES].index("nodes") + 1]:
        estate.create(case)
    group = estate.resolve("@nodes.resources.0.autoscalingGroups.0.name")
    policy = subject(POLICY)
    for change, said in REFUSED:
        props = {**_declared(POLICY)["llm-prod-a-spot-cpu"], "autoscalingGroupName": group, **change}
        with pytest.raises(ProviderError, match=said):
            estate.provider.create(policy, estate.provider.check(policy, {}, props, b"seed"), preview=False)


def test_an_alarm_calls_no_policy_that_is_not_there(provider: AwsProvider) -> None:
    gone = "arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:x:autoScalingGroupName/g:policyName/p"
    props = {**_declared(ALARM)["llm-prod-a-spot-cpu"], "alarmActions": [gone]}
    alarm = subject(ALARM)
    with pytest.raises(ProviderError, match="are no scaling policies of us-east-1"):
        provider.create(alarm, provider.check(alarm, {}, props, b"seed"), preview=False)
