"""E5: a zone can be taken out of a cluster by hand."""

from rules._flags import is_true, set_true
from rules._rule import ResourceRule, Severity
from rules._types import CLUSTER

_ENABLED = ("zonalShiftConfig", "enabled")

RULE = ResourceRule(
    id="E5",
    name="require-zonal-shift",
    severity=Severity.MEDIUM,
    what="A cluster can be told to move traffic and new pods away from a zone.",
    why="A zone that is slow but not down passes health checks; without zonal shift nobody can take it out in minutes.",
    source="https://docs.aws.amazon.com/eks/latest/userguide/zone-shift.html",
    fix="Set zonalShiftConfig to {enabled: true} on the cluster.",
    remedy=set_true(*_ENABLED),
    matches={CLUSTER}.__contains__,
    check=is_true(*_ENABLED),
)
