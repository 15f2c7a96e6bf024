"""G11: each GPU node group grows by the three alarms that are agreed on, with their exact numbers.

CPU above 70 % for 5 min adds 20 %, memory above 80 % for 2 min adds 30 %, and more than 1,000 jobs in the queue for a
minute add 50 %; the next time after 300, 180 and 60 s. An alarm may watch a metric alone or in an expression.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from rules._growth import gpu_groups, scaled_by, unknown
from rules._resource import UNKNOWN, Resource, Value, dig, items
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._stack import of_type, sources
from rules._types import METRIC_ALARM, SCALING_POLICY

_MINUTE: Final = 60
_ALARM = ("threshold", "evaluationPeriods", "datapointsToAlarm")
_AGREED: Final[Mapping[str, tuple[int, int, int, int]]] = {
    "CPUUtilization": (70, 5, 20, 300),
    "mem_used_percent": (80, 2, 30, 180),
    "QueueLength": (1000, 1, 50, 60),
}
"""By metric: what it must be above, for how many minutes, what that adds in %, and the warm-up in s."""


def _check(resources: Sequence[Resource]) -> Iterator[Finding]:
    yield from unknown(resources)
    policies, alarms = of_type(resources, SCALING_POLICY), of_type(resources, METRIC_ALARM)
    for group in gpu_groups(resources):
        own = [policy for policy in policies if scaled_by(policy, [group])]
        pairs = [(alarm, each) for alarm in alarms for each in sources(alarm, "alarmActions", own)]
        for metric, agreed in _AGREED.items():
            found = [pair for pair in pairs if metric in _metrics(pair[0])]
            if not found:
                yield failure(group, f"no alarm on {metric} adds nodes to it")
            for alarm, policy in found:
                yield from _compare(alarm, _of_alarm(alarm), (*agreed[:2], agreed[1], _MINUTE))
                yield from _compare(policy, _of_policy(policy), (agreed[2], agreed[3], 1))


def _metrics(alarm: Resource) -> list[Value]:
    queries = [dig(query, "metric", "metricName") for query in items(alarm.get("metricQueries"))]
    return [alarm.get("metricName"), *queries]


def _of_alarm(alarm: Resource) -> Mapping[str, Value]:
    periods = [dig(query, "metric", "period") for query in items(alarm.get("metricQueries"))]
    period = next((each for each in [alarm.get("period"), *periods] if each is not None), None)
    return {**{key: alarm.get(key) for key in _ALARM}, "period": period}


def _of_policy(policy: Resource) -> Mapping[str, Value]:
    steps = items(policy.get("stepAdjustments"))
    return {
        "scalingAdjustment": dig(steps[0], "scalingAdjustment") if len(steps) == 1 else None,
        "estimatedInstanceWarmup": policy.get("estimatedInstanceWarmup"),
        "minAdjustmentMagnitude": policy.get("minAdjustmentMagnitude"),
    }


def _compare(resource: Resource, found: Mapping[str, Value], wanted: Sequence[int]) -> Iterator[Finding]:
    for (key, value), right in zip(found.items(), wanted, strict=True):
        if value is UNKNOWN:
            yield undecided(resource, key)
        elif value != right:
            yield failure(resource, f"{key} is {value if value is not None else 'not set'}, must be {right}")


RULE = StackRule(
    id="G11",
    name="require-growth-alarms",
    severity=Severity.HIGH,
    what="Each GPU node group has the alarms on CPU, memory and queue, with the agreed thresholds, periods and shares.",
    why="A number that drifts adds nodes late, twice or never, and that is seen on the day on which they are needed.",
    source="https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html",
    fix="Put the numbers of nodes.scale_out back, or agree on others here.",
    check=_check,
)
