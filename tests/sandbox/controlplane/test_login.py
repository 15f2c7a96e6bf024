"""Logins by `aws eks get-token`, as a kubeconfig of EKS has them."""

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sandbox.controlplane import ApiError, ControlPlane, access
from sandbox.controlplane.client import ApiClient
from sandbox.kubernetes.kubeconfig import Kubeconfig
from sandbox.process import wait_until

pytestmark = pytest.mark.controlplane
LogIn = Callable[..., ApiClient]
CLUSTER = {"type": "cluster"}
GRANTS: dict[str, tuple[str, dict[str, Any]]] = {
    "platform-deployer": ("AmazonEKSClusterAdminPolicy", CLUSTER),
    "viewer": ("AmazonEKSViewPolicy", CLUSTER),
    "team-viewer": ("AmazonEKSViewPolicy", {"type": "namespace", "namespaces": ["team-a"]}),
    "team-editor": ("AmazonEKSEditPolicy", {"type": "namespace", "namespaces": ["team-a"]}),
    "team-admin": ("AmazonEKSAdminPolicy", {"type": "namespace", "namespaces": ["team-a"]}),
    "teams-viewer": ("AmazonEKSViewPolicy", {"type": "namespace", "namespaces": ["team-*"]}),
}
"""IAM role to its access policy and scope."""


def rows(kind: str, cluster: str) -> Iterator[dict[str, Any]]:
    for role, (policy, scope) in GRANTS.items():
        entry = {"clusterName": cluster, "principalArn": f"arn:aws:iam::123456789012:role/{role}"}
        arn = f"arn:aws:eks::aws:cluster-access-policy/{policy}"
        yield entry if kind == access.ENTRY else {**entry, "policyArn": arn, "accessScope": scope}


@pytest.fixture(scope="module")
def log_in(cloud: Any, plane: ControlPlane) -> Iterator[LogIn]:
    known: dict[str, ApiClient] = {}

    def as_role(role: str, *, anew: bool = False) -> ApiClient:
        if anew or role not in known:
            environment = [{"name": key, "value": value} for key, value in cloud.assume(role).items()]
            known[role] = Kubeconfig.parse(kubeconfig(plane, environment)).client()
        return known[role]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(access, "_inputs", lambda _paths, kind, _region, cluster: rows(kind, cluster))  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
        yield as_role


@pytest.fixture(scope="module", autouse=True)
def teams(plane: ControlPlane) -> Iterator[None]:
    """Two namespaces, and the rights of the user-facing roles, which a controller aggregates after the first start."""
    admin = plane.admin()
    for name in ("team-a", "team-b"):
        admin.request("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
    roles = "/apis/rbac.authorization.k8s.io/v1/clusterroles"
    assert wait_until(lambda: all(admin.get(f"{roles}/{role}")["rules"] for role in ("view", "edit", "admin")), 30)
    yield
    for name in ("team-a", "team-b", "team-late"):
        admin.request("DELETE", f"/api/v1/namespaces/{name}")


def kubeconfig(plane: ControlPlane, environment: list[dict[str, str]]) -> str:
    stanza = {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": "aws",
        "args": ["eks", "get-token", "--cluster-name", plane.name, "--region", plane.region],
        "env": environment,
    }
    cluster = {"server": plane.endpoint, "certificate-authority-data": plane.ca_data}
    return json.dumps(
        {
            "clusters": [{"name": "c", "cluster": cluster}],
            "users": [{"name": "u", "user": {"exec": stanza}}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
            "current-context": "x",
        }
    )


def may(client: ApiClient, verb: str, resource: str, namespace: str = "") -> bool:
    plural, _, group = resource.partition(".")
    attributes = {"verb": verb, "resource": plural, "group": group, "namespace": namespace}
    body = {"spec": {"resourceAttributes": attributes}}
    return client.request("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", body)["status"]["allowed"]


def test_an_administrator_may_all(log_in: LogIn) -> None:
    assert log_in("platform-deployer").get("/api/v1/secrets")["kind"] == "SecretList"


def test_a_viewer_may_not_see_secrets(log_in: LogIn) -> None:
    client = log_in("viewer")
    assert client.get("/api/v1/pods")["kind"] == "PodList"
    with pytest.raises(ApiError, match="403"):
        client.get("/api/v1/secrets")


def test_a_role_without_entry_is_refused(log_in: LogIn) -> None:
    with pytest.raises(ApiError, match="401"):
        log_in("stranger").get("/api/v1/pods")


@pytest.mark.parametrize(
    ("role", "verb", "resource", "allowed"),
    [
        ("team-viewer", "list", "pods", True),
        ("team-viewer", "get", "secrets", False),
        ("team-viewer", "create", "deployments.apps", False),
        ("team-editor", "create", "deployments.apps", True),
        ("team-editor", "get", "secrets", True),
        ("team-editor", "create", "rolebindings.rbac.authorization.k8s.io", False),
        ("team-admin", "create", "rolebindings.rbac.authorization.k8s.io", True),
        ("team-admin", "update", "resourcequotas", False),
    ],
)
def test_a_policy_scoped_to_a_namespace_holds_there_alone(
    log_in: LogIn, role: str, verb: str, resource: str, *, allowed: bool
) -> None:
    client = log_in(role)
    assert may(client, verb, resource, "team-a") is allowed
    assert not may(client, verb, resource, "team-b")
    assert not may(client, verb, resource)


def test_a_scope_of_namespaces_is_no_right_to_what_has_none(log_in: LogIn) -> None:
    assert not may(log_in("team-admin"), "list", "nodes")
    assert may(log_in("platform-deployer"), "list", "nodes")


def test_a_pattern_covers_namespaces_that_come_later(log_in: LogIn, plane: ControlPlane) -> None:
    client = log_in("teams-viewer")
    assert client.get("/api/v1/namespaces/team-b/pods")["items"] == []
    with pytest.raises(ApiError, match="403"):
        client.get("/api/v1/namespaces/default/pods")
    plane.admin().request("POST", "/api/v1/namespaces", {"metadata": {"name": "team-late"}})
    later = log_in("teams-viewer", anew=True)  # another token, so no answer of before is cached
    assert later.get("/api/v1/namespaces/team-late/pods")["items"] == []


def test_ca_is_a_pem_certificate(plane: ControlPlane) -> None:
    assert base64.b64decode(plane.ca_data).startswith(b"-----BEGIN CERTIFICATE-----")
