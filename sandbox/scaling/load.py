"""Load in shares of the target: spread over the replicas that are ready, for metrics-server and for Prometheus."""

import contextlib
import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import urlsplit

from sandbox.controlplane.client import ApiClient, ApiError
from sandbox.scaling.discovery import Discovery
from sandbox.scaling.workload import Signal, Workload

SECONDS = 1.0
"""Between two looks at which replicas are ready."""

PER_REPLICA: Mapping[str, float] = {"vllm:num_requests_waiting": 1, "vllm:kv_cache_usage_perc": 0.01}
"""Metrics of each model server, and what the signal's unit is in theirs."""


@dataclass(slots=True)
class Load:
    """The load on one workload.

    Attributes:
        workload: that carries it.
        base: replicas that a share of 1 keeps at their targets.
        shares: of the target, by signal.
        addresses: of the replicas that were ready at the last look.
    """

    workload: Workload
    base: int
    shares: dict[str, float] = field(default_factory=dict[str, float])
    addresses: frozenset[str] = frozenset()
    _ended: threading.Event = field(default_factory=threading.Event)

    def all(self, share: float) -> None:
        """Load by every signal alike."""
        self.shares = {signal.name: share for signal in self.workload.signals}

    def total(self, signal: Signal) -> float:
        """The load of all replicas together, in the signal's unit."""
        return self.shares.get(signal.name, 0) * signal.target * self.base

    def spread(self) -> None:
        """Look at the replicas, and let each use its part of the CPU."""
        pods = self.workload.pods()
        self.addresses = frozenset(pod["status"]["podIP"] for pod in pods)
        for signal in self.workload.signals:
            if not signal.query:
                for pod in pods:
                    self.workload.use(pod, signal, self.total(signal) / len(pods))

    def exposition(self, host: str) -> str:
        """What a target answers to a scrape: a replica its own part, everything else the whole queue."""
        lines: list[str] = []
        for signal in self.workload.signals:
            factor = PER_REPLICA.get(signal.metric)
            if factor is None and signal.query:
                lines.append(f"{_labelled(signal)} {self.total(signal):.3f}")
            elif factor is not None and host in self.addresses:
                lines.append(f"{signal.metric} {self.total(signal) * factor / len(self.addresses):.5f}")
        return "".join(f"{line}\n" for line in lines)

    def run(self) -> None:
        """Spread it again and again, until `end` is called."""
        while not self._ended.wait(SECONDS):
            with contextlib.suppress(ApiError):  # a replica may end at this moment; asked again in a second
                self.spread()

    def end(self) -> None:
        """Spread it no longer, and let the replicas rest."""
        self._ended.set()
        for pod in self.workload.pods():
            self.workload.rest(pod)


def _labelled(signal: Signal) -> str:
    """The metric with the labels that its query asks for; of several values that it takes, the first."""
    asked = re.search(r"\{([^}]*)\}", signal.query)
    labels = re.findall(r'(\w+)=~?"([^"|]*)', asked[1]) if asked else []
    words = ",".join(f'{name}="{value}"' for name, value in labels if name != "job")
    return f"{signal.metric}{{{words}}}"


class Targets:
    """All targets that Prometheus scrapes, behind one HTTP proxy: no pod of the sandbox listens."""

    def __init__(self, load: Load) -> None:
        self._discoveries: list[tuple[Discovery, ApiClient]] = []
        discoveries = self._discoveries

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                url = urlsplit(self.path)
                if url.hostname:
                    return self._answer(load.exposition(url.hostname), "text/plain; version=0.0.4")
                discovery, client = discoveries[int(url.path.removeprefix("/"))]
                return self._answer(json.dumps(discovery.targets(client)), "application/json")

            def _answer(self, text: str, kind: str) -> None:
                body = text.encode()
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name is the base class's
                del format, args

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """Where the proxy listens."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def discovered(self, discovery: Discovery, client: ApiClient) -> str:
        """URL that answers what a client discovers now."""
        self._discoveries.append((discovery, client))
        return f"{self.url}/{len(self._discoveries) - 1}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
