"""One site on this machine: its Consul servers, and its pods with all that runs in them."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import urllib3

from sandbox.access.files import SiteFiles, with_backup, write_local
from sandbox.access.layout import GATEWAY_PORT, Pod, SiteLayout
from sandbox.access.trust import Trust
from sandbox.errors import SandboxError
from sandbox.process import STOP_SECONDS, Daemon, wait_until

READY_SECONDS = 60.0
ANSWER_SECONDS = 1.0
SERVICE, GATEWAY = "deepseek-inference", "gateway"


@dataclass(frozen=True, slots=True)
class Programs:
    """The commands that a site runs."""

    bin: Path

    def path(self, name: str) -> Path:
        """The path of a command."""
        return self.bin / name


@dataclass(frozen=True, slots=True)
class Served:
    """What one model server can do.

    Attributes:
        slots: requests at once.
        seconds: what one request takes.
    """

    slots: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Site:
    """The processes of one site, each in its pod's folder.

    Attributes:
        layout: names and addresses.
        folder: holds a folder for each pod.
        files: of the site's ConfigMaps.
        programs: what runs.
        origin_token: what the gateway takes as the sign of CloudFront.
    """

    layout: SiteLayout
    folder: Path
    files: SiteFiles
    programs: Programs
    origin_token: str

    @property
    def trust(self) -> Trust:
        """The site's keys and tokens."""
        return Trust(self.folder / "trust", self.programs.path("consul"), self.layout.name)

    @property
    def address(self) -> tuple[str, int]:
        """Where the gateway answers."""
        return self.layout.gateway.address, GATEWAY_PORT

    @property
    def peers(self) -> Path:
        """The list of model servers, as consul-template writes it."""
        return self.root(self.layout.gateway) / "var/run/gateway/peers.json"

    def root(self, pod: Pod) -> Path:
        """What stands for `/` of a pod."""
        return self.folder / pod.name

    def daemon(self, pod: Pod, program: str) -> Daemon:
        """A program of a pod."""
        return Daemon(program, self.root(pod))

    def prepare(self, backup: str, authorities: Path) -> None:
        """Make the secrets, and write every file in its pod's folder."""
        self.trust.make()
        for pod in self.layout.servers:
            self._write_consul(pod, "server")
        for pod in self.layout.scaled_out:
            self._write_consul(pod, "agent")
        pod = self.layout.gateway
        self._write_consul(pod, "gateway")
        root = self.root(pod)
        files = with_backup(self.files.gateway, backup, authorities)
        write_local(files, root / "etc/gateway", root, self.layout, pod.address)
        for name in ("var/run/gateway", "var/cache/gateway", "origin"):
            (root / name).mkdir(parents=True)
        (root / "origin/token").write_text(self.origin_token)

    def start_servers(self) -> None:
        """Start Consul's servers and let the site's tokens in.

        Raises:
            SandboxError: they found no leader.
        """
        for pod in self.layout.servers:
            self.start_consul(pod, "server")
        first = self.layout.servers[0]
        if not wait_until(lambda: self.trust.admit(first.address, self.files.consul), READY_SECONDS):
            raise SandboxError(
                f"Consul's servers of site {self.layout.name} found no leader in {READY_SECONDS:.0f} s: "
                f"{self.daemon(first, 'consul').tail(1)}"
            )

    def start_consul(self, pod: Pod, *names: str) -> None:
        """Start the server, or the agent, of a pod with the files that its command names."""
        config = self.root(pod) / "consul"
        files = [config / "config" / f"{name}.json" for name in names]
        files += [config / "gossip/gossip.json", config / "token/token.json"]
        command = [str(self.programs.path("consul")), "agent", f"-node={pod.name}", f"-bind={pod.address}"]
        self.daemon(pod, "consul").start(
            [*command, *(f"-config-file={path}" for path in files)], self._agent_variables(pod)
        )

    def start_model(self, pod: Pod, served: Served) -> None:
        """Start a model server, and the agent beside it unless it runs."""
        command = [sys.executable, "-m", "sandbox.access.model", f"--name={pod.name}", f"--address={pod.address}"]
        self.daemon(pod, "model").start([*command, f"--slots={served.slots}", f"--seconds={served.seconds}"])
        if self.daemon(pod, "consul").pid() is None:
            self.start_consul(pod, "agent", SERVICE)

    def start_gateway(self) -> None:
        """Start Nginx, the agent and consul-template of the gateway's pod."""
        pod = self.layout.gateway
        self.start_consul(pod, "agent", GATEWAY)
        self.start_template()
        config = self.root(pod) / "etc/gateway/nginx.conf"
        self.daemon(pod, "nginx").start([str(self.programs.path("nginx")), "-c", str(config)])

    def start_template(self) -> None:
        """Start consul-template; in the cluster Kubernetes does, whenever it has ended."""
        pod = self.layout.gateway
        config = self.root(pod) / "etc/gateway/consul-template.hcl"
        self.daemon(pod, "consul-template").start([str(self.programs.path("consul-template")), f"-config={config}"])

    def end_model(self, pod: Pod) -> None:
        """End a model server in order: its agent leaves first."""
        self.daemon(pod, "consul").stop()
        self.daemon(pod, "model").stop()

    def kill(self, pod: Pod, *programs: str) -> None:
        """End programs of a pod at once, with their own children, as the end of its node would."""
        for program in programs:
            daemon = self.daemon(pod, program)
            pid = daemon.pid()
            if pid is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)  # a daemon leads a group of its own
                wait_until(lambda daemon=daemon: daemon.pid() is None, STOP_SECONDS)

    def passing(self) -> int:
        """Model servers that Consul says are well, by the gateway's own agent; 0 while it does not answer."""
        url = f"http://{self.layout.gateway.address}:8500/v1/health/service/{SERVICE}?passing"
        token = {"X-Consul-Token": self.trust.token("gateway")}
        try:
            answer = urllib3.request("GET", url, headers=token, timeout=ANSWER_SECONDS, retries=False)
            return len(answer.json()) if answer.status == HTTPStatus.OK else 0
        except (urllib3.exceptions.HTTPError, json.JSONDecodeError):
            return 0

    def maintain(self, pod: Pod, *, ending: bool) -> None:
        """Tell Consul that a model server is ending, as its pod's hook does, or take that back.

        Raises:
            SandboxError: the agent refuses.
        """
        words = ["maint", f"-service={SERVICE}", *(["-enable", "-reason=ending"] if ending else ["-disable"])]
        command = [str(self.programs.path("consul")), *words]
        ran = subprocess.run(command, env=self._agent_variables(pod), capture_output=True, text=True, check=False)
        if ran.returncode:
            raise SandboxError(f"`consul maint` failed in pod {pod.name}: {ran.stderr.strip()}")

    def renew_certificate(self) -> None:
        """Give the gateway a new certificate, as the renewing job does; consul-template sees it and reloads Nginx."""
        self.trust.renew_gateway()
        self.trust.give_certificate(self.root(self.layout.gateway) / "tls")

    def reload(self) -> None:
        """Tell Nginx to reload."""
        pid = self.daemon(self.layout.gateway, "nginx").pid()
        if pid is not None:
            os.kill(pid, signal.SIGHUP)

    def stop(self) -> None:
        """End everything of the site."""
        gateway = self.layout.gateway
        for pod in (gateway, *self.layout.scaled_out, *self.layout.servers):
            self.kill(pod, "consul")  # that an agent leaves in order takes seconds, and nobody is left to hear it
        self.kill(gateway, "consul-template")
        self.daemon(gateway, "nginx").stop()
        for pod in self.layout.scaled_out:
            self.kill(pod, "model")

    def _write_consul(self, pod: Pod, holder: str) -> None:
        root = self.root(pod)
        write_local(self.files.consul, root / "consul/config", root, self.layout, pod.address)
        (root / "consul/data").mkdir(parents=True)
        self.trust.give(root, holder)

    def _agent_variables(self, pod: Pod) -> dict[str, str]:
        token = self.root(pod) / "consul/token/token"
        return {**os.environ, "CONSUL_HTTP_TOKEN_FILE": str(token), "CONSUL_HTTP_ADDR": f"{pod.address}:8500"}
