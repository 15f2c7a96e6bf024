"""Step policies of Auto Scaling groups: held by moto, which carries none out; `step_scaling.py` says what they do.

moto takes a policy of a group that is not there, steps with gaps, and answers without the policy's ARN.
"""

from itertools import pairwise
from typing import Any, Final

from sandbox.aws.bags import same
from sandbox.aws.cloud import Cloud, found, vanish
from sandbox.aws.ledger import Row
from sandbox.aws.rules import require, require_between, require_one_of
from sandbox.aws.spec import Spec, inputs
from sandbox.plugin.wire import Props, rows

POLICY: Final = "aws:autoscaling/policy:Policy"
KINDS: Final = ("ChangeInCapacity", "ExactCapacity", "PercentChangeInCapacity")
AGGREGATIONS: Final = ("Minimum", "Maximum", "Average")
MOST_STEPS: Final = 20
"""https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-quotas.html"""

NAMED: Final = {
    "policyType": "PolicyType", "adjustmentType": "AdjustmentType", "minAdjustmentMagnitude": "MinAdjustmentMagnitude",
    "estimatedInstanceWarmup": "EstimatedInstanceWarmup", "metricAggregationType": "MetricAggregationType",
    "enabled": "Enabled",
}  # fmt: skip


def require_group(cloud: Cloud, name: str) -> None:
    """Refuse the name of an Auto Scaling group that is not there, which moto takes.

    Raises:
        ProviderError: with AWS's code and the name.
    """
    known = cloud.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]
    require(
        bool(known),
        f"ValidationError: there is no Auto Scaling group {name!r} in {cloud.region}; "
        "a node group's is its output resources[0].autoscalingGroups[0].name",
    )


def _require_valid(cloud: Cloud, props: Props) -> None:
    require_group(cloud, props["autoscalingGroupName"])
    require_one_of("policyType", props["policyType"], ("StepScaling",))
    require_one_of("adjustmentType", props["adjustmentType"], KINDS)
    require_one_of("metricAggregationType", props.get("metricAggregationType", "Average"), AGGREGATIONS)
    require_between("estimatedInstanceWarmup", props.get("estimatedInstanceWarmup"), (0, 86400))
    require(
        "minAdjustmentMagnitude" not in props or props["adjustmentType"] == KINDS[2],
        f"ValidationError: minAdjustmentMagnitude goes with adjustmentType {KINDS[2]} alone",
    )
    _require_steps(rows(props, "stepAdjustments"))


def _require_steps(steps: list[Props]) -> None:
    """Steps follow on one another, and only the outermost are open
    (https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html).
    """  # noqa: D205
    require_between("the number of stepAdjustments", len(steps), (1, MOST_STEPS))
    ordered = sorted(steps, key=_lower)
    for step, following in pairwise(ordered):
        require(
            step.get("metricIntervalUpperBound") == following.get("metricIntervalLowerBound"),
            f"ValidationError: stepAdjustments {step} and {following} overlap or leave a gap",
        )


def _lower(step: Props) -> float:
    return float(step.get("metricIntervalLowerBound", "-inf"))


def _config(props: Props) -> dict[str, Any]:
    steps = [
        {"ScalingAdjustment": int(step["scalingAdjustment"])}
        | {
            f"MetricInterval{end}Bound": float(step[f"metricInterval{end}Bound"])
            for end in ("Lower", "Upper")
            if f"metricInterval{end}Bound" in step
        }
        for step in rows(props, "stepAdjustments")
    ]
    return {key: props[name] for name, key in NAMED.items() if name in props} | {"StepAdjustments": steps}


def _put(cloud: Cloud, group: str, name: str, props: Props) -> None:
    _require_valid(cloud, props)
    cloud.client("autoscaling").put_scaling_policy(AutoScalingGroupName=group, PolicyName=name, **_config(props))


def _create(cloud: Cloud, props: Props) -> tuple[str, Props]:
    group, name = props["autoscalingGroupName"], props["name"]
    _put(cloud, group, name, props)
    return name, {"arn": _held(cloud, group, name)["PolicyARN"]}


def _held(cloud: Cloud, group: str, name: str) -> Props:
    scaling = cloud.client("autoscaling")
    answer = found(lambda: scaling.describe_policies(AutoScalingGroupName=group, PolicyNames=[name]))
    held = rows(answer, "ScalingPolicies")
    return held[0] if held else {}


def _read(cloud: Cloud, row: Row) -> Props | None:
    held = _held(cloud, row.inputs["autoscalingGroupName"], row.inputs["name"])
    if not held:
        return None
    wanted, names = _config(row.inputs), {key: name for name, key in NAMED.items()}
    seen: Props = {names[key]: held.get(key) for key in wanted if key in names and not same(wanted[key], held.get(key))}
    if not same(wanted["StepAdjustments"], held.get("StepAdjustments")):
        seen["stepAdjustments"] = [_step(step) for step in rows(held, "StepAdjustments")]
    return seen


def _step(held: Props) -> Props:
    bounds = {f"metricInterval{end}Bound": held.get(f"MetricInterval{end}Bound") for end in ("Lower", "Upper")}
    given = {name: f"{float(value):g}" for name, value in bounds.items() if value is not None}
    return {"scalingAdjustment": held["ScalingAdjustment"]} | given


def _update(cloud: Cloud, row: Row, news: Props) -> Props:
    _put(cloud, row.inputs["autoscalingGroupName"], row.inputs["name"], news)
    return {}


def _delete(cloud: Cloud, row: Row) -> None:
    group, name = row.inputs["autoscalingGroupName"], row.inputs["name"]
    if _held(cloud, group, name):
        scaling = cloud.client("autoscaling")
        vanish(lambda: scaling.delete_policy(AutoScalingGroupName=group, PolicyName=name))


SPECS = (
    Spec(
        POLICY,
        inputs(
            "name! autoscalingGroupName!* policyType!* adjustmentType* minAdjustmentMagnitude estimatedInstanceWarmup "
            "metricAggregationType stepAdjustments.scalingAdjustment stepAdjustments.metricIntervalLowerBound "
            "stepAdjustments.metricIntervalUpperBound enabled"
        ),
        _create, _read, _update, _delete,
        computed=("arn",), identity=("autoscalingGroupName", "name"), autoname=("name", 255),
    ),
)  # fmt: skip
