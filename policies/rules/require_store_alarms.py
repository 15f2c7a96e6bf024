"""D8: somebody is told before a queue's store refuses jobs, and when regions hear late of each other's writes.

CloudWatch tells the lag of a shared table by no dimension that is known before it runs, so its alarm asks for all that
the region knows of, and is any alarm on that metric.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from rules._resource import UNKNOWN, Resource, Value, dig, items, mapping
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._setting import WholeNumber
from rules._stack import of_type, sources
from rules._types import CACHE_PARAMETERS, METRIC_ALARM, REPLICATION_GROUP, SHARED_MEMBER

_FULL: Final = WholeNumber(
    name="full_percent", what="memory of a queue's store at which somebody is told at the latest, %",
    default=90, minimum=1, maximum=99,
)  # fmt: skip
_LAG: Final = WholeNumber(
    name="lag_milliseconds", what="age of another region's writes at which somebody is told at the latest, ms",
    default=1000, minimum=1, maximum=3_600_000,
)  # fmt: skip
_QUERIES: Final = "metricQueries"
_MEMORY, _BEHIND = "DatabaseMemoryUsagePercentage", "MultiRegionClusterReplicationLag"
_ABOVE: Final = ("GreaterThanThreshold", "GreaterThanOrEqualToThreshold")


def _check(resources: Sequence[Resource], *, full_percent: int, lag_milliseconds: int) -> Iterator[Finding]:
    alarms = [each for each in of_type(resources, METRIC_ALARM) if each.get("comparisonOperator") in _ABOVE]
    for group in _refusing(resources):
        own = [each for each in alarms if sources(each, _QUERIES, [group])]
        hidden = [each for each in own if each.get(_QUERIES) is UNKNOWN]
        yield from (undecided(each, _QUERIES) for each in hidden)
        yield from _check_told(group, [*hidden, *(each for each in own if _asks(each, _MEMORY))], _MEMORY, full_percent)
    for member in of_type(resources, SHARED_MEMBER):
        own = [each for each in alarms if _asks(each, _BEHIND)]
        yield from _check_told(member, own, _BEHIND, lag_milliseconds)


def _refusing(resources: Sequence[Resource]) -> Iterator[Resource]:
    """Return the groups that refuse writes when they are full."""
    refusing = [each for each in of_type(resources, CACHE_PARAMETERS) if _refuses(each)]
    for group in of_type(resources, REPLICATION_GROUP):
        if sources(group, "parameterGroupName", refusing):
            yield group


def _refuses(parameters: Resource) -> bool:
    wanted: Mapping[str, Value] = {"name": "maxmemory-policy", "value": "noeviction"}
    return any(mapping(each) == wanted for each in items(parameters.get("parameters")))


def _asks(alarm: Resource, metric: str) -> bool:
    """Tell whether an alarm is known to be about a metric and no other, or about an expression with it."""
    queries = items(alarm.get(_QUERIES))
    named = [dig(each, "metric", "metricName") for each in queries if dig(each, "metric") is not None]
    return set(named) == {metric} or any(metric in str(dig(each, "expression")) for each in queries)


def _check_told(store: Resource, alarms: Sequence[Resource], metric: str, most: int) -> Iterator[Finding]:
    if not alarms:
        yield failure(store, f"no alarm rings when {metric} is high")
    for alarm in alarms:
        threshold = alarm.get("threshold")
        if threshold is UNKNOWN:
            yield undecided(alarm, "threshold")
        elif not isinstance(threshold, int | float) or threshold > most:
            yield failure(alarm, f"threshold is {threshold}, must be {most} at most")
        if not items(alarm.get("alarmActions")):
            yield failure(alarm, "alarmActions is empty, so nobody is told")


RULE = StackRule(
    id="D8",
    name="require-store-alarms",
    severity=Severity.HIGH,
    what="A store that refuses writes when it is full has an alarm before that, and a shared table one on its lag.",
    why="A full queue takes no job from anybody, and a table whose regions drift apart looks well in each of them.",
    source="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.Redis.html",
    fix="Give them the alarms of components/storage/queue.py and multi_region.py, with a topic that people read.",
    settings=(_FULL, _LAG),
    check=_check,
)
