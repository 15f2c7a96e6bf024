"""What adds GPU nodes: for each group an alarm and a step policy for each rule, and one that stands in for the others.

Step policies have no cooldown: the warm-up of new nodes is what keeps one alarm from adding twice
(docs/adr/0008-step-scaling-without-cooldown.md). They only ever add; what takes nodes away drains them first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_aws.autoscaling import Policy
from pulumi_aws.cloudwatch import MetricAlarm

from components.base import Component, site_tags
from components.compute.node_scaling.signals import (
    MEAN,
    Signal,
    Watched,
    missing,
    one_for_one,
    signals,
    watched,
    watched_while_there_are_nodes,
)
from components.node_groups import Nodes

STAND_IN: Final = "on-demand"
_STEPS: Final = "StepScaling"
# Never a node for want of data: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
_SILENCE: Final = "notBreaching"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleOutArgs:
    """What grows, and by which rules.

    Attributes:
        nodes: of the settings.
        stack: whose queue it is.
        site: name of the site.
        groups: the Auto Scaling group of each kind of GPU nodes, the one that stands in for the others among them.
    """

    nodes: Nodes
    stack: str
    site: str
    groups: Mapping[str, pulumi.Output[str]]


class ScaleOut(Component):
    """The alarms and policies of a site's GPU groups."""

    type_path = "compute:ScaleOut"

    def __init__(self, name: str, args: ScaleOutArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        for kind, group in args.groups.items():
            for signal in signals(args.nodes.scale_out, args.stack):
                self._rule(kind, group, signal)
        self._fallback()
        self.publish()

    def _rule(self, kind: str, group: pulumi.Output[str], signal: Signal) -> None:
        name = f"{self._name}-{kind}-{signal.name}"
        rule = signal.rule
        policy = Policy(
            name,
            autoscaling_group_name=group,
            policy_type=_STEPS,
            adjustment_type="PercentChangeInCapacity",
            min_adjustment_magnitude=1,
            estimated_instance_warmup=rule.warm_up_seconds,
            metric_aggregation_type=MEAN,
            step_adjustments=[{"scaling_adjustment": rule.add_percent, "metric_interval_lower_bound": "0"}],
            opts=self.child(),
        )
        # A group that may be empty would get its first node from a queue that it has no part in.
        watch = watched_while_there_are_nodes if kind == STAND_IN and signal.dimensions is not None else watched
        what = f"{signal.metric} above {signal.threshold}: {rule.add_percent} % more {kind} nodes"
        self._alarm(name, policy, watch(signal, group), what)

    def _fallback(self) -> None:
        name, rule = f"{self._name}-{STAND_IN}-fallback", self._args.nodes.scale_out.fallback
        settings, own = self._args.nodes.on_demand, self._args.groups[STAND_IN]
        others = {kind: group for kind, group in self._args.groups.items() if kind != STAND_IN}
        policy = Policy(
            name,
            autoscaling_group_name=own,
            policy_type=_STEPS,
            adjustment_type="ChangeInCapacity",
            estimated_instance_warmup=rule.warm_up_seconds,
            metric_aggregation_type=MEAN,
            step_adjustments=one_for_one(settings.maximum - settings.minimum),
            opts=self.child(),
        )
        what = f"{' and '.join(others)} nodes are missing: {STAND_IN} ones stand in"
        self._alarm(name, policy, missing(rule, others, own, settings.minimum), what)

    def _alarm(self, name: str, policy: Policy, watch: Watched, what: str) -> None:
        MetricAlarm(
            name,
            alarm_description=f"Site {self._args.site}: {what}.",
            namespace=watch.namespace,
            metric_name=watch.metric,
            dimensions=watch.dimensions,
            statistic=watch.statistic,
            period=watch.period,
            metric_queries=watch.queries,
            evaluation_periods=watch.periods,
            datapoints_to_alarm=watch.periods,
            threshold=watch.threshold,
            comparison_operator="GreaterThanThreshold",
            treat_missing_data=_SILENCE,
            alarm_actions=[policy.arn],
            tags=site_tags(name, self._args.site),
            opts=self.child(),
        )
