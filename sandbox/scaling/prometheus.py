"""A real Prometheus with the configuration that a cluster's release renders; only addresses and logins are replaced."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import urllib3
import yaml

from sandbox.controlplane import ControlPlane
from sandbox.controlplane.client import OK, ApiClient, ClientCertificate, Object, StaticCredentials
from sandbox.errors import SandboxError
from sandbox.kubernetes.helm.prometheus import CONFIGURATION
from sandbox.plugin.wire import Props, rows
from sandbox.process import Daemon, require_free_port, wait_until
from sandbox.scaling.discovery import Discovery
from sandbox.scaling.load import Targets

NAME = "prometheus"
LABELS = {"labelSelector": "app.kubernetes.io/name=prometheus"}
IN_POD = ("tls_config", "authorization", "bearer_token_file", "basic_auth")
"""How a pod of Prometheus logs in; here the targets are behind a proxy on loopback."""

DISCOVERY = "kubernetes_sd_configs"
READY_SECONDS = 30.0
REFRESH = "5s"
"""How often targets are asked for, where Kubernetes' own discovery would be told of each change."""


@dataclass(frozen=True, slots=True)
class Prometheus:
    """One Prometheus, where KEDA of its cluster asks for it.

    Attributes:
        plane: the cluster's control plane.
        folder: of its configuration, its data and its log.
        targets: the proxy that stands for all targets, and says which there are.
    """

    plane: ControlPlane
    folder: Path
    targets: Targets

    @property
    def daemon(self) -> Daemon:
        """Its process."""
        return Daemon(NAME, self.folder)

    @property
    def port(self) -> int:
        """The one that the cluster's KEDA sends its questions to."""
        return self.plane.folder.ports().prometheus

    def start(self) -> None:
        """Start it and wait until it answers.

        Raises:
            SandboxError: the cluster has no release of it, or it does not start.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / CONFIGURATION
        file.write_text(yaml.safe_dump(self._configuration(), sort_keys=False))
        require_free_port(self.port, f"Prometheus of cluster {self.plane.name}")
        command = [
            str(self.plane.paths.bin / NAME), f"--config.file={file}", f"--storage.tsdb.path={self.folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{self.port}", "--log.level=warn",
        ]  # fmt: skip
        self.daemon.start(command, {"HOME": str(self.folder), "PATH": "/usr/bin:/bin", "GOMEMLIMIT": "96MiB"})
        if not wait_until(self._is_ready, READY_SECONDS):
            raise SandboxError(
                f"Prometheus of cluster {self.plane.name} is not ready; its log says: {self.daemon.tail(3)}"
            )

    def _is_ready(self) -> bool:
        url = f"http://127.0.0.1:{self.port}/-/ready"
        try:
            return urllib3.request("GET", url, retries=False, timeout=1).status == OK
        except urllib3.exceptions.HTTPError:
            return False

    def _configuration(self) -> Props:
        found = _release(self.plane)
        configuration = cast("Props", yaml.safe_load(found["data"][CONFIGURATION]))
        client = self._client(found["metadata"])
        jobs = [self._job(job, client) for job in rows(configuration, "scrape_configs")]
        # The release's rules go with its volume, which is not here.
        return {**configuration, "scrape_configs": jobs, "rule_files": []}

    def _client(self, metadata: Mapping[str, str]) -> ApiClient:
        """Logged in as the release's service account, whose rights decide what there is to discover."""
        folder, name = self.plane.folder, f"{metadata['namespace']}-{metadata['name']}"
        folder.service_account_kubeconfig(metadata["namespace"], metadata["name"])
        authority = folder.cluster_authority
        pair = authority.of(name)
        certificate = ClientCertificate(pair.certificate.read_text(), pair.key.read_text())
        return ApiClient(self.plane.endpoint, authority.pair.certificate.read_text(), StaticCredentials(certificate))

    def _job(self, job: Props, client: ApiClient) -> Props:
        plain = {key: value for key, value in job.items() if key not in {*IN_POD, DISCOVERY}}
        urls = [self.targets.discovered(Discovery.of(entry), client) for entry in rows(job, DISCOVERY)]
        discovered = [{"url": url, "refresh_interval": REFRESH} for url in urls]
        return {**plain, "proxy_url": self.targets.url, **({"http_sd_configs": discovered} if discovered else {})}


def _release(plane: ControlPlane) -> Object:
    """The ConfigMap of the release.

    Raises:
        SandboxError: there is none.
    """
    found = plane.admin().get("/api/v1/configmaps", LABELS)["items"]
    if not found:
        raise SandboxError(f"cluster {plane.name} has no ConfigMap of a release of the chart prometheus; run `make up`")
    return found[0]
