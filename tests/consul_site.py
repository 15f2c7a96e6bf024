"""Consul of one site on loopback, set up by the bootstrap script against a real API server."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import consul_pods
import engine
import urllib3
from consul_pods import Object, Place, Sources

from components.access.discovery import config
from sandbox.controlplane import ControlPlane
from sandbox.controlplane.client import ApiClient
from sandbox.process import Daemon

PATIENCE = 60.0
MANAGEMENT = "consul-bootstrap-token"
_PLURALS = {"NetworkPolicy": "networkpolicies", "StorageClass": "storageclasses", "PriorityClass": "priorityclasses"}
_EVERYWHERE = ("Namespace", "PriorityClass", "StorageClass")


def path_of(item: Object) -> str:
    """Where an object is at the API server."""
    version, kind, metadata = item["apiVersion"], item["kind"], item["metadata"]
    base = "/api/v1" if version == "v1" else f"/apis/{version}"
    place = "" if kind in _EVERYWHERE else f"/namespaces/{metadata['namespace']}"
    return f"{base}{place}/{_PLURALS.get(kind, kind.lower() + 's')}/{metadata['name']}"


def apply(client: ApiClient, item: Object) -> None:
    client.apply(path_of(item), item, {"fieldManager": "test", "force": "true"})


def secret_of(client: ApiClient, name: str, namespace: str = "business") -> Object:
    return client.get(f"/api/v1/namespaces/{namespace}/secrets/{name}")


@dataclass(frozen=True)
class Cluster:
    """A namespace of a real API server with all objects of `Discovery`."""

    plane: ControlPlane
    made: engine.Engine
    root: Path
    programs: Path

    def client(self) -> ApiClient:
        return self.plane.admin()

    def sources(self) -> Sources:
        secrets = {name: consul_pods.decoded(secret_of(self.client(), name)) for name in config.SECRETS}
        return Sources(consul_pods.maps_of(self.made), secrets)

    def token(self, namespace: str) -> str:
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/consul-bootstrap/token"
        return self.client().request("POST", path, {"spec": {"expirationSeconds": 3600}})["status"]["token"]

    def start(self, phase: str, run: str, **given: str) -> subprocess.Popen[str]:
        """Start the bootstrap of a phase as its Job's pod would."""
        pod = consul_pods.pod_of(self.made, "Job", "discovery-bootstrap-secrets")
        (container,) = pod["containers"]
        place = Place(self.root / run, {})
        place.mount(pod, container, Sources(consul_pods.maps_of(self.made), {}))
        account = Path(f"{place.root}/var/run/secrets/kubernetes.io/serviceaccount")
        (account / "token").write_text(self.token(given.get("NAMESPACE", "business")))
        (account / "ca.crt").write_bytes(self.plane.folder.cluster_authority.pair.certificate.read_bytes())
        host, _, port = self.plane.endpoint.removeprefix("https://").partition(":")
        named = {name: place.here(value) for name, value in consul_pods.named(container).items()}
        kubernetes = {"KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": port, "RUN": run}
        path = f"{given.get('PATH', self.programs)}{os.pathsep}{self.programs}{os.pathsep}{os.environ['PATH']}"
        environment = {**named, **kubernetes, "CURL_HOME": str(self.root), **given, "PATH": path}
        words = [*map(place.here, container["command"][:-1]), phase]
        pipe = subprocess.PIPE
        return subprocess.Popen(words, env=environment, text=True, stdout=pipe, stderr=subprocess.STDOUT)

    def run(self, phase: str, run: str, **given: str) -> str:
        """Run it to its good end, and return its log."""
        process = self.start(phase, run, **given)
        log, _ = process.communicate(timeout=PATIENCE * 3)
        assert process.returncode == 0, log
        return log


@dataclass
class Site:
    """Consul on loopback addresses of its own, on the ports that the program names."""

    cluster: Cluster
    network: str
    servers: list[Daemon] = field(default_factory=list[Daemon])
    others: list[Daemon] = field(default_factory=list[Daemon])

    def address(self, number: int) -> str:
        return f"{self.network}.{number}"

    def place(self, name: str, number: int, more: Mapping[str, str] | None = None) -> Place:
        names = {f"consul-{i}.consul.business.svc": self.address(i + 1) for i in range(config.SERVERS)}
        own = self.address(number)
        here = {
            '"client_addr": "0.0.0.0"': f'"client_addr": "{own}"',
            '"client_addr": "127.0.0.1"': f'"client_addr": "{own}"',
        }
        agents = {"127.0.0.1:8500": f"{own}:8500", "https://127.0.0.1:8501": f"https://{own}:8501"}
        return Place(self.cluster.root / name, {**names, **here, **agents, **(more or {})})

    def start_server(self, number: int) -> Daemon:
        pod = consul_pods.pod_of(self.cluster.made, "StatefulSet", "discovery")
        return self._start(pod, "consul", self.place(f"consul-{number}", number + 1), number + 1)

    def start_agent(self, service: str, number: int, more: Mapping[str, str]) -> Daemon:
        pod = consul_pods.pod_of(self.cluster.made, "Deployment", service)
        place = self.place(f"{service}-{number}", number, more)
        found = self._start(pod, "consul", place, number)
        self.others.append(found)
        return found

    def _start(self, pod: Object, container: str, place: Place, number: int) -> Daemon:
        found = consul_pods.container_of(pod, container)
        place.mount(pod, found, self.cluster.sources())
        variables = {"POD_NAME": place.root.name, "POD_IP": self.address(number)}
        return place.daemon(found, variables, self.cluster.programs)

    def environment(self, number: int) -> dict[str, str]:
        """What lets the consul command ask a server, as an operator in its pod."""
        pod = consul_pods.pod_of(self.cluster.made, "StatefulSet", "discovery")
        place = self.place(f"consul-{number}", number + 1)
        named = consul_pods.named(consul_pods.container_of(pod, "consul"))
        return {**os.environ, **{name: place.here(value) for name, value in named.items()}}

    def consul(self, *words: str, secret: str = MANAGEMENT, number: int = 0) -> str:
        token = {"CONSUL_HTTP_TOKEN": self.cluster.sources().secrets[secret]["token"]} if secret else {}
        command = [str(self.cluster.programs / "consul"), *words]
        environment = {**self.environment(number), **token}
        found = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        return found.stdout + found.stderr

    def ask(self, number: int, path: str, secret: str = "", **more: Any) -> tuple[int, Any]:
        """Ask an agent over HTTP."""
        token = {"X-Consul-Token": self.cluster.sources().secrets[secret]["token"]} if secret else {}
        answer = urllib3.request(
            more.pop("method", "GET"), f"http://{self.address(number)}:8500/v1/{path}", headers=token, **more
        )
        return answer.status, answer.json() if answer.headers.get("Content-Type") == "application/json" else answer.data

    def stop(self) -> None:
        for each in (*self.others, *self.servers):
            each.kill()
