"""KEDA, the Helm release: its operator, and its adapter as the API server of external metrics."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.controllers import manifests
from sandbox.controllers.aggregation import Aggregated
from sandbox.controlplane import ControlPlane
from sandbox.controlplane.client import Object
from sandbox.controlplane.companions import Companion
from sandbox.controlplane.pki import Authority
from sandbox.toolchain.catalog import KEDA_MANIFESTS

VERSION = "2.21.0"
"""Of the programs that the toolchain builds."""

OPERATOR, ADAPTER = "keda-operator", "keda-adapter"
PARTS = ("service_account/service_account.yaml", "rbac/role.yaml", "rbac/role_binding.yaml", "metrics-server/role.yaml",
         "metrics-server/role_binding.yaml")  # fmt: skip
MODULE_NAMESPACE = "keda"
ACCOUNT = "keda-operator"
MEMORY = {OPERATOR: "64MiB", ADAPTER: "40MiB"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Keda:
    """One installation.

    Attributes:
        plane: the control plane that it runs beside.
        namespace: that it is installed into.
        service: name of the adapter's Service.
        with_types: whether its own types of objects come with it.
        annotations: of these types.
        watched: the namespace whose objects it sees, all where it is empty.
        flags: of the operator, without `--`.
        variables: of the operator's environment.
    """

    plane: ControlPlane
    namespace: str
    service: str
    with_types: bool = True
    annotations: Mapping[str, str] = field(default_factory=dict[str, str])
    watched: str = ""
    flags: Mapping[str, str] = field(default_factory=dict[str, str])
    variables: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def api(self) -> Aggregated:
        """The API of external metrics, by which autoscalers ask the adapter."""
        port = self.plane.folder.ports().external_metrics
        return Aggregated("external.metrics.k8s.io", self.service, self.namespace, port, self._authority)

    @property
    def _authority(self) -> Authority:
        """Signs the one certificate by which operator and adapter know each other, and the API server the adapter."""
        return Authority(self.plane.folder.root / "pki" / f"{self.namespace}-{self.service}", "KEDA")

    def objects(self) -> list[Object]:
        """Types, service account, rights and the API."""
        folder = self.plane.paths.bin / KEDA_MANIFESTS
        self._authority.ensure()
        bases = manifests.read(folder, "crd/bases") if self.with_types else []
        types = [manifests.annotated(base, self.annotations) for base in bases]
        rights = [manifests.moved(one, MODULE_NAMESPACE, self.namespace) for one in manifests.read(folder, *PARTS)]
        return [*types, *rights, *self.api.objects()]

    def companions(self) -> list[Companion]:
        """Its two programs; the certificate is made once."""
        self._authority.ensure()
        self._authority.issue("tls", service=self.api.host)
        return [self._operator(), self._adapter()]

    def _operator(self) -> Companion:
        folder, port = self.plane.folder, self.plane.folder.ports().scaler
        own = {
            "metrics-service-bind-address": f"127.0.0.1:{port}", "cert-dir": str(self._authority.folder),
            # Nobody asks for its own metrics and health, and each of them is a listener.
            "enable-prometheus-metrics": "false", "health-probe-bind-address": "0",
            # Its certificate is made here, and the webhook that it would mend does not run.
            "enable-cert-rotation": "false", "enable-webhook-patching": "false", "enable-apiservice-patching": "false",
        }  # fmt: skip
        command = (str(self.plane.paths.bin / OPERATOR), *(f"--{key}={own[key]}" for key in own), *self._given())
        # No cluster DNS answers here: the one store of metrics is behind this port, whatever name it is asked for by.
        proxy = {"HTTP_PROXY": f"http://127.0.0.1:{folder.ports().prometheus}"}
        variables = {**self._environment(), **proxy, **self.variables}
        return Companion(OPERATOR, command, (port,), MEMORY[OPERATOR], variables)

    def _given(self) -> list[str]:
        return [f"--{key}={value}" for key, value in self.flags.items()]

    def _adapter(self) -> Companion:
        ports, authority = self.plane.folder.ports(), self._authority
        config, serving = self._kubeconfig(), authority.of("tls")
        command = (
            str(self.plane.paths.bin / ADAPTER), f"--lister-kubeconfig={config}",
            f"--authentication-kubeconfig={config}", f"--authorization-kubeconfig={config}",
            "--bind-address=127.0.0.1", f"--secure-port={ports.external_metrics}", f"--cert-dir={authority.folder}",
            f"--tls-cert-file={serving.certificate}", f"--tls-private-key-file={serving.key}",
            f"--metrics-service-address=127.0.0.1:{ports.scaler}", "--zap-log-level=error",
        )  # fmt: skip
        return Companion(ADAPTER, command, (ports.external_metrics,), MEMORY[ADAPTER], self._environment())

    def _kubeconfig(self) -> str:
        return str(self.plane.folder.service_account_kubeconfig(self.namespace, ACCOUNT))

    def _environment(self) -> dict[str, str]:
        return {
            "KUBECONFIG": self._kubeconfig(), "POD_NAME": "sandbox", "POD_NAMESPACE": self.namespace,
            "KEDA_CLUSTER_OBJECT_NAMESPACE": self.namespace, "WATCH_NAMESPACE": self.watched,
        }  # fmt: skip
