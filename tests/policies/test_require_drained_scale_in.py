import pytest
from rules._resource import UNKNOWN, Value
from rules._types import SCALING_POLICY, SCALING_SCHEDULE

from tests.policies.growth import group, policy
from tests.policies.mutation import changed
from tests.policies.samples import linked, resource, said

NAME = "require-drained-scale-in"
MUTATIONS = (
    changed(SCALING_POLICY, "llm-prod-a-on-demand-fallback", ("stepAdjustments", 0, "scalingAdjustment"), -1),
    changed(SCALING_POLICY, "llm-dr-c-on-demand-fallback", ("policyType",), "TargetTrackingScaling", "dr"),
)


def test_holds() -> None:
    assert said(NAME, group(), policy(group())) == []


def test_holds_for_what_has_no_gpus() -> None:
    plain = group(amiType="AL2023_x86_64_STANDARD", instanceTypes=["m7i.2xlarge"])
    assert said(NAME, plain, policy(plain, changes={"policyType": "TargetTrackingScaling"})) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"policyType": "TargetTrackingScaling"}, "policyType is TargetTrackingScaling, must be StepScaling"),
        ({"policyType": None}, "policyType is SimpleScaling, must be StepScaling"),
        ({"adjustmentType": "ExactCapacity"}, "adjustmentType is ExactCapacity, which may be less than there is"),
        ({"stepAdjustments": [{"scalingAdjustment": 20}, {"scalingAdjustment": -10}]}, "adds -10 nodes"),
    ],
)
def test_fails_when_a_policy_may_take_away(changes: dict[str, Value], message: str) -> None:
    assert said(NAME, group(), policy(group(), changes=changes)) == [("fail", message)]


def test_fails_with_a_schedule() -> None:
    schedule = linked(resource(SCALING_SCHEDULE, {"minSize": 0}), autoscalingGroupName=group())
    message = "sets the size of a GPU group by the clock, and so takes nodes away undrained"
    assert said(NAME, group(), schedule) == [("fail", message)]


def test_undecided_while_unknown() -> None:
    unknown = [("unknown", "stepAdjustments is not known before the update")]
    assert said(NAME, group(), policy(group(), changes={"stepAdjustments": UNKNOWN})) == unknown
    kind = said(NAME, group(instanceTypes=UNKNOWN), policy(group(instanceTypes=UNKNOWN)))
    assert kind == [("unknown", "instanceTypes is not known before the update")]
