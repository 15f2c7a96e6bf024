"""E4: no cluster runs a Kubernetes that EKS is about to upgrade by itself, or bills extra for."""

from collections.abc import Iterator

from rules._resource import UNKNOWN, Resource
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._setting import Names
from rules._types import CLUSTER

# In standard support as of 2026-11-21, by AWS's release calendar, which is the rule's source: 1.35 until 2027-03-27 and
# 1.36 until 2027-08-02. Left out is 1.34, which leaves it on 2026-12-02: too soon for a cluster that is judged today.
_VERSIONS = Names(
    name="versions", what="Kubernetes versions in EKS's standard support for long enough", default=("1.35", "1.36")
)


def _check(cluster: Resource, *, versions: tuple[str, ...]) -> Iterator[Finding]:
    version = cluster.get("version")
    if version is UNKNOWN:
        yield undecided(cluster, "version")
    elif version not in versions:
        yield failure(cluster, f"version is {version or 'not set'}, must be {' or '.join(versions)}")


RULE = ResourceRule(
    id="E4",
    name="require-supported-kubernetes",
    severity=Severity.MEDIUM,
    what="A cluster names its Kubernetes version, and EKS supports that version without extra charge.",
    why=(
        "At the end of standard support EKS bills extended support or, with support type STANDARD, upgrades the control"
        " planes by itself, on a day and in an order that nobody here chose."
    ),
    source="https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html",
    fix="Set the stack's cluster.version to one of the setting `versions`, one minor version at a time.",
    settings=(_VERSIONS,),
    matches={CLUSTER}.__contains__,
    check=_check,
)
