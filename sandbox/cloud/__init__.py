"""The server process of the sandbox's AWS: moto with a memory, and the clusters' token authenticator.

moto verifies no SigV4 signature: it takes region, account and session from the access key that a request names and
believes it. Who can reach the port can be anyone, which is why it is bound to 127.0.0.1 alone. What the sandbox proves
of identities is what comes after: which role a session is of, and what the clusters grant it.
"""

import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.paths import HOME_VARIABLE, Paths
from sandbox.process import Daemon, free_port, require_free_port, wait_until

OPERATION = "X-Sandbox-Operation"
"""Header that marks the requests of one creation."""

START_SECONDS = 120.0
"""Replay of a long journal included: moto answers some 50 requests a second."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the server answers.

    Attributes:
        moto: base URL of every AWS API.
        authenticator: base URL of the token webhook; a cluster's own is `<base>/<region>/<cluster>`.
    """

    moto: str
    authenticator: str

    @property
    def ports(self) -> tuple[int, int]:
        """The ports of both listeners."""
        return _port(self.moto), _port(self.authenticator)


def start(paths: Paths) -> Endpoints:
    """Start the server where it does not run, on the ports that it had before, and wait until it answers.

    Raises:
        SandboxError: one of its ports is taken, or it did not come up.
    """
    endpoints = _kept(paths) or _chosen(paths)
    daemon = _daemon(paths)
    if daemon.pid() is None:
        for port in endpoints.ports:
            require_free_port(port, "the sandbox's AWS")
        _ready(paths).unlink(missing_ok=True)
        daemon.start([sys.executable, "-m", "sandbox.cloud"], _environment(paths))
    if not wait_until(lambda: _ready(paths).exists() or daemon.pid() is None, START_SECONDS) or daemon.pid() is None:
        raise SandboxError(f"the sandbox's AWS did not come up; its log {daemon.log} ends with: {daemon.tail()}")
    return endpoints


def stop(paths: Paths) -> bool:
    """End the server; answers whether it was running."""
    return _daemon(paths).stop()


def is_running(paths: Paths) -> bool:
    """Whether the server runs."""
    return _daemon(paths).pid() is not None


def endpoints_of(paths: Paths) -> Endpoints:
    """Where the server of a sandbox answers, or would.

    Raises:
        SandboxError: it was never started.
    """
    kept = _kept(paths)
    if kept is None:
        raise SandboxError("the sandbox's AWS was never started here; run `make up`")
    return kept


def mark_ready(paths: Paths) -> None:
    """Say, from inside the server, that it answers."""
    _ready(paths).touch()


def _daemon(paths: Paths) -> Daemon:
    return Daemon("cloud", paths.cloud)


def _ready(paths: Paths) -> Path:
    return paths.cloud / "ready"


def _kept(paths: Paths) -> Endpoints | None:
    file = paths.cloud / "endpoint.json"
    return Endpoints(**json.loads(file.read_text())) if file.is_file() else None


def _chosen(paths: Paths) -> Endpoints:
    moto, authenticator = free_port(), free_port()
    chosen = Endpoints(f"http://127.0.0.1:{moto}", f"http://127.0.0.1:{authenticator}/authenticate")
    paths.cloud.mkdir(parents=True, exist_ok=True)
    (paths.cloud / "endpoint.json").write_text(json.dumps(asdict(chosen)))
    return chosen


def _port(url: str) -> int:
    return int(url.split("/")[2].rsplit(":", 1)[1])


def _environment(paths: Paths) -> dict[str, str]:
    checkout = str(Path(__file__).parents[2])
    return os.environ | {
        HOME_VARIABLE: str(paths.home),
        "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
        "MOTO_ACM_VALIDATION_WAIT": "1",  # seconds; 60 by itself
        "PYTHONPATH": checkout,
        "PYTHONHASHSEED": "0",  # a replay walks sets in the order of the first run
    }
