"""The command lines of a control plane's five processes."""

from collections.abc import Sequence
from pathlib import Path

from sandbox.controlplane.folder import FRONT_PROXY, KUBELET, Folder, Ports

TOKEN_CACHE = "10s"  # noqa: S105 a duration: an access entry that is taken away stops working within it
NODE_LEASE_SECONDS = 40
"""A kubelet's lease; without it kwok's nodes fall NotReady (kubelet, nodeLeaseDurationSeconds)."""

NODE_GRACE_SECONDS = 50
"""What a missing heartbeat is waited for, the default (kube-controller-manager, --node-monitor-grace-period)."""

ETCD_QUOTA_BYTES = 512 * 1024 * 1024


def etcd(binary: Path, folder: Folder, ports: Ports) -> Sequence[str]:
    """One etcd member that only takes clients with a certificate of its own authority."""
    authority = folder.etcd_authority
    pair = authority.of("etcd")
    client, peer = f"https://127.0.0.1:{ports.etcd}", f"https://127.0.0.1:{ports.peer}"
    security = {
        "trusted-ca-file": authority.pair.certificate,
        "cert-file": pair.certificate,
        "key-file": pair.key,
    }
    return [
        str(binary), "--name=default", f"--data-dir={folder.data}", "--log-level=warn",
        f"--listen-client-urls={client}", f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}", f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=default={peer}", "--client-cert-auth", "--peer-client-cert-auth",
        *(f"--{option}={path}" for option, path in security.items()),
        *(f"--peer-{option}={path}" for option, path in security.items()),
        # Only a power cut could lose what was written, and a rehearsal is not worth a sync for each write.
        "--unsafe-no-fsync", f"--quota-backend-bytes={ETCD_QUOTA_BYTES}",
        "--auto-compaction-mode=periodic", "--auto-compaction-retention=5m",
    ]  # fmt: skip


def apiserver(binary: Path, folder: Folder, ports: Ports, service_cidr: str) -> Sequence[str]:
    """The API server: RBAC only, no anonymous requests, bearer tokens checked by the authenticator."""
    return [
        str(binary), "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", f"--secure-port={ports.api}",
        # A loopback address may not stand in the Endpoints of the `kubernetes` Service, so nothing writes them.
        "--endpoint-reconciler-type=none", f"--service-cluster-ip-range={service_cidr}",
        "--allow-privileged=true", "--profiling=false", *_storage(folder, ports), *_identity(folder),
        *_aggregation(folder),
    ]  # fmt: skip


def controller_manager(binary: Path, folder: Folder, size: int) -> Sequence[str]:
    """All controllers, at their default paces; it serves nothing itself.

    Args:
        binary: the program.
        folder: of the control plane.
        size: how many times as long as usual the heartbeat of a node may be missing.
    """
    config = folder.kubeconfig("kube-controller-manager")
    return [
        str(binary), f"--kubeconfig={config}", "--secure-port=0", "--leader-elect=false",
        "--use-service-account-credentials=true", "--profiling=false",
        f"--service-account-private-key-file={folder.service_account_key}",
        f"--root-ca-file={folder.cluster_authority.pair.certificate}",
        f"--node-monitor-grace-period={NODE_GRACE_SECONDS * size}s",
    ]  # fmt: skip


def scheduler(binary: Path, folder: Folder) -> Sequence[str]:
    """The default scheduler; it serves nothing itself."""
    config = folder.kubeconfig("kube-scheduler")
    return [
        str(binary), f"--kubeconfig={config}", "--secure-port=0", "--leader-elect=false", "--profiling=false",
    ]  # fmt: skip


def kwok(binary: Path, folder: Folder, ports: Ports, stages: Sequence[Path], size: int) -> Sequence[str]:
    """The kubelets of all nodes that carry the annotation, played by the given stages; one port answers for all.

    Args:
        binary: the program.
        folder: of the control plane.
        ports: its own among them.
        stages: what it plays.
        size: how many times as rare as usual the heartbeats are.
    """
    serving = folder.cluster_authority.of(KUBELET)
    return [
        str(binary), f"--kubeconfig={folder.kubeconfig('kwok')}",
        "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake",
        f"--node-lease-duration-seconds={NODE_LEASE_SECONDS * size}",
        f"--server-address=127.0.0.1:{ports.kubelet}", f"--node-port={ports.kubelet}",
        f"--tls-cert-file={serving.certificate}", f"--tls-private-key-file={serving.key}",
        *(f"--config={stage}" for stage in stages),
    ]  # fmt: skip


def _storage(folder: Folder, ports: Ports) -> Sequence[str]:
    authority = folder.etcd_authority
    pair = authority.of("apiserver")
    return [
        f"--etcd-servers=https://127.0.0.1:{ports.etcd}", f"--etcd-cafile={authority.pair.certificate}",
        f"--etcd-certfile={pair.certificate}", f"--etcd-keyfile={pair.key}",
        f"--encryption-provider-config={folder.encryption}",
    ]  # fmt: skip


def _identity(folder: Folder) -> Sequence[str]:
    serving = folder.cluster_authority.of("apiserver")
    return [
        f"--tls-cert-file={serving.certificate}", f"--tls-private-key-file={serving.key}",
        f"--client-ca-file={folder.cluster_authority.pair.certificate}",
        "--anonymous-auth=false", "--authorization-mode=Node,RBAC", "--enable-admission-plugins=NodeRestriction",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={folder.service_account_public}",
        f"--service-account-signing-key-file={folder.service_account_key}",
        f"--authentication-token-webhook-config-file={folder.webhook}",
        "--authentication-token-webhook-version=v1", f"--authentication-token-webhook-cache-ttl={TOKEN_CACHE}",
    ]  # fmt: skip


def _aggregation(folder: Folder) -> Sequence[str]:
    """How API servers behind this one know it, and the users that it names.

    (https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/)
    """
    authority = folder.front_proxy_authority
    pair = authority.of(FRONT_PROXY)
    return [
        f"--requestheader-client-ca-file={authority.pair.certificate}", f"--requestheader-allowed-names={FRONT_PROXY}",
        "--requestheader-username-headers=X-Remote-User", "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        f"--proxy-client-cert-file={pair.certificate}", f"--proxy-client-key-file={pair.key}",
    ]  # fmt: skip
