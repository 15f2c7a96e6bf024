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
"""EKS access policy to the ClusterRole with its rights (EKS user guide, access policy permissions)."""

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


def policy_group(policy: str) -> str:
    """The group whose members have the rights of an EKS access policy in the whole cluster."""
    return f"eks-access-policy:{policy}"


def bootstrap(client: ApiClient) -> None:
    """Apply the roles and bindings; again is harmless.

    Raises:
        ApiError: the API server refused.
    """
    for plural, item in _objects():
        path = f"/apis/{RBAC}/v1/{plural}/{item['metadata']['name']}"
        client.apply(path, item, {"fieldManager": FIELD_MANAGER, "force": "true"})


def _objects() -> Iterator[tuple[str, Object]]:
    for name, rules in RULES.items():
        yield "clusterroles", _object("ClusterRole", name, {"rules": rules})
    for policy, role in POLICY_ROLES.items():
        group = policy_group(policy)
        yield "clusterrolebindings", _binding(group, role, {"kind": "Group", "name": group})
    user = {"kind": "User", "name": "sandbox:kwok"}
    yield "clusterrolebindings", _binding("sandbox:kwok", "sandbox:kwok", user)


def _binding(name: str, role: str, subject: dict[str, str]) -> Object:
    body = {
        "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": role},
        "subjects": [{"apiGroup": RBAC, **subject}],
    }
    return _object("ClusterRoleBinding", name, body)


def _object(kind: str, name: str, body: dict[str, Any]) -> Object:
    return {"apiVersion": f"{RBAC}/v1", "kind": kind, "metadata": {"name": name}, **body}
