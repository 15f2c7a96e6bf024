"""The folder of one control plane: its ports, keys and configuration files, made once and kept."""

import base64
import json
from dataclasses import dataclass, fields
from pathlib import Path

from sandbox.controlplane.pki import (
    Authority,
    KeyPair,
    ensure_service_account_key,
    new_encryption_key,
    write_private,
)
from sandbox.paths import Paths
from sandbox.process import free_port

ADMIN_GROUP = "system:masters"
FRONT_PROXY = "front-proxy-client"
KUBELET = "kubelet"
CLIENTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "admin": ("sandbox-admin", (ADMIN_GROUP,)),
    "kube-controller-manager": ("system:kube-controller-manager", ()),
    "kube-scheduler": ("system:kube-scheduler", ()),
    "kwok": ("sandbox:kwok", ()),
}
"""Client certificates: file name to user and groups. Kubernetes binds the system: users' rights itself."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of 127.0.0.1 that a control plane and the controllers beside it listen on.

    Attributes:
        kubelet: kwok's, where every node's kubelet answers.
        resource_metrics: metrics-server's.
        scaler: the KEDA operator's metrics service.
        external_metrics: KEDA's metrics adapter's.
        prometheus: of the Prometheus that KEDA asks; nothing listens there until something runs one.
    """

    api: int
    etcd: int
    peer: int
    kubelet: int
    resource_metrics: int
    scaler: int
    external_metrics: int
    prometheus: int


@dataclass(frozen=True, slots=True)
class Folder:
    """Where everything of one control plane lies."""

    root: Path

    @property
    def cluster_authority(self) -> Authority:
        """Signs the API server's certificate and its clients'."""
        return Authority(self.root / "pki", "kubernetes")

    @property
    def etcd_authority(self) -> Authority:
        """Signs etcd's certificate and the API server's as its client; nobody else may read the data."""
        return Authority(self.root / "pki" / "etcd", "etcd")

    @property
    def front_proxy_authority(self) -> Authority:
        """Signs the certificate by which aggregated API servers know the API server."""
        return Authority(self.root / "pki" / "front-proxy", "front-proxy")

    @property
    def companions(self) -> Path:
        """Remembers the controllers that run beside the control plane, a file each."""
        return self.root / "companions"

    @property
    def service_account_key(self) -> Path:
        """Signs service account tokens."""
        return self.root / "pki" / "service-account.key"

    @property
    def service_account_public(self) -> Path:
        """Verifies service account tokens."""
        return self.root / "pki" / "service-account.pub"

    @property
    def encryption(self) -> Path:
        """How secrets are encrypted at rest."""
        return self.root / "encryption.json"

    @property
    def webhook(self) -> Path:
        """Where the API server has bearer tokens checked."""
        return self.root / "webhook.json"

    @property
    def data(self) -> Path:
        """The data of etcd."""
        return self.root / "etcd"

    @property
    def ports_file(self) -> Path:
        """Remembers the ports across restarts."""
        return self.root / "ports.json"

    def kubeconfig(self, client: str) -> Path:
        """The kubeconfig of one of `CLIENTS`, or of a service account."""
        return self.root / f"{client}.kubeconfig.json"

    def ports(self) -> Ports:
        """The ports that were found at the first start.

        Raises:
            FileNotFoundError: the control plane was never started.
        """
        return Ports(**json.loads(self.ports_file.read_text()))

    def prepare(self, authenticator: str) -> Ports:
        """Make what is missing: ports, keys, configuration files.

        Args:
            authenticator: URL that answers this cluster's TokenReviews.
        """
        if not self.ports_file.exists():
            write_private(self.ports_file, json.dumps(_free_ports()).encode())
        self._make_keys()
        self._write_configuration(authenticator)
        return self.ports()

    def service_account_kubeconfig(self, namespace: str, name: str) -> Path:
        """The kubeconfig of a service account, made at the first call.

        A controller beside the control plane has no pod that a token is bound to, so a certificate says the same of it:
        user and groups are those of its token (https://kubernetes.io/docs/reference/access-authn-authz/authentication/).
        """
        client = f"{namespace}-{name}"
        groups = ("system:serviceaccounts", f"system:serviceaccounts:{namespace}")
        self.cluster_authority.issue(client, groups, f"system:serviceaccount:{namespace}:{name}")
        self._write_kubeconfig(client)
        return self.kubeconfig(client)

    def _write_kubeconfig(self, client: str) -> None:
        ca = self.cluster_authority.pair.certificate.read_bytes()
        config = _kubeconfig(self.ports().api, ca, self.cluster_authority.of(client))
        write_private(self.kubeconfig(client), _json(config))

    def _make_keys(self) -> None:
        self.cluster_authority.ensure()
        self.etcd_authority.ensure()
        self.front_proxy_authority.ensure()
        self.front_proxy_authority.issue(FRONT_PROXY)
        self.cluster_authority.issue("apiserver")
        self.cluster_authority.issue(KUBELET)
        self.etcd_authority.issue("etcd")
        self.etcd_authority.issue("apiserver")
        for name, (user, groups) in CLIENTS.items():
            self.cluster_authority.issue(name, groups, user)
        ensure_service_account_key(self.service_account_key, self.service_account_public)

    def _write_configuration(self, authenticator: str) -> None:
        if not self.encryption.exists():
            write_private(self.encryption, _json(_encryption_configuration(new_encryption_key())))
        write_private(self.webhook, _json(_webhook_configuration(authenticator)))
        for name in CLIENTS:
            self._write_kubeconfig(name)


def folder_of(paths: Paths, region: str, cluster: str) -> Folder:
    """The folder of a cluster's control plane."""
    return Folder(paths.clusters / region / cluster)


def _free_ports() -> dict[str, int]:
    found: set[int] = set()
    names = [field.name for field in fields(Ports)]
    while len(found) < len(names):
        found.add(free_port())
    return dict(zip(names, sorted(found), strict=True))


def _encryption_configuration(key: str) -> dict[str, object]:
    providers: list[dict[str, object]] = [{"aescbc": {"keys": [{"name": "key1", "secret": key}]}}, {"identity": {}}]
    return {
        "apiVersion": "apiserver.config.k8s.io/v1",
        "kind": "EncryptionConfiguration",
        "resources": [{"resources": ["secrets"], "providers": providers}],
    }


def _webhook_configuration(url: str) -> dict[str, object]:
    return _config({"server": url}, {})


def _kubeconfig(port: int, ca: bytes, client: KeyPair) -> dict[str, object]:
    cluster = {
        "server": f"https://127.0.0.1:{port}",
        "certificate-authority-data": base64.b64encode(ca).decode(),
    }
    user = {"client-certificate": str(client.certificate), "client-key": str(client.key)}
    return _config(cluster, user)


def _config(cluster: dict[str, str], user: dict[str, str]) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "cluster", "cluster": cluster}],
        "users": [{"name": "user", "user": user}],
        "contexts": [{"name": "context", "context": {"cluster": "cluster", "user": "user"}}],
        "current-context": "context",
    }


def _json(value: dict[str, object]) -> bytes:
    return json.dumps(value, indent=1).encode()
