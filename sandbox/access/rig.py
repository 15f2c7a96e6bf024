"""All sites of a run: started together, ended together, and what scenarios do to them."""

import asyncio
import json
import secrets
import ssl
import time
from collections.abc import AsyncGenerator, Callable, Generator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.access import wire
from sandbox.access.client import Client, Request
from sandbox.access.files import SiteFiles
from sandbox.access.layout import MODELS, MOST_MODELS, Pod, layouts
from sandbox.access.load import OK, Load, Source
from sandbox.access.model.behaviour import Mode
from sandbox.access.site import READY_SECONDS, Programs, Served, Site
from sandbox.errors import SandboxError
from sandbox.progress import Progress

CONTROL_PORT = 8002
POLL_SECONDS = 0.1
HOST = "gateway"
CPU_SHARE = 0.05
"""What one request takes of a model server unless a scenario says otherwise, s."""


@dataclass(frozen=True, slots=True)
class Rig:
    """The sites of a run.

    Attributes:
        sites: by name.
        served: what each model server can do.
        progress: told what is done.
    """

    sites: Mapping[str, Site]
    served: Served
    progress: Progress

    @property
    def source(self) -> Source:
        """Makes requests that the gateways take."""
        return Source(next(iter(self.sites.values())).origin_token)

    def load(self) -> Load:
        """A load with a client for each site."""
        return Load({name: self.client(name) for name in self.sites})

    def client(self, name: str) -> Client:
        """A client of one site's gateway."""
        site = self.sites[name]
        return Client(site.address, HOST, ssl.create_default_context(cafile=str(site.trust.authority)))

    def setting(self, *path: str) -> Any:
        """A number of the gateway's settings, as the ConfigMap has it."""
        found: Any = json.loads(next(iter(self.sites.values())).files.gateway["settings.json"])
        for name in path:
            found = found[name]
        return found

    async def set_models(self, *, mode: Mode = "well", seconds: float | None = None) -> None:
        """Set every model server that runs."""
        for site in self.sites.values():
            for pod in site.layout.scaled_out:
                if site.daemon(pod, "model").pid() is not None:
                    await control(pod, {"mode": mode, "seconds": self.served.seconds if seconds is None else seconds})

    async def settled(self) -> None:
        """Bring back whatever a scenario ended, and wait until every gateway has all its model servers.

        Raises:
            SandboxError: that took too long.
        """
        for site in self.sites.values():
            _revive(site, self.served)
        await self.until(
            lambda: all(map(_is_whole, self.sites.values())), "Consul has every model server of every site"
        )
        await self.set_models()
        for name in self.sites:
            await self._answers(name)

    @asynccontextmanager
    async def scaled_out(self, sites: Sequence[Site]) -> AsyncGenerator[None]:
        """More model servers for the time of the block: in the cluster the autoscaler starts them."""
        more = [(site, pod) for site in sites for pod in site.layout.scaled_out[MODELS:]]
        for site, pod in more:
            site.start_model(pod, self.served)
        await self.until(lambda: all(len(peers(site)) == MOST_MODELS for site in sites), "the sites are scaled out")
        try:
            yield
        finally:
            for site, pod in more:
                site.end_model(pod)

    async def until(self, condition: Callable[[], bool], what: str, seconds: float = READY_SECONDS) -> float:
        """Wait for a condition.

        Returns:
            How long that took, s.

        Raises:
            SandboxError: it did not come in time.
        """
        started = time.monotonic()
        while not condition():
            if time.monotonic() - started > seconds:
                raise SandboxError(f"waited {seconds:.0f} s in vain until {what}; logs lie in .sandbox/access")
            await asyncio.sleep(POLL_SECONDS)
        return time.monotonic() - started

    async def _answers(self, name: str) -> None:
        client, started = self.client(name), time.monotonic()
        while True:
            answer = await client.send(Request("/ready", {}), patience=2)
            if answer.status == OK:
                client.close()
                return
            if time.monotonic() - started > READY_SECONDS:
                told = answer.error or f"status {answer.status}: {answer.body.decode(errors='replace').strip()}"
                log = self.sites[name].daemon(self.sites[name].layout.gateway, "nginx").tail(2)
                raise SandboxError(f"the gateway of site {name} is not ready: {told}; {log}")
            await asyncio.sleep(POLL_SECONDS)


@contextmanager
def running(folder: Path, files: Mapping[str, SiteFiles], programs: Programs, progress: Progress) -> Generator[Rig]:
    """Start every site, and end every process afterwards.

    Args:
        folder: taken for the run; made anew.
        files: of each site's ConfigMaps.
        programs: what is run.
        progress: told what is done.
    """
    token = secrets.token_hex(16)
    sites = {
        layout.name: Site(layout, folder / layout.name, files[layout.name], programs, token)
        for layout in layouts(list(files))
    }
    concurrency = json.loads(next(iter(files.values())).gateway["settings.json"])["concurrency"]
    rig = Rig(sites, Served(concurrency, CPU_SHARE), progress)
    try:
        with progress.step("start the sites", "Consul, consul-template, Nginx and model servers of each"):
            _start(rig, folder)
        yield rig
    finally:
        with progress.step("end the sites"):
            for site in sites.values():
                site.stop()


def peers(site: Site) -> list[dict[str, Any]]:
    """The model servers that the site's gateway is told of."""
    try:
        return json.loads(site.peers.read_text())["peers"]
    except (FileNotFoundError, json.JSONDecodeError):
        return []


async def control(pod: Pod, wanted: dict[str, Any]) -> dict[str, Any]:
    """Change a model server's behaviour; its answer says what it served."""
    reader, writer = await _control_of(pod)
    writer.write(wire.message("POST / HTTP/1.1", {"host": pod.name}, json.dumps(wanted).encode()))
    answer = json.loads(await wire.read_body(reader, await wire.read_head(reader)))
    writer.close()
    return answer


async def _control_of(pod: Pod) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to a model server, which may have been started just now."""
    started = time.monotonic()
    while True:
        try:
            return await asyncio.open_connection(pod.address, CONTROL_PORT)
        except ConnectionRefusedError:
            if time.monotonic() - started > READY_SECONDS:
                raise SandboxError(f"model server {pod.name} does not start; see its model.log") from None
        await asyncio.sleep(POLL_SECONDS)


def _start(rig: Rig, folder: Path) -> None:
    authorities = folder / "authorities.crt"
    names = list(rig.sites)
    for index, site in enumerate(rig.sites.values()):
        host, port = rig.sites[names[index - 1]].address
        site.prepare(f"{host}:{port}" if len(names) > 1 else "", authorities)
    authorities.write_text("".join(site.trust.authority.read_text() for site in rig.sites.values()))
    for site in rig.sites.values():
        site.start_servers()
        for pod in site.layout.models:
            site.start_model(pod, rig.served)
        site.start_gateway()
    asyncio.run(rig.settled())


def _is_whole(site: Site) -> bool:
    wanted = len(site.layout.models)
    return len(peers(site)) == wanted == site.passing()


def _revive(site: Site, served: Served) -> None:
    for pod in site.layout.servers:
        if site.daemon(pod, "consul").pid() is None:
            site.start_consul(pod, "server")
    for pod in site.layout.models:
        if site.daemon(pod, "model").pid() is None:
            site.start_model(pod, served)
    gateway = site.layout.gateway
    if site.daemon(gateway, "nginx").pid() is None:
        for program in ("consul", "consul-template"):
            site.kill(gateway, program)
        site.start_gateway()
    elif site.daemon(gateway, "consul-template").pid() is None:
        site.start_template()
