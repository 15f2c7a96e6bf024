"""One EKS cluster's control plane: etcd, API server, controllers, scheduler and kwok on 127.0.0.1."""

import base64
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.controlplane import commands
from sandbox.controlplane.bootstrap import bootstrap
from sandbox.controlplane.client import ApiClient, ClientCertificate, StaticCredentials
from sandbox.controlplane.companions import Companion, Companions
from sandbox.controlplane.folder import Folder, Ports, folder_of
from sandbox.errors import SandboxError
from sandbox.locking import exclusive
from sandbox.paths import Paths
from sandbox.process import Daemon, require_free_port, wait_until

READY_SECONDS = 90.0
SERVERS = ("etcd", "kube-apiserver")
CONTROLLERS = ("kube-controller-manager", "kube-scheduler", "kwok")
MEMORY_LIMITS_MIB = {"kube-apiserver": 240}
DEFAULT_MEMORY_LIMIT_MIB = 48
GC_PERCENT = "50"
"""How far the Go heaps may grow: soft limits, and garbage as a share of what lives (https://go.dev/doc/gc-guide).

Measured with a site's objects, KEDA's types among them: an API server held to 170 MiB takes 45 % of a core when nothing
happens, all of it to collect; held to 240 MiB 3 %. Fewer controllers and smaller watch caches give back next to
nothing.
"""

STAGES = (
    "node/fast/node-initialize.yaml",
    "pod/fast/pod-ready.yaml",
    "pod/fast/pod-complete.yaml",
)
"""What kwok plays: nodes that are ready, and pods that run at once and end (paths of its module).

A node lives by its lease alone. The heartbeat in its status, every ten minutes, is left out: once planned, kwok sends
it for a node whose lease it has lost as well, and the dead node would be taken for alive.
"""


KUBELETS = sorted((Path(__file__).parent / "kubelet").glob("*.yaml"))
"""What kwok's kubelets do in our own way: how pods end, and what is said of their use."""


@dataclass(frozen=True, slots=True)
class ControlPlane:
    """The control plane of one EKS cluster, kept in `clusters/<region>/<name>` of the sandbox.

    Attributes:
        size: how many times a rehearsal's: so much more memory its programs may take, and so much rarer are the
            heartbeats of its nodes, which would otherwise keep two cores busy.
    """

    paths: Paths
    region: str
    name: str
    size: int = 1

    @classmethod
    def of(cls, paths: Paths, region: str, name: str) -> "ControlPlane":
        """The control plane of a cluster, started or not."""
        return cls(paths, region, name)

    @classmethod
    def at(cls, paths: Paths, endpoint: str) -> "ControlPlane":
        """The control plane of the cluster whose API server has this URL.

        Raises:
            SandboxError: this sandbox has none there.
        """
        planes = [cls(paths, folder.parent.name, folder.name) for folder in sorted(paths.clusters.glob("*/*"))]
        found = [plane for plane in planes if plane.folder.ports_file.exists() and plane.endpoint == endpoint]
        if not found:
            raise SandboxError(f"{endpoint} is no API server of this sandbox, and controllers run beside those alone")
        return found[0]

    @property
    def companions(self) -> Companions:
        """The controllers that are installed into the cluster."""
        return Companions(self.folder.companions)

    @property
    def folder(self) -> Folder:
        """Where its keys, data and logs lie."""
        return folder_of(self.paths, self.region, self.name)

    @property
    def endpoint(self) -> str:
        """URL of the API server.

        Raises:
            SandboxError: the control plane was never started.
        """
        self._require_started()
        return f"https://127.0.0.1:{self.folder.ports().api}"

    @property
    def ca_data(self) -> str:
        """The cluster's CA, PEM in base64, as EKS gives it.

        Raises:
            SandboxError: the control plane was never started.
        """
        self._require_started()
        return base64.b64encode(self.folder.cluster_authority.pair.certificate.read_bytes()).decode()

    def admin(self) -> ApiClient:
        """A client with all rights, by the certificate kept in the folder.

        Raises:
            SandboxError: the control plane was never started.
        """
        endpoint = self.endpoint
        authority = self.folder.cluster_authority
        pair = authority.of("admin")
        certificate = ClientCertificate(pair.certificate.read_text(), pair.key.read_text())
        return ApiClient(endpoint, authority.pair.certificate.read_text(), StaticCredentials(certificate))

    def daemon(self, program: str) -> Daemon:
        """One of its processes."""
        return Daemon(program, self.folder.root)

    def is_running(self) -> bool:
        """Whether all five processes run, and the controllers that were installed."""
        names = (*SERVERS, *CONTROLLERS, *(companion.name for companion in self.companions.all()))
        return all(self.daemon(name).pid() is not None for name in names)

    def start(self, service_cidr: str) -> None:
        """Start what does not run and wait until the API server is ready.

        Args:
            service_cidr: the range of Service addresses; it stays what it was at the first start.

        Raises:
            SandboxError: a port is taken, a program is missing, or the API server does not become ready.
        """
        # The plugin and the lifecycle command may both find it down and start it at the same time.
        with exclusive(self.folder.root / "start.lock"):
            ports = self.folder.prepare(self._authenticator())
            self._start_servers(ports, service_cidr)
            admin = self.admin()
            if not wait_until(lambda: admin.is_ready() or self._server_ended(), READY_SECONDS) or self._server_ended():
                raise SandboxError(self._why_not_ready())
            bootstrap(admin)
            self._start_controllers(ports)
            for companion in self.companions.all():
                self._ensure_companion(companion)

    def install(self, companion: Companion) -> None:
        """Run a controller beside the control plane from now on, or as it is now described.

        Raises:
            SandboxError: its program is missing, or a port of its is taken.
        """
        with exclusive(self.folder.root / "start.lock"):
            if self.companions.remember(companion):
                self.daemon(companion.name).stop()
            self._ensure_companion(companion)

    def uninstall(self, name: str) -> None:
        """End a controller, and run it no longer."""
        with exclusive(self.folder.root / "start.lock"):
            self.companions.forget(name)
            self.daemon(name).stop()

    def stop(self) -> None:
        """End its processes by pid, clients first; the folder stays."""
        companions = [companion.name for companion in self.companions.all()]
        for name in (*companions, *reversed(CONTROLLERS), *reversed(SERVERS)):
            self.daemon(name).stop()

    def destroy(self) -> None:
        """End its processes and remove all that it kept."""
        self.stop()
        shutil.rmtree(self.folder.root, ignore_errors=True)

    def _start_servers(self, ports: Ports, service_cidr: str) -> None:
        etcd, server = (self.paths.bin / name for name in SERVERS)
        self._ensure("etcd", commands.etcd(etcd, self.folder, ports), (ports.etcd, ports.peer))
        self._ensure("kube-apiserver", commands.apiserver(server, self.folder, ports, service_cidr), (ports.api,))

    def _start_controllers(self, ports: Ports) -> None:
        manager, scheduler, kwok = (self.paths.bin / name for name in CONTROLLERS)
        self._ensure("kube-controller-manager", commands.controller_manager(manager, self.folder, self.size), ())
        self._ensure("kube-scheduler", commands.scheduler(scheduler, self.folder), ())
        self._ensure("kwok", commands.kwok(kwok, self.folder, ports, _stages(self.paths), self.size), (ports.kubelet,))

    def _ensure_companion(self, companion: Companion) -> None:
        own = {**companion.environment, "GOMEMLIMIT": companion.memory}
        self._ensure(companion.name, companion.command, companion.ports, own)

    def _ensure(
        self, name: str, command: Sequence[str], ports: Sequence[int], own: Mapping[str, str] | None = None
    ) -> None:
        daemon = self.daemon(name)
        if daemon.pid() is not None:
            return
        if not Path(command[0]).exists():
            raise SandboxError(f"{command[0]} is missing; `make up` puts the sandbox's programs there")
        for port in ports:
            require_free_port(port, f"{name} of cluster {self.name}")
        daemon.start(command, {**self._environment(name), **(own or {})})

    def _environment(self, name: str) -> dict[str, str]:
        # No credentials of the caller are passed on; HOME keeps the programs from writing outside the folder.
        limit = f"{MEMORY_LIMITS_MIB.get(name, DEFAULT_MEMORY_LIMIT_MIB) * self.size}MiB"
        return {"HOME": str(self.folder.root), "PATH": "/usr/bin:/bin", "GOMEMLIMIT": limit, "GOGC": GC_PERCENT}

    def _authenticator(self) -> str:
        file = self.paths.cloud / "endpoint.json"
        try:
            base = json.loads(file.read_text())["authenticator"]
        except FileNotFoundError:
            raise SandboxError(
                f"{file} is missing, so nothing can check logins to cluster {self.name}; run `make up`"
            ) from None
        return f"{base}/{self.region}/{self.name}"

    def _server_ended(self) -> bool:
        return any(self.daemon(name).pid() is None for name in SERVERS)

    def _why_not_ready(self) -> str:
        for name in SERVERS:
            daemon = self.daemon(name)
            if daemon.pid() is None:
                return f"{name} of cluster {self.name} ended at its start; {daemon.log} says: {daemon.tail(3)}"
        log = self.daemon("kube-apiserver").log
        return f"the API server of cluster {self.name} was not ready after {READY_SECONDS:.0f} s; see {log}"

    def _require_started(self) -> None:
        if not self.folder.ports_file.exists():
            raise SandboxError(
                f"the control plane of cluster {self.name} in {self.region} was never started; run `make up`"
            )


def _stages(paths: Paths) -> list[Path]:
    folder = paths.bin / "kwok-stages"
    missing = [stage for stage in STAGES if not (folder / stage).is_file()]
    if missing:
        raise SandboxError(f"{folder} does not hold kwok's stage files {', '.join(missing)}; `make up` puts them there")
    return [*(folder / stage for stage in STAGES), *KUBELETS]
