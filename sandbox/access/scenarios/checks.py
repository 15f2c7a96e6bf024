"""Both programs say that their files are right."""

import os
import subprocess
from pathlib import Path

from sandbox.access.rig import Rig
from sandbox.access.scenarios.scenario import Found, Scenario
from sandbox.access.site import GATEWAY, SERVICE, Site
from sandbox.rehearsal.figures import Figure, at_most


async def _run(rig: Rig, scale: float) -> Found:
    del scale  # it starts a few commands
    return Found([figure for site in rig.sites.values() for figure in _of(site)])


def _of(site: Site) -> list[Figure]:
    gateway = site.root(site.layout.gateway) / "etc/gateway"
    nginx = [str(site.programs.path("nginx")), "-t", "-c", str(gateway / "nginx.conf")]
    consul = str(site.programs.path("consul"))
    found = {"nginx -t": _faults(nginx)}
    for name, folder, files in (
        ("server", site.root(site.layout.servers[0]), ["server"]),
        (SERVICE, site.root(site.layout.models[0]), ["agent", SERVICE]),
        (GATEWAY, site.root(site.layout.gateway), ["agent", GATEWAY]),
    ):
        paths = [str(folder / "consul/config" / f"{each}.json") for each in files]
        found[f"consul validate, {name}"] = _faults([consul, "validate", *paths])
    return [at_most(f"{name}, site {site.layout.name}", *fault) for name, fault in found.items()]


def _faults(command: list[str]) -> tuple[int, int, str, str]:
    ran = subprocess.run(command, env=dict(os.environ), capture_output=True, text=True, check=False)
    told = (ran.stderr or ran.stdout).strip().splitlines()
    return int(ran.returncode != 0), 0, "faults", told[-1] if ran.returncode and told else Path(command[0]).name


SCENARIOS = (Scenario("checks", "nginx -t and consul validate on every file", _run),)
