"""metrics-server, the EKS add-on: the use of pods and nodes as kwok's kubelets tell it."""

from sandbox.controllers import installing, manifests
from sandbox.controllers.aggregation import Aggregated
from sandbox.controlplane import ControlPlane
from sandbox.controlplane.client import Object
from sandbox.controlplane.companions import Companion
from sandbox.kubernetes.cluster import Cluster
from sandbox.toolchain.catalog import METRICS_SERVER_MANIFESTS

NAME = "metrics-server"
NAMESPACE = "kube-system"
MANAGER = "eks"
RESOLUTION = "15s"
"""Time between two looks at the kubelets: the default, which the add-on keeps
(https://github.com/kubernetes-sigs/metrics-server/blob/master/FAQ.md)."""

MEMORY = "40MiB"


def install(plane: ControlPlane) -> None:
    """Run it beside a control plane, and wait until it answers.

    Raises:
        ApiError: the API server refused one of its objects.
        SandboxError: it can not run, or does not answer.
    """
    api = _api(plane)
    plane.folder.cluster_authority.issue(NAME, service=api.host)
    cluster = Cluster.of(plane.admin(), NAMESPACE)
    installing.apply(cluster, _objects(plane, api), MANAGER)
    plane.install(_companion(plane))
    installing.wait(cluster, api.objects())


def uninstall(plane: ControlPlane) -> None:
    """Run it no longer, and remove its objects where the API server runs."""
    plane.uninstall(NAME)
    if plane.is_running():
        objects = [manifests.identity(item) for item in _objects(plane, _api(plane))]
        installing.remove(Cluster.of(plane.admin(), NAMESPACE), objects)


def _api(plane: ControlPlane) -> Aggregated:
    ports = plane.folder.ports()
    return Aggregated("metrics.k8s.io", NAME, NAMESPACE, ports.resource_metrics, plane.folder.cluster_authority)


def _objects(plane: ControlPlane, api: Aggregated) -> list[Object]:
    return [*manifests.read(plane.paths.bin / METRICS_SERVER_MANIFESTS, "rbac.yaml"), *api.objects()]


def _companion(plane: ControlPlane) -> Companion:
    folder, port = plane.folder, plane.folder.ports().resource_metrics
    serving, config = folder.cluster_authority.of(NAME), folder.service_account_kubeconfig(NAMESPACE, NAME)
    command = (
        str(plane.paths.bin / NAME), f"--kubeconfig={config}", f"--authentication-kubeconfig={config}",
        f"--authorization-kubeconfig={config}", "--bind-address=127.0.0.1", f"--secure-port={port}",
        f"--tls-cert-file={serving.certificate}", f"--tls-private-key-file={serving.key}",
        "--kubelet-preferred-address-types=InternalDNS", "--kubelet-use-node-status-port",
        f"--kubelet-certificate-authority={folder.cluster_authority.pair.certificate}",
        f"--metric-resolution={RESOLUTION}",
    )  # fmt: skip
    return Companion(NAME, command, (port,), MEMORY)
