"""E10: what every node needs is an add-on that EKS keeps, and an update of one does not stop half way.

No version is demanded: EKS never moves an add-on by itself, not even with the cluster, as the rule's source says. So
what is installed changes in a reviewed update only, pinned or not.
"""

from collections.abc import Iterator, Sequence

from rules._addons import lacking
from rules._resource import UNKNOWN, Resource
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._setting import Names
from rules._stack import of_type
from rules._types import ADDON, CLUSTER

_ADDONS = Names(
    name="addons",
    what="add-ons that every cluster has",
    default=("coredns", "eks-pod-identity-agent", "kube-proxy", "vpc-cni"),
)
_ON_UPDATE = "resolveConflictsOnUpdate"
_ANSWERS = ("OVERWRITE", "PRESERVE")


def _check(resources: Sequence[Resource], *, addons: tuple[str, ...]) -> Iterator[Finding]:
    for cluster in of_type(resources, CLUSTER):
        yield from lacking(cluster, addons, resources)
    for addon in of_type(resources, ADDON):
        yield from _check_update(addon)


def _check_update(addon: Resource) -> Iterator[Finding]:
    answer = addon.get(_ON_UPDATE)
    if answer is UNKNOWN:
        yield undecided(addon, _ON_UPDATE)
    elif answer not in _ANSWERS:  # EKS takes NONE where nothing is said
        yield failure(addon, f"{_ON_UPDATE} is {answer or 'not set'}, must be {' or '.join(_ANSWERS)}")


RULE = StackRule(
    id="E10",
    name="require-managed-addons",
    severity=Severity.MEDIUM,
    what="Each cluster has its network, DNS and identity as managed add-ons whose updates say what wins a conflict.",
    why=(
        "Without them nodes never become ready; and where a field was changed by hand, an update with NONE fails and"
        " leaves the cluster between two versions."
    ),
    source="https://docs.aws.amazon.com/eks/latest/userguide/updating-an-add-on.html",
    fix="Add the missing add-on to components/compute/addons.py, and set resolveConflictsOnUpdate to PRESERVE.",
    settings=(_ADDONS,),
    check=_check,
)
