"""API servers behind the API server: a Service that leads to this machine, and the APIService that names it."""

import base64
from dataclasses import dataclass

from sandbox.controlplane.client import Object
from sandbox.controlplane.pki import Authority

LOOPBACK = "localhost"


@dataclass(frozen=True, slots=True)
class Aggregated:
    """One API that a program beside the control plane serves.

    Attributes:
        group: of the API.
        service: name of its Service.
        namespace: of its Service.
        port: of 127.0.0.1 on which the program serves it.
        authority: that signed the program's certificate.
    """

    group: str
    service: str
    namespace: str
    port: int
    authority: Authority
    version: str = "v1beta1"

    @property
    def host(self) -> str:
        """The name that its certificate is for."""
        return f"{self.service}.{self.namespace}.svc"

    def objects(self) -> list[Object]:
        """Its Service and its APIService.

        The Service has no pods to lead to, and loopback may stand in no EndpointSlice: it is an external name.
        """
        metadata = {"name": self.service, "namespace": self.namespace}
        service = {"type": "ExternalName", "externalName": LOOPBACK}
        ca = self.authority.pair.certificate.read_bytes()
        spec = {
            "group": self.group, "version": self.version, "groupPriorityMinimum": 100, "versionPriority": 100,
            "service": {"name": self.service, "namespace": self.namespace, "port": self.port},
            "caBundle": base64.b64encode(ca).decode(),
        }  # fmt: skip
        return [
            {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": service},
            {
                "apiVersion": "apiregistration.k8s.io/v1",
                "kind": "APIService",
                "metadata": {"name": f"{self.version}.{self.group}"},
                "spec": spec,
            },
        ]
