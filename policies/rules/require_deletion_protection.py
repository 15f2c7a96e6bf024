"""E12: EKS itself refuses to delete a cluster, whoever asks."""

from collections.abc import Iterator

from rules._remedy import Remedy
from rules._resource import UNKNOWN, Resource
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._types import CLUSTER


def _check(cluster: Resource) -> Iterator[Finding]:
    protected = cluster.get("deletionProtection")
    if protected is UNKNOWN:
        yield undecided(cluster, "deletionProtection")
    elif protected is not True:
        yield failure(cluster, "deletionProtection is not true")


RULE = ResourceRule(
    id="E12",
    name="require-deletion-protection",
    severity=Severity.HIGH,
    what="EKS refuses to delete a cluster until its protection is taken off.",
    why="The engine's protect stops this program only; a console, a script or another stack still deletes a site.",
    source="https://docs.aws.amazon.com/eks/latest/userguide/deletion-protection.html",
    fix="Set deletionProtection to true, in the stack's settings cluster.deletion_protection.",
    remedy=Remedy(what="Sets deletionProtection.", edits=lambda _: {("deletionProtection",): True}),
    matches={CLUSTER}.__contains__,
    check=_check,
)
