"""The real Nginx with the files of the gateway's ConfigMap, on loopback; only paths and addresses are replaced."""

import contextlib
import http.client
import json
import os
import socket
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import yaml
from engine import ROOT
from model_server import ModelServer

from components import ports
from components.access.gateway import config
from components.traffic import Gateway as Settings

TOKEN = "token-of-the-entry"
HEADERS = {"x-origin-verify": TOKEN, "authorization": "Bearer key-of-one"}
PROMPT = b'{"model": "m", "messages": []}'
CHAT = "/v1/chat/completions"
_FOLDERS = {
    config.FILES: "etc",
    config.RUN: "run",
    config.CACHE: "cache",
    config.TLS: "tls",
    config.ORIGIN: "origin",
    config.REDIS: "redis",
}
_PATIENCE_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; header names in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes


def eventually(holds: Callable[[], object]) -> None:
    """Wait until it holds."""
    end = time.monotonic() + _PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.02)


def settings(**changes: object) -> Settings:
    """The settings of prod with limits that do not disturb a test and a cache of its own, and its changes."""
    known: dict[str, Any] = yaml.safe_load((ROOT / "Pulumi.prod.yaml").read_text())
    gateway: dict[str, Any] = known["config"]["inference-platform:platform"]["access"]["gateway"]
    own = {name: value for name, value in gateway["cache"].items() if name != "shared"}
    plenty = {"requests_per_second": 100000, "burst": 100000}
    return Settings.model_validate({**gateway, "cpu": 1, "client": plenty, "tenant": plenty, "cache": own, **changes})


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass(eq=False)
class Gateway:
    """One gateway.

    Attributes:
        program: Nginx with Lua.
        folder: of its own.
        tls: folder with a certificate for localhost and of what signed it.
        settings: its part of the stack's settings.
        concurrency: requests that a model server answers at the same time.
        backup: host and port of another gateway.
        port: for TLS.
        metrics_port: for metrics.
        prompts_port: for the job that asks ahead of clients.
        shared_port: where it asks itself for what others may have.
        revision: of the model.
    """

    program: Path
    folder: Path
    tls: Path
    settings: Settings = field(default_factory=settings)
    concurrency: int = 1000
    backup: str = ""
    port: int = field(default_factory=free_port)
    metrics_port: int = field(default_factory=free_port)
    prompts_port: int = field(default_factory=free_port)
    shared_port: int = field(default_factory=free_port)
    revision: str = "model@1"
    process: subprocess.Popen[bytes] | None = None

    def render(self) -> None:
        """Write its files."""
        for name in _FOLDERS.values():
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        for name in ("tls.crt", "tls.key"):
            (self.folder / "tls" / name).write_bytes((self.tls / name).read_bytes())
        (self.folder / "origin/token").write_text(f"{TOKEN}\n")
        parameters = config.Parameters(
            site="a",
            gateway=self.settings,
            concurrency=self.concurrency,
            longest_stream_seconds=60,
            passing_weight=10,
            resolver="127.0.0.1",
            revision=self.revision,
            backup=self.backup,
        )
        for name, text in config.files(parameters).items():
            (self.folder / "etc" / name).write_text(self._local(text))

    def _local(self, text: str) -> str:
        for theirs, ours in _FOLDERS.items():
            text = text.replace(theirs + "/", f"{self.folder / ours}/").replace(theirs + '"', f'{self.folder / ours}"')
        text = text.replace(f"listen {ports.GATEWAY_PORT}", f"listen 127.0.0.1:{self.port}")
        text = text.replace(f"listen {ports.GATEWAY_METRICS_PORT}", f"listen 127.0.0.1:{self.metrics_port}")
        text = text.replace(f"listen {ports.GATEWAY_PROMPTS_PORT}", f"listen 127.0.0.1:{self.prompts_port}")
        text = text.replace(f"127.0.0.1:{config.SHARED_PORT}", f"127.0.0.1:{self.shared_port}")
        text = text.replace(
            f"lua_ssl_trusted_certificate {config.AUTHORITIES}", f"lua_ssl_trusted_certificate {self.tls}/ca.crt"
        )
        return text.replace("/dev/stdout", str(self.folder / "access.log")).replace("flush=1s", "flush=1ms")

    def shares(self, address: str, password: str) -> None:
        """Tell it the Redis of its region."""
        (self.folder / "redis/address").write_text(address)
        (self.folder / "redis/password").write_text(password)

    def peers(
        self,
        servers: Sequence[ModelServer],
        *,
        weights: Mapping[ModelServer, int] | None = None,
        gateways: int = 1,
        grpc_ports: Mapping[ModelServer, int] | None = None,
    ) -> None:
        """Write the list that consul-template writes."""
        peers = [
            {
                "id": _name(server),
                "address": "127.0.0.1",
                "port": server.port,
                "grpc_port": (grpc_ports or {}).get(server, server.port),
                "weight": (weights or {}).get(server, 10),
            }
            for server in servers
        ]
        self.write_peers(json.dumps({"peers": peers, "gateways": gateways}))

    def write_peers(self, text: str) -> None:
        """Replace the list as consul-template does: whole or not at all."""
        new = self.folder / "run/peers.new"
        new.write_text(text)
        new.replace(self.folder / "run/peers.json")

    def command(self, *more: str) -> list[str]:
        """Return the words that run Nginx on its files."""
        return [str(self.program), "-p", str(self.folder), "-c", str(self.folder / "etc/nginx.conf"), *more]

    def environment(self) -> dict[str, str]:
        """Nginx started by root would give its workers to a user that may not write here."""
        return {**os.environ, "NGINX_DIRECTIVES": "user root;" if os.geteuid() == 0 else ""}

    def __enter__(self) -> Self:
        with (self.folder / "error.log").open("ab") as log:
            self.process = subprocess.Popen(self.command(), env=self.environment(), stderr=log)
        eventually(self._answers)
        return self

    def __exit__(self, *_: object) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait()

    def _answers(self) -> bool:
        assert self.process
        assert self.process.poll() is None, (self.folder / "error.log").read_text()
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.ask("GET", "/healthz", b"").status == 200
        return False

    def signal(self, number: int) -> None:
        """Send the master a signal."""
        assert self.process
        self.process.send_signal(number)

    @property
    def errors(self) -> str:
        """What it wrote to standard error."""
        return (self.folder / "error.log").read_text()

    @property
    def log(self) -> list[dict[str, Any]]:
        """Its access log."""
        return [json.loads(line) for line in (self.folder / "access.log").read_text().splitlines()]

    @contextlib.contextmanager
    def connection(self) -> Generator[http.client.HTTPSConnection]:
        """A connection that stays open."""
        trust = ssl.create_default_context(cafile=str(self.tls / "ca.crt"))
        with contextlib.closing(http.client.HTTPSConnection("localhost", self.port, context=trust)) as opened:
            yield opened

    def ask(self, method: str, path: str, body: bytes, headers: Mapping[str, str] = HEADERS) -> Answer:
        """Send one request on a connection of its own."""
        with self.connection() as opened:
            opened.request(method, path, body, dict(headers))
            got = opened.getresponse()
            return Answer(got.status, {name.lower(): value for name, value in got.headers.items()}, got.read())

    def post(self, body: bytes = PROMPT, path: str = CHAT, **headers: str) -> Answer:
        """Send one prompt; `x_priority="low"` is the header x-priority."""
        own = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("POST", path, body, {**HEADERS, **own})

    def metrics(self) -> dict[str, float]:
        """Its metrics, by name and labels."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=30) as got:
            lines = got.read().decode().splitlines()
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[0] != "#")}

    def connections(self) -> int:
        """Connections that are open to it, or by it to itself."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/stub_status", timeout=30) as got:
            return int(got.readline().split()[-1])

    def of(self, metric: str, server: ModelServer) -> float:
        """A metric of one model server."""
        label = f'{{upstream="{_name(server)}",address="127.0.0.1:{server.port}"}}'
        return self.metrics()[f"gateway_upstream_{metric}{label}"]


def _name(server: ModelServer) -> str:
    return f"server-{server.port}"
