"""E5: a zone can be taken out of a cluster by hand."""

from collections.abc import Iterator

from rules._remedy import Remedy
from rules._resource import UNKNOWN, Resource
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._types import CLUSTER

_ENABLED = ("zonalShiftConfig", "enabled")


def _check(cluster: Resource) -> Iterator[Finding]:
    enabled = cluster.get(*_ENABLED)
    if enabled is UNKNOWN:
        yield undecided(cluster, *_ENABLED)
    elif enabled is not True:
        yield failure(cluster, "zonalShiftConfig.enabled is not true")


RULE = ResourceRule(
    id="E5",
    name="require-zonal-shift",
    severity=Severity.MEDIUM,
    what="A cluster can be told to move traffic and new pods away from a zone.",
    why="A zone that is slow but not down passes health checks; without zonal shift nobody can take it out in minutes.",
    source="https://docs.aws.amazon.com/eks/latest/userguide/zone-shift.html",
    fix="Set zonalShiftConfig to {enabled: true} on the cluster.",
    remedy=Remedy(what="Sets zonalShiftConfig.enabled.", edits=lambda _: {_ENABLED: True}),
    matches={CLUSTER}.__contains__,
    check=_check,
)
