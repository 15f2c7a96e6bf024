"""Whole parts die under load: a site, Consul's servers, consul-template."""

import asyncio
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sandbox.access.client import Request
from sandbox.access.load import OK, Sample, Stream
from sandbox.access.rig import Rig, peers
from sandbox.access.scenarios.scenario import RATE, Found, Scenario, Timeline, between, even, failed_percent
from sandbox.access.site import Site
from sandbox.rehearsal.figures import Figure, at_least, at_most

BEFORE, AFTER = 10.0, 40.0
CHECK_SECONDS, CHECKS = 5.0, 2
"""The tightest health check of a Network Load Balancer's target group: every 5 s, two refusals
(https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-health-checks.html)."""

WINDOW_SECONDS = 10.0
RESTART_SECONDS = 1.0
"""How soon Kubernetes starts a container again that ended for the first time, about:
https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy"""


@dataclass(slots=True)
class Balancer:
    """What stands in front of the gateways: sends to those that its health check finds well, in turn.

    It plays the load balancers' target groups alone: Global Accelerator's own time comes on top.
    """

    rig: Rig
    refusals: dict[str, int] = field(default_factory=dict[str, int])
    _turn: Iterator[int] = field(default_factory=itertools.count)

    def site(self) -> str:
        """The gateway of the next request."""
        well = [name for name in self.rig.sites if self.refusals.get(name, 0) < CHECKS] or list(self.rig.sites)
        return well[next(self._turn) % len(well)]

    async def check(self) -> None:
        """Ask every gateway whether it is ready, until cancelled."""
        clients = {name: self.rig.client(name) for name in self.rig.sites}
        while True:
            for name, client in clients.items():
                answer = await client.send(Request("/ready", {}), patience=CHECK_SECONDS)
                self.refusals[name] = 0 if answer.status == OK else self.refusals.get(name, 0) + 1
                client.close()
            await asyncio.sleep(CHECK_SECONDS)


async def _site_models(rig: Rig, scale: float) -> Found:
    """All model servers and Consul of a site die; its gateway has to send everything to the other."""
    site = next(iter(rig.sites.values()))
    line = Timeline(rig.load())
    begin = BEFORE * scale

    async def act(line: Timeline) -> None:
        await line.at(begin)
        line.mark(f"all of site {site.layout.name} but its gateway killed")
        _kill_behind(site)

    await line.run(even(rig, begin + AFTER * scale), act)
    samples = between(line.load.samples, begin, begin + AFTER, site.layout.name)
    return Found(_outage(samples, begin, WINDOW_SECONDS * scale), line.load.samples, line.marks)


async def _site(rig: Rig, scale: float) -> Found:
    """Everything of a site dies at once; the balancer's health check finds out."""
    site = next(iter(rig.sites.values()))
    line, balancer = Timeline(rig.load()), Balancer(rig)
    begin = BEFORE * scale
    checking = asyncio.create_task(balancer.check())

    async def act(line: Timeline) -> None:
        await line.at(begin)
        line.mark(f"all of site {site.layout.name} killed")
        _kill_behind(site)
        site.kill(site.layout.gateway, "nginx", "consul-template", "consul")

    end = begin + AFTER * scale
    await line.run([Stream(balancer.site, RATE * len(rig.sites), rig.source.mixed, end)], act)
    checking.cancel()
    samples = between(line.load.samples, begin, end)
    note = f"with a load balancer's check every {CHECK_SECONDS:.0f} s; Global Accelerator is not played"
    return Found(_outage(samples, begin, CHECK_SECONDS * CHECKS + 1, note), line.load.samples, line.marks)


def _outage(samples: Sequence[Sample], begin: float, window: float, note: str = "") -> list[Figure]:
    """How long requests failed from `begin`, how many, and whether all were answered once `window` (s) was over."""
    failed = [each.at for each in samples if each.failed]
    late = [each for each in samples if each.at >= begin + window]
    figures = [
        at_most("from the kill to the last failed request", max(failed, default=begin) - begin, window, "s", note),
        Figure("requests failed", failed_percent(samples), "%", note=f"{len(failed)} of {len(samples)}"),
    ]
    if late:  # a shortened run may end before that
        figures.append(at_least("answered by the other site after that", 100 - failed_percent(late), 100, "%"))
    return figures


async def _consul(rig: Rig, scale: float) -> Found:
    line = Timeline(rig.load())
    begin = BEFORE * scale

    async def act(line: Timeline) -> None:
        await line.at(begin)
        line.mark("all servers of Consul killed, in every site")
        for site in rig.sites.values():
            for pod in site.layout.servers:
                site.kill(pod, "consul")

    await line.run(even(rig, begin + AFTER * scale), act)
    samples = between(line.load.samples, begin, begin + AFTER)
    kept = sum(len(peers(site)) for site in rig.sites.values())
    wanted = sum(len(site.layout.models) for site in rig.sites.values())
    figures = [
        at_most(
            "requests failed without Consul's servers", failed_percent(samples), 0, "%", f"{len(samples)} requests"
        ),
        at_least("model servers still in the gateways' lists", kept, wanted, "of " + str(wanted)),
    ]
    return Found(figures, line.load.samples, line.marks)


async def _template(rig: Rig, scale: float) -> Found:
    line, site = Timeline(rig.load()), next(iter(rig.sites.values()))
    begin, taken, leaving = BEFORE * scale, 0.0, site.layout.models[0]

    async def act(line: Timeline) -> None:
        nonlocal taken
        await line.at(begin)
        line.mark("consul-template killed, in every site")
        for each in rig.sites.values():
            each.kill(each.layout.gateway, "consul-template")
        site.maintain(leaving, ending=True)
        await asyncio.sleep(RESTART_SECONDS)
        line.mark("and started again, as Kubernetes does")
        for each in rig.sites.values():
            each.start_template()
        taken = await rig.until(lambda: len(peers(site)) < len(site.layout.models), "the list is written anew")

    await line.run(even(rig, begin + AFTER * scale), act)
    site.maintain(leaving, ending=False)
    samples = between(line.load.samples, begin, begin + AFTER)
    figures = [
        at_most("requests failed", failed_percent(samples), 0, "%", f"{len(samples)} requests"),
        Figure("from its start to the list without a server that left meanwhile", taken, "s"),
    ]
    return Found(figures, line.load.samples, line.marks)


def _kill_behind(site: Site) -> None:
    for pod in (*site.layout.models, *site.layout.servers):
        site.kill(pod, "model", "consul")


SCENARIOS = (
    Scenario("site-behind", "all of a site dies but its gateway", _site_models),
    Scenario("site", "a whole site dies, its gateway too", _site),
    Scenario("consul", "all servers of Consul die", _consul),
    Scenario("template", "consul-template dies and is started again", _template),
)
