"""Logins by `aws eks get-token`, as a kubeconfig of EKS has them."""

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sandbox.controlplane import ApiError, ControlPlane, access
from sandbox.kubernetes.kubeconfig import Kubeconfig
from sandbox.process import wait_until

pytestmark = pytest.mark.controlplane
DEPLOYER = "arn:aws:iam::123456789012:role/platform-deployer"
VIEWER = "arn:aws:iam::123456789012:role/viewer"
SCOPE = {"type": "cluster"}


def rows(kind: str, cluster: str) -> Iterator[dict[str, Any]]:
    policies = {DEPLOYER: "AmazonEKSClusterAdminPolicy", VIEWER: "AmazonEKSViewPolicy"}
    for principal, policy in policies.items():
        entry = {"clusterName": cluster, "principalArn": principal}
        arn = f"arn:aws:eks::aws:cluster-access-policy/{policy}"
        yield entry if kind == access.ENTRY else {**entry, "policyArn": arn, "accessScope": SCOPE}


@pytest.fixture
def log_in(cloud: Any, plane: ControlPlane, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Callable[[str], Any]]:
    monkeypatch.setattr(access, "_inputs", lambda _paths, kind, _region, cluster: rows(kind, cluster))  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]

    def as_role(role: str) -> Callable[[str], Any]:
        environment = [{"name": key, "value": value} for key, value in cloud.assume(role).items()]
        return Kubeconfig.parse(kubeconfig(plane, environment)).client().get

    return as_role


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


def can(get: Any, path: str) -> bool:
    try:
        get(path)
    except ApiError as error:
        if error.status != 403:
            raise
        return False
    return True


def test_an_administrator_may_all(log_in: Any) -> None:
    assert log_in("platform-deployer")("/api/v1/secrets")["kind"] == "SecretList"


def test_a_viewer_may_not_see_secrets(log_in: Any) -> None:
    get = log_in("viewer")
    # The rights of `view` are aggregated by a controller, some seconds after the first start.
    assert wait_until(lambda: can(get, "/api/v1/pods"), 30)
    with pytest.raises(ApiError, match="403"):
        get("/api/v1/secrets")


def test_a_role_without_entry_is_refused(log_in: Any) -> None:
    with pytest.raises(ApiError, match="401"):
        log_in("stranger")("/api/v1/pods")


def test_ca_is_a_pem_certificate(plane: ControlPlane) -> None:
    assert base64.b64decode(plane.ca_data).startswith(b"-----BEGIN CERTIFICATE-----")
