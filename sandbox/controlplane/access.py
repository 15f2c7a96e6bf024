"""Access entries: which Kubernetes user and groups an IAM principal is in a cluster."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.aws.ledger import Ledger
from sandbox.controlplane.bootstrap import POLICY_ROLES, policy_group
from sandbox.controlplane.tokens import Caller, DeniedError
from sandbox.paths import Paths
from sandbox.plugin.wire import section

ENTRY = "aws:eks/accessEntry:AccessEntry"
ASSOCIATION = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"


@dataclass(frozen=True, slots=True)
class Login:
    """A user of a cluster."""

    username: str
    groups: tuple[str, ...]


def login(paths: Paths, region: str, cluster: str, caller: Caller) -> Login:
    """The Kubernetes user that a caller is in a cluster.

    Raises:
        DeniedError: the cluster has no access entry for the principal.
    """
    entries = [row for row in _inputs(paths, ENTRY, region, cluster) if row["principalArn"] == caller.principal]
    if not entries:
        raise DeniedError(
            f"{caller.principal} has no access entry in cluster {cluster} of {region}; add one, "
            "with an access policy, or log in as a principal that has"
        )
    policies = _inputs(paths, ASSOCIATION, region, cluster)
    own: list[str] = entries[0].get("kubernetesGroups") or []
    groups = [*own, *_policy_groups(policies, caller.principal)]
    return Login(entries[0].get("userName") or caller.arn, tuple(groups))


def _policy_groups(associations: Iterator[dict[str, Any]], principal: str) -> Iterator[str]:
    for row in associations:
        policy = str(row["policyArn"]).rsplit("/", 1)[-1]
        # A scope of namespaces grants nothing here: only the whole cluster's groups are bound.
        whole_cluster = section(row, "accessScope").get("type") == "cluster"
        if row["principalArn"] == principal and whole_cluster and policy in POLICY_ROLES:
            yield policy_group(policy)


def _inputs(paths: Paths, kind: str, region: str, cluster: str) -> Iterator[dict[str, Any]]:
    if not paths.ledger.exists():
        return
    for row in Ledger(paths).find(kind, region):
        if row.inputs["clusterName"] == cluster:
            yield row.inputs
