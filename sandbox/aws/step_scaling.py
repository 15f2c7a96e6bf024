"""What CloudWatch alarms and step policies do, as AWS documents it; pure. moto holds both and carries neither out.

Assumed where AWS gives no number: an alarm whose data has gaps looks at two periods more than it needs, which is what
the tables of the page on missing data show; and a percentage of no nodes is the least magnitude of the policy.

Sources:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html
    https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html
    https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scale-based-on-demand.html
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

PERCENT: Final = "PercentChangeInCapacity"
CHANGE: Final = "ChangeInCapacity"
EXACT: Final = "ExactCapacity"
MINUTE: Final = 60
"""Seconds between two evaluations of an alarm whose period is a minute or more, and between two calls of a policy
while its alarm rings."""
_SPARE_PERIODS: Final = 2


@dataclass(frozen=True, slots=True)
class Step:
    """One step adjustment; bounds are relative to the alarm's threshold, infinite where None is given."""

    adjustment: int
    lower: float = -math.inf
    upper: float = math.inf

    def holds(self, breach: float) -> bool:
        """Whether a metric so far above the threshold is in this step: the lower bound is in it, the upper is not."""
        return self.lower <= breach < self.upper


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPolicy:
    """A step policy.

    Attributes:
        kind: adjustment type.
        steps: what to add by how far the threshold is passed.
        least: minimum adjustment magnitude of a percentage, nodes.
        warm_up: s from the start of a node until it counts.
    """

    kind: str
    steps: tuple[Step, ...]
    least: int = 0
    warm_up: int

    @classmethod
    def of(cls, props: Mapping[str, Any]) -> "StepPolicy":
        """Return the policy with the inputs of an `aws:autoscaling/policy:Policy`."""
        return cls(
            kind=props["adjustmentType"],
            steps=tuple(_step(step) for step in props["stepAdjustments"]),
            least=int(props.get("minAdjustmentMagnitude", 0)),
            warm_up=int(props["estimatedInstanceWarmup"]),
        )

    def wanted(self, current: int, breach: float) -> int:
        """Return the capacity that it asks for, from the nodes that are warm; no step, no change."""
        adjustment = next((step.adjustment for step in self.steps if step.holds(breach)), 0)
        if self.kind == EXACT:
            return adjustment
        return current + (self.share(current, adjustment) if self.kind == PERCENT else adjustment)

    def share(self, current: int, percent: int) -> int:
        """Return how many nodes a percentage is: above 1 rounded towards 0, below 1 one; then the least magnitude."""
        exact = abs(current * percent) / 100
        nodes = math.floor(exact) if exact >= 1 else math.ceil(exact)
        return int(math.copysign(max(nodes, self.least), percent)) if percent else 0


def _step(props: Mapping[str, Any]) -> Step:
    return Step(
        adjustment=int(props["scalingAdjustment"]),
        lower=float(props.get("metricIntervalLowerBound", -math.inf)),
        upper=float(props.get("metricIntervalUpperBound", math.inf)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A metric alarm that rings above its threshold, `datapoints` out of `periods`.

    Attributes:
        period: s that one value of the metric is of.
        silence: whether a value that is missing, and needed, counts as a breach.
    """

    threshold: float
    period: int
    periods: int
    datapoints: int
    silence: bool

    @classmethod
    def of(cls, props: Mapping[str, Any]) -> "Alarm":
        """Return the alarm with the inputs of an `aws:cloudwatch/metricAlarm:MetricAlarm` of the kinds modelled here.

        Raises:
            ValueError: it compares or takes silence in a way that is not modelled.
        """
        comparison, silence = props["comparisonOperator"], props.get("treatMissingData", "missing")
        if comparison != "GreaterThanThreshold" or silence not in {"breaching", "notBreaching"}:
            raise ValueError(f"an alarm with {comparison} and {silence} is not modelled")
        periods = int(props["evaluationPeriods"])
        return cls(
            threshold=float(props["threshold"]),
            period=int(next(_periods(props))),
            periods=periods,
            datapoints=int(props.get("datapointsToAlarm", periods)),
            silence=silence == "breaching",
        )

    def rings(self, values: Sequence[float | None]) -> bool:
        """Whether it rings after these values, the newest last; None is one that is missing."""
        retrieved = values[-(self.periods + _SPARE_PERIODS) :]
        real = [value > self.threshold for value in retrieved if value is not None][-self.periods :]
        filled = [self.silence] * (self.periods - len(real))
        return sum([*real, *filled]) >= self.datapoints


def _periods(props: Mapping[str, Any]) -> Iterator[int]:
    if "period" in props:
        yield props["period"]
    for query in props.get("metricQueries", ()):
        if "metric" in query:
            yield query["metric"]["period"]


@dataclass(slots=True)
class Group:
    """An Auto Scaling group as its policies see it.

    Attributes:
        desired: nodes that are asked for.
        warming: of these, those that are not warm: until when (s) and how many.
        added: what each call of a policy added, and when (s).
    """

    minimum: int
    maximum: int
    desired: int
    warming: list[tuple[float, int]] = field(default_factory=list[tuple[float, int]])
    added: list[tuple[float, int]] = field(default_factory=list[tuple[float, int]])

    def current(self, now: float) -> int:
        """Return how many nodes are warm."""
        return self.desired - sum(count for until, count in self.warming if until > now)

    def call(self, policy: StepPolicy, breach: float, now: float, start: float = 0) -> int:
        """Carry a policy out as its alarm rings; returns how many nodes that adds.

        What is still warming counts towards the new size, so the same step asked again adds nothing, and of policies
        that ask at once the largest wins. Nothing is taken away here: this models policies that add.

        Args:
            policy: what is carried out.
            breach: the metric's newest value less the alarm's threshold.
            now: s.
            start: how long a node takes to be in service, s; its warm-up begins then.
        """
        wanted = min(policy.wanted(self.current(now), breach), self.maximum)
        more = max(wanted - self.desired, 0)
        if more:
            self.desired += more
            self.warming.append((now + start + policy.warm_up, more))
            self.added.append((now, more))
        return more


def play(
    group: Group, alarm: Alarm, policy: StepPolicy, values: Sequence[float | None], start: float = 0
) -> Sequence[tuple[float, int]]:
    """Let an alarm look at a metric, one value a period, and call its policy each minute while it rings.

    Returns:
        What was added, and when (s from the first value).
    """
    group.added.clear()
    for now in range(alarm.period, len(values) * alarm.period + 1, MINUTE):
        seen = values[: now // alarm.period]
        if alarm.rings(seen):
            newest = next((value for value in reversed(seen) if value is not None), alarm.threshold)
            group.call(policy, newest - alarm.threshold, now, start)
    return list(group.added)
