"""What the alarms of a GPU group look at, as plain data; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_aws.autoscaling import PolicyStepAdjustmentArgsDict
from pulumi_aws.cloudwatch import MetricAlarmMetricQueryArgsDict, MetricAlarmMetricQueryMetricArgsDict

from components import queue_metric
from components.node_groups import Fallback, QueueRule, Rule, ScaleOut, UseRule

GROUP: Final = "AutoScalingGroupName"
_GROUPS: Final = "AWS/AutoScaling"
_WANTED, _THERE = "GroupDesiredCapacity", "GroupInServiceInstances"
MEAN: Final = "Average"

MEMORY_METRIC: Final = "mem_used_percent"
MEMORY_NAMESPACE: Final = "CWAgent"
"""Where the CloudWatch agent puts what it measures on a node:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/metrics-collected-by-CloudWatch-agent.html"""

# https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-quotas.html
_MOST_STEPS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One of the three rules: what is measured, when that is too much, and what it adds.

    Attributes:
        name: of the rule in the settings.
        rule: periods, share of nodes to add and warm-up.
        threshold: what is too much begins above it.
        namespace: of the metric.
        metric: its name.
        dimensions: what tells it apart; none where the name of the group does.
    """

    name: str
    rule: Rule
    threshold: int
    namespace: str
    metric: str
    dimensions: Mapping[str, str] | None = None

    def of_group(self, group: pulumi.Output[str]) -> Mapping[str, pulumi.Input[str]]:
        """Return the dimensions of the metric for one group."""
        return {GROUP: group} if self.dimensions is None else dict(self.dimensions)


def signals(settings: ScaleOut, stack: str) -> Sequence[Signal]:
    """Return the rules of the settings, with the metric of each.

    EC2 tells the CPU of a group; its memory is known on the node alone, so the CloudWatch agent there tells it under
    the group's name. Container Insights has both by node and cluster only, which no alarm of a group can add up:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-EKS.html
    """
    return [
        _use("cpu", settings.cpu, "AWS/EC2", "CPUUtilization"),
        _use("memory", settings.memory, MEMORY_NAMESPACE, MEMORY_METRIC),
        _queue(settings.queue, stack),
    ]


def _use(name: str, rule: UseRule, namespace: str, metric: str) -> Signal:
    return Signal(name=name, rule=rule, threshold=rule.above_percent, namespace=namespace, metric=metric)


def _queue(rule: QueueRule, stack: str) -> Signal:
    return Signal(
        name="queue",
        rule=rule,
        threshold=rule.above,
        namespace=queue_metric.NAMESPACE,
        metric=queue_metric.METRIC,
        dimensions=queue_metric.dimensions(stack),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What an alarm looks at: one metric, or what is computed of several.

    Attributes:
        threshold: it rings above that.
        periods: in a row, a count.
        period: of a single metric, s.
        namespace: of a single metric.
        metric: a single one's name.
        dimensions: of a single metric.
        statistic: of a single metric.
        queries: what is computed.
    """

    threshold: int
    periods: int
    period: int | None = None
    namespace: str | None = None
    metric: str | None = None
    dimensions: Mapping[str, pulumi.Input[str]] | None = None
    statistic: str | None = None
    queries: Sequence[MetricAlarmMetricQueryArgsDict] | None = None


def watched(signal: Signal, group: pulumi.Output[str]) -> Watched:
    """Return the signal as an alarm of a group sees it."""
    return Watched(
        threshold=signal.threshold,
        periods=signal.rule.periods,
        period=signal.rule.period_seconds,
        namespace=signal.namespace,
        metric=signal.metric,
        dimensions=signal.of_group(group),
        statistic=MEAN,
    )


def watched_while_there_are_nodes(signal: Signal, group: pulumi.Output[str]) -> Watched:
    """Return the signal as seen by a group that may be empty: what waits then is for the others to serve."""
    metric: MetricAlarmMetricQueryMetricArgsDict = {
        "namespace": signal.namespace,
        "metric_name": signal.metric,
        "dimensions": signal.of_group(group),
        "period": signal.rule.period_seconds,
        "stat": MEAN,
    }
    nodes = _counted("nodes", _THERE, group, signal.rule.period_seconds)
    answer = _answer(f"IF(nodes > 0, {signal.name}, 0)")
    queries = [answer, _query(signal.name, metric), nodes]
    return Watched(threshold=signal.threshold, periods=signal.rule.periods, queries=queries)


def missing(rule: Fallback, others: Mapping[str, pulumi.Output[str]], own: pulumi.Output[str], least: int) -> Watched:
    """Return how many nodes the `others` want and have not, less those that the group itself has for that already.

    What the group has above its `least` size stands in for others, so that a node that goes on missing is counted once.
    """
    period = rule.period_seconds
    lacks = " + ".join(f"{name}_wanted - {name}_there" for name in others)
    counted = [*_both(others, period), _counted("own", _WANTED, own, period)]
    queries = [_answer(f"{lacks} - (own - {least})"), *counted]
    return Watched(threshold=0, periods=rule.periods, queries=queries)


def _both(others: Mapping[str, pulumi.Output[str]], period: int) -> Iterator[MetricAlarmMetricQueryArgsDict]:
    for name, group in others.items():
        yield _counted(f"{name}_wanted", _WANTED, group, period)
        yield _counted(f"{name}_there", _THERE, group, period)


def _answer(expression: str) -> MetricAlarmMetricQueryArgsDict:
    return {"id": "answer", "expression": expression, "label": expression, "return_data": True}


def _query(name: str, metric: MetricAlarmMetricQueryMetricArgsDict) -> MetricAlarmMetricQueryArgsDict:
    return {"id": name, "metric": metric}


def _counted(name: str, metric: str, group: pulumi.Output[str], period: int) -> MetricAlarmMetricQueryArgsDict:
    counted: MetricAlarmMetricQueryMetricArgsDict = {
        "namespace": _GROUPS,
        "metric_name": metric,
        "dimensions": {GROUP: group},
        "period": period,
        "stat": MEAN,
    }
    return _query(name, counted)


def one_for_one(most: int) -> list[PolicyStepAdjustmentArgsDict]:
    """Return steps that add as many nodes as are missing: below two 1, from two on 2, up to `most`.

    Bounds are relative to the alarm's threshold of 0, the lower one is part of its step and the upper one is not:
    https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html
    """
    last = min(most, _MOST_STEPS)
    return [_step(count, last) for count in range(1, last + 1)]


def _step(count: int, last: int) -> PolicyStepAdjustmentArgsDict:
    lower = "0" if count == 1 else str(count)
    if count == last:
        return {"scaling_adjustment": count, "metric_interval_lower_bound": lower}
    upper = str(count + 1)
    return {
        "scaling_adjustment": count,
        "metric_interval_lower_bound": lower,
        "metric_interval_upper_bound": upper,
    }
