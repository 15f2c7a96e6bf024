"""Access entries: which Kubernetes user and groups an IAM principal is in a cluster."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from sandbox.aws.ledger import Ledger
from sandbox.controlplane.bootstrap import POLICY_ROLES, bind_in_namespace, policy_group
from sandbox.controlplane.client import ApiClient
from sandbox.controlplane.tokens import Caller, DeniedError
from sandbox.paths import Paths
from sandbox.plugin.wire import section

ENTRY = "aws:eks/accessEntry:AccessEntry"
ASSOCIATION = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"


@dataclass(frozen=True, slots=True)
class Scoped:
    """An access policy that holds in namespaces alone, named or by patterns such as `dev-*`."""

    policy: str
    namespaces: tuple[str, ...]

    def covers(self, namespace: str) -> bool:
        """Whether it holds in a namespace."""
        return any(fnmatchcase(namespace, pattern) for pattern in self.namespaces)


@dataclass(frozen=True, slots=True)
class Login:
    """A user of a cluster: its groups everywhere, and the policies that it has in some namespaces."""

    username: str
    groups: tuple[str, ...]
    scoped: tuple[Scoped, ...] = ()


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
    associated = [
        row for row in _inputs(paths, ASSOCIATION, region, cluster) if row["principalArn"] == caller.principal
    ]
    scopes = [(_policy(row), section(row, "accessScope")) for row in associated if _policy(row) in POLICY_ROLES]
    own: list[str] = entries[0].get("kubernetesGroups") or []
    whole = [policy_group(policy) for policy, scope in scopes if scope.get("type") == "cluster"]
    scoped = [
        Scoped(policy, tuple(scope["namespaces"])) for policy, scope in scopes if scope.get("type") == "namespace"
    ]
    return Login(entries[0].get("userName") or caller.arn, (*own, *whole), tuple(scoped))


def namespace_groups(client: ApiClient, scoped: Sequence[Scoped]) -> Iterator[str]:
    """The groups that stand for namespace-scoped policies, each bound to its rights in its namespace.

    On EKS an authorizer of its own knows the scopes. Here RoleBindings stand for it, made when somebody logs in: a
    namespace that is made later counts as soon as the API server's cached answer ends. Without the association nobody
    is in the group any more, so a binding that is left grants nothing.

    Raises:
        ApiError: the API server refused a binding.
        UnreachableError: it does not answer.
    """
    for namespace in _active_namespaces(client):
        for policy in {one.policy for one in scoped if one.covers(namespace)}:
            bind_in_namespace(client, policy, namespace)
            yield policy_group(policy, namespace)


def _active_namespaces(client: ApiClient) -> list[str]:
    """Those that take new objects: one that is being deleted does not."""
    found = client.get("/api/v1/namespaces")["items"]
    return [item["metadata"]["name"] for item in found if item["status"]["phase"] == "Active"]


def _policy(association: dict[str, Any]) -> str:
    return str(association["policyArn"]).rsplit("/", 1)[-1]


def _inputs(paths: Paths, kind: str, region: str, cluster: str) -> Iterator[dict[str, Any]]:
    if not paths.ledger.exists():
        return
    for row in Ledger(paths).find(kind, region):
        if row.inputs["clusterName"] == cluster:
            yield row.inputs
