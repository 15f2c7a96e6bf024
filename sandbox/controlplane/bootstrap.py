"""What every new cluster holds: the rights behind EKS access policies, and those of kwok."""

from collections.abc import Iterator
from typing import Any

from sandbox.controlplane.client import ApiClient, Object

FIELD_MANAGER = "sandbox-bootstrap"
RBAC = "rbac.authorization.k8s.io"
POLICY_ROLES = {
    "AmazonEKSClusterAdminPolicy": "cluster-admin",
    "AmazonEKSAdminPolicy": "admin",
    "AmazonEKSEditPolicy": "edit",
    "AmazonEKSViewPolicy": "view",
    "AmazonEKSAdminViewPolicy": "sandbox:admin-view",
}
"""EKS access policy to the ClusterRole with its rights: EKS's are those of Kubernetes' user-facing roles
(https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html)."""

RULES: dict[str, list[dict[str, Any]]] = {
    "sandbox:admin-view": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list", "watch"]}],
    "sandbox:kwok": [
        {"apiGroups": [""], "resources": ["nodes", "pods"],
         "verbs": ["get", "list", "watch", "update", "patch", "delete"]},
        {"apiGroups": [""], "resources": ["nodes/status", "pods/status"], "verbs": ["update", "patch"]},
        {"apiGroups": ["", "events.k8s.io"], "resources": ["events"], "verbs": ["create", "patch", "update"]},
        {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"],
         "verbs": ["get", "list", "watch", "create", "update", "patch"]},
    ],
}  # fmt: skip


def policy_group(policy: str, namespace: str | None = None) -> str:
    """The group whose members have the rights of an EKS access policy: in a namespace, or in the whole cluster."""
    return f"eks-access-policy:{policy}" if namespace is None else f"eks-access-policy:{policy}:{namespace}"


def bootstrap(client: ApiClient) -> None:
    """Apply the roles and bindings; again is harmless.

    Raises:
        ApiError: the API server refused.
    """
    for plural, item in _objects():
        path = f"/apis/{RBAC}/v1/{plural}/{item['metadata']['name']}"
        client.apply(path, item, {"fieldManager": FIELD_MANAGER, "force": "true"})


def bind_in_namespace(client: ApiClient, policy: str, namespace: str) -> None:
    """Give the policy's group of a namespace its rights there; again is harmless.

    Raises:
        ApiError: the API server refused, e.g. since the namespace is being deleted.
    """
    subject = {"kind": "Group", "name": policy_group(policy, namespace)}
    binding = _binding("RoleBinding", policy_group(policy), POLICY_ROLES[policy], subject)
    path = f"/apis/{RBAC}/v1/namespaces/{namespace}/rolebindings/{policy_group(policy)}"
    client.apply(path, binding, {"fieldManager": FIELD_MANAGER, "force": "true"})


def _objects() -> Iterator[tuple[str, Object]]:
    for name, rules in RULES.items():
        yield "clusterroles", _object("ClusterRole", name, {"rules": rules})
    for policy, role in POLICY_ROLES.items():
        group = policy_group(policy)
        yield "clusterrolebindings", _binding("ClusterRoleBinding", group, role, {"kind": "Group", "name": group})
    user = {"kind": "User", "name": "sandbox:kwok"}
    yield "clusterrolebindings", _binding("ClusterRoleBinding", "sandbox:kwok", "sandbox:kwok", user)


def _binding(kind: str, name: str, role: str, subject: dict[str, str]) -> Object:
    body = {
        "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": role},
        "subjects": [{"apiGroup": RBAC, **subject}],
    }
    return _object(kind, name, body)


def _object(kind: str, name: str, body: dict[str, Any]) -> Object:
    return {"apiVersion": f"{RBAC}/v1", "kind": kind, "metadata": {"name": name}, **body}
