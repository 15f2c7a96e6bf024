"""O12: a site's way in is not deleted by a slip."""

from rules._flags import is_true, set_true
from rules._rule import ResourceRule, Severity
from rules._types import LOAD_BALANCER

RULE = ResourceRule(
    id="O12",
    name="require-balancer-protection",
    severity=Severity.HIGH,
    what="AWS refuses to delete a load balancer until its protection is taken off.",
    why="Its name and addresses are gone with it; the accelerator and DNS then point a site's clients at nothing.",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-load-balancer-attributes.html",
    fix="Set enableDeletionProtection to true, in the stack's settings cluster.deletion_protection.",
    remedy=set_true("enableDeletionProtection"),
    matches={LOAD_BALANCER}.__contains__,
    check=is_true("enableDeletionProtection"),
)
