"""A GPU node group with a policy and an alarm, as rules see them."""

from collections.abc import Mapping
from dataclasses import replace

from rules._resource import Resource, Value
from rules._types import METRIC_ALARM, NODE_GROUP, SCALING_POLICY

from tests.policies.samples import linked, resource

AGREED = {"CPUUtilization": (70, 5, 20, 300), "mem_used_percent": (80, 2, 30, 180), "QueueLength": (1000, 1, 50, 60)}


def group(**changes: Value) -> Resource:
    props: dict[str, Value] = {
        "amiType": "AL2023_x86_64_NVIDIA",
        "instanceTypes": ["p5.48xlarge"],
        "tags": {"site": "a"},
    }
    return resource(NODE_GROUP, {**props, **changes}, "group")


def policy(of: Resource, metric: str = "CPUUtilization", changes: Mapping[str, Value] | None = None) -> Resource:
    _, _, percent, warm_up = AGREED[metric]
    props: dict[str, Value] = {
        "policyType": "StepScaling",
        "adjustmentType": "PercentChangeInCapacity",
        "minAdjustmentMagnitude": 1,
        "estimatedInstanceWarmup": warm_up,
        "stepAdjustments": [{"scalingAdjustment": percent}],
    }
    return linked(resource(SCALING_POLICY, {**props, **(changes or {})}, f"policy-{metric}"), autoscalingGroupName=of)


def alarm(calls: Resource, metric: str) -> Resource:
    threshold, minutes, _, _ = AGREED[metric]
    props: dict[str, Value] = {
        "metricName": metric,
        "period": 60,
        "threshold": threshold,
        "evaluationPeriods": minutes,
        "datapointsToAlarm": minutes,
    }
    return linked(resource(METRIC_ALARM, props, f"alarm-{metric}"), alarmActions=calls)


def grown(of: Resource) -> list[Resource]:
    """The group with all that is agreed on."""
    policies = {metric: policy(of, metric) for metric in AGREED}
    return [of, *policies.values(), *(alarm(policies[metric], metric) for metric in AGREED)]


def replaced(resources: list[Resource], name: str, **changes: Value) -> list[Resource]:
    return [replace(each, props={**each.props, **changes}) if each.name == name else each for each in resources]
