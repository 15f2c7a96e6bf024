"""E12: EKS itself refuses to delete a cluster, whoever asks."""

from rules._flags import is_true, set_true
from rules._rule import ResourceRule, Severity
from rules._types import CLUSTER

RULE = ResourceRule(
    id="E12",
    name="require-deletion-protection",
    severity=Severity.HIGH,
    what="EKS refuses to delete a cluster until its protection is taken off.",
    why="The engine's protect stops this program only; a console, a script or another stack still deletes a site.",
    source="https://docs.aws.amazon.com/eks/latest/userguide/deletion-protection.html",
    fix="Set deletionProtection to true, in the stack's settings cluster.deletion_protection.",
    remedy=set_true("deletionProtection"),
    matches={CLUSTER}.__contains__,
    check=is_true("deletionProtection"),
)
