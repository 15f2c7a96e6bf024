"""What the gateway costs: its throughput and latency beside a bare Nginx proxy to the same servers, in one run."""

import asyncio
import re
import statistics
import string
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox.access.layout import GATEWAY_PORT
from sandbox.access.rig import Rig
from sandbox.access.scenarios.scenario import Found, Scenario
from sandbox.access.site import Site
from sandbox.errors import SandboxError
from sandbox.process import Daemon
from sandbox.rehearsal.figures import Figure, at_least, at_most, share

ROUNDS = 5
ROUND_SECONDS = 6
EVENTS = 64
"""Events of a streamed answer, each sent by itself: a short answer of a chat."""

CONNECTIONS = 48
"""Fewer than the slots of the model servers: nothing is shed."""

HALF_CONNECTIONS = 24
BARE_PORT = 9443
REACHED_PERCENT = 90.0
ADDED_MS = 2.0
_RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
_P99 = re.compile(r"99%\s+([\d.]+)(us|ms|s)")
_BAD = re.compile(r"Non-2xx or 3xx responses: (\d+)|Socket errors: (.+)")
_TEMPLATES = Path(__file__).parent / "templates"
_MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True, slots=True)
class Kind:
    """What is asked for.

    Attributes:
        text: names it in the table.
        accept: what the request says that it takes.
        body: what else its JSON has.
    """

    text: str
    accept: str
    body: str


KINDS = (
    Kind(f"streams of {EVENTS} events", "text/event-stream", '"stream":true'),
    Kind("answers of 44 bytes", "application/json", '"temperature":1'),
)
"""What the platform is for, and what costs a gateway most beside a proxy: the least that can be asked."""


@dataclass(frozen=True, slots=True)
class Load:
    """How the load generator is run.

    Attributes:
        kind: of its requests.
        connections: that each send one request after the other.
        wait: between two requests of one, ms.
        seconds: how long.
    """

    kind: Kind
    connections: int
    wait: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Shot:
    """One run of the load generator.

    Attributes:
        rate: answers/s.
        p99: ms.
        bad: what it said of answers that were none.
    """

    rate: float
    p99: float
    bad: str


async def _run(rig: Rig, scale: float) -> Found:
    site, rounds = next(iter(rig.sites.values())), max(1, round(ROUNDS * scale))
    seconds = max(2, round(ROUND_SECONDS * scale))
    folder = site.folder / "bare"
    folder.mkdir(exist_ok=True)
    found: list[Figure] = []
    async with _proxied(rig, site, folder):
        for kind in KINDS:
            full = await _alternated(rig, folder, Load(kind, CONNECTIONS, 0, seconds), rounds)
            wait = _wait(statistics.median(shot.rate for shot in full["bare"]))
            half = await _alternated(rig, folder, Load(kind, HALF_CONNECTIONS, wait, seconds), rounds)
            found += [*_throughput(kind, full), *_latency(kind, half)]
    return Found(found)


def _wait(rate: float) -> int:
    """The wait between a connection's requests that makes half of a rate of requests/s, ms."""
    return round(2 * 1000 * HALF_CONNECTIONS / rate)


async def _alternated(rig: Rig, folder: Path, load: Load, rounds: int) -> dict[str, list[Shot]]:
    """Shoot at both in turn, so that what else the machine does meets both."""
    address = next(iter(rig.sites.values())).layout.gateway.address
    ports = {"gateway": GATEWAY_PORT, "bare": BARE_PORT}
    found: dict[str, list[Shot]] = {name: [] for name in ports}
    for _ in range(rounds):
        for name, port in ports.items():
            found[name].append(await _shot(rig, folder, f"https://{address}:{port}", load))
    return found


async def _shot(rig: Rig, folder: Path, url: str, load: Load) -> Shot:
    script = folder / "load.lua"
    site = next(iter(rig.sites.values()))
    kind = {"accept": load.kind.accept, "body": load.kind.body}
    script.write_text(_rendered("load.lua", wait=load.wait, token=site.origin_token, **kind))
    words = [f"-c{load.connections}", "-t1", f"-d{load.seconds}s", "--latency", "-s", str(script)]
    ran = await asyncio.create_subprocess_exec(
        str(site.programs.path("wrk")), *words, url, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    text = (await ran.communicate())[0].decode()
    rate, p99, bad = _RATE.search(text), _P99.search(text), _BAD.search(text)
    if rate is None or p99 is None:
        raise SandboxError(f"wrk gave no figures for {url}: {text.strip()[-200:]}")
    return Shot(float(rate[1]), float(p99[1]) * _MILLISECONDS[p99[2]], bad[0] if bad else "")


@asynccontextmanager
async def _proxied(rig: Rig, site: Site, folder: Path) -> AsyncGenerator[None]:
    """An Nginx in place of the site's model servers, so that they are no limit, and a bare proxy beside the gateway."""
    daemons = [Daemon(name, folder) for name in ("answering", "bare")]
    pods = site.layout.models
    for pod in pods:
        site.kill(pod, "model")
    listen = " ".join(f"listen {pod.address}:8000;" for pod in pods)
    (folder / "answering.conf").write_text(_rendered("answering.conf", folder=folder, listen=listen, events=EVENTS))
    values = {
        "idle": _number(site, "keepalive"),
        "idle_seconds": _number(site, "keepalive_timeout", within="upstream models"),
    }
    (folder / "bare.conf").write_text(
        _rendered(
            "bare.conf", folder=folder, address=site.address[0], port=BARE_PORT,
            tls=site.root(site.layout.gateway) / "tls", workers=_number(site, "worker_processes"),
            servers=" ".join(f"server {pod.address}:8000;" for pod in pods), **values,
        )
    )  # fmt: skip
    for daemon in daemons:
        daemon.start([str(site.programs.path("nginx")), "-c", str(folder / f"{daemon.name}.conf")])
    try:
        await asyncio.sleep(rig.setting("slow_start_seconds"))  # the gateway takes the new servers up
        if ended := [daemon for daemon in daemons if daemon.pid() is None]:
            raise SandboxError(f"Nginx ended as {ended[0].name}: {ended[0].tail(1)}")
        yield
    finally:
        for daemon in daemons:
            daemon.stop()


def _rendered(name: str, **values: object) -> str:
    return string.Template((_TEMPLATES / name).read_text()).substitute(values)


def _number(site: Site, directive: str, within: str = "") -> int:
    """A number of the gateway's nginx.conf."""
    text = site.files.gateway["nginx.conf"]
    match = re.search(rf"\b{directive} (\d+)", text[text.find(within) :])
    if match is None:
        raise SandboxError(
            f"nginx.conf of the ConfigMap `gateway` has no `{directive}`, which the bare proxy must share"
        )
    return int(match[1])


def _throughput(kind: Kind, full: dict[str, list[Shot]]) -> list[Figure]:
    medians = {name: statistics.median(shot.rate for shot in shots) for name, shots in full.items()}
    bad = " ".join({shot.bad for shots in full.values() for shot in shots if shot.bad})
    note = f"{medians['gateway']:,.0f} of {medians['bare']:,.0f}/s, median of {len(full['bare'])} rounds each"
    reached = share(medians["gateway"], medians["bare"])
    return [
        at_least(f"{kind.text}: throughput of a bare proxy", reached, REACHED_PERCENT, "%", note),
        at_most(f"{kind.text}: answers that were none", int(bool(bad)), 0, "kinds", bad),
    ]


def _latency(kind: Kind, half: dict[str, list[Shot]]) -> Sequence[Figure]:
    medians = {name: statistics.median(shot.p99 for shot in shots) for name, shots in half.items()}
    rates = {name: statistics.median(shot.rate for shot in shots) for name, shots in half.items()}
    each = {name: f"{medians[name]:.3g} ms at {rates[name]:,.0f}/s" for name in half}
    note = f"{each['gateway']} beside {each['bare']}"
    return [at_most(f"{kind.text}: added p99 at half load", medians["gateway"] - medians["bare"], ADDED_MS, "ms", note)]


SCENARIOS = (Scenario("throughput", "the gateway beside a bare Nginx proxy", _run),)
