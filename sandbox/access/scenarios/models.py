"""One model server of a site is killed, hangs, fails or is slow, under load."""

import json
import math
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from sandbox.access.layout import Pod
from sandbox.access.load import OK, Sample
from sandbox.access.model.behaviour import Mode
from sandbox.access.rig import Rig, control, peers
from sandbox.access.scenarios.scenario import Found, Scenario, Timeline, between, even, failed_percent, latency_ms
from sandbox.rehearsal.figures import Figure, at_most, share

BEFORE, AFTER, RECOVERY = 10.0, 60.0, 50.0
"""Seconds of load before the fault, with it, and after its end."""

FAILED_PERCENT = 0.1
"""One request in 1,000."""

REMOVED_SECONDS = 32.0
"""Three failed checks, 10 s apart, the first up to 10 s after the fault; each is given 2 s."""

SLOW_START_PART = 10.0


async def _run(rig: Rig, scale: float, fault: Mode | None) -> Found:
    site = next(iter(rig.sites.values()))
    victim = site.layout.models[0]
    line = Timeline(rig.load())
    begin, mended = BEFORE * scale, (BEFORE + AFTER) * scale
    removed = math.nan

    async def act(line: Timeline) -> None:
        nonlocal removed
        await line.at(begin)
        line.mark(f"model server {victim.name} {fault or 'killed'}")
        if fault is None:
            site.kill(victim, "model")
        else:
            await control(victim, {"mode": fault})
        await _until_gone(line, mended, lambda: _knows(rig, victim))
        removed = line.load.now - begin if not _knows(rig, victim) else math.nan
        await line.at(mended)
        line.mark(f"model server {victim.name} well again")
        if fault is None:
            site.start_model(victim, rig.served)
        else:
            await control(victim, {"mode": "well"})

    await line.run(even(rig, mended + RECOVERY * scale), act)
    figures = _figures(line.load.samples, site.layout.name, victim.name, (begin, mended), fault)
    if fault in {None, "hung"} and AFTER * scale > REMOVED_SECONDS:
        figures.append(at_most("until Consul's list lacks it", removed, REMOVED_SECONDS, "s", "looked every 0.2 s"))
    return Found(figures, line.load.samples, line.marks)


async def _until_gone(line: Timeline, latest: float, knows: Callable[[], bool]) -> None:
    while knows() and line.load.now < latest:
        await line.at(line.load.now + 0.2)


def _knows(rig: Rig, pod: Pod) -> bool:
    return any(peer["id"] == pod.name for site in rig.sites.values() for peer in peers(site))


def _figures(
    samples: Sequence[Sample], site: str, victim: str, fault: tuple[float, float], mode: Mode | None
) -> list[Figure]:
    during = between(samples, *fault, site)
    late = "after its return"
    name = "requests failed in the minute after"
    failed = failed_percent(during)
    note = f"{sum(each.failed for each in during)} of {len(during)}"
    return [
        at_most(name, failed, FAILED_PERCENT, "%", note) if mode is None else Figure(name, failed, "%", note=note),
        Figure("p99 latency before", latency_ms(between(samples, 0, fault[0], site), 99), "ms"),
        Figure("p99 latency in the minute after", latency_ms(during, 99), "ms"),
        Figure("longest latency in the minute after", latency_ms(during, 100), "ms"),
        Figure(f"first answer of it {late}", _first(samples, victim, fault[1]), "s"),
        Figure("its share in the 10 s from then", _share(samples, site, victim, fault[1]), "%", note="slow start"),
        Figure("its share in the last 5 s", _last_share(samples, site, victim), "%"),
    ]


def _first(samples: Sequence[Sample], victim: str, after: float) -> float:
    return min(
        (each.at - after for each in samples if each.at >= after and served_by(each) == victim), default=math.nan
    )


def _share(samples: Sequence[Sample], site: str, victim: str, after: float) -> float:
    first = after + _first(samples, victim, after)
    return _share_of(between(samples, first, first + SLOW_START_PART, site), victim)


def _last_share(samples: Sequence[Sample], site: str, victim: str) -> float:
    end = max((each.at for each in samples), default=0.0)
    return _share_of(between(samples, end - 5, end, site), victim)


def _share_of(samples: Sequence[Sample], victim: str) -> float:
    return share(sum(served_by(each) == victim for each in samples), len(samples))


def served_by(sample: Sample) -> str:
    """The model server that made an answer; empty where there was none."""
    return json.loads(sample.answer.body)["system_fingerprint"] if sample.answer.status == OK else ""


def _of(fault: Mode | None) -> Callable[[Rig, float], Awaitable[Found]]:
    return partial(_run, fault=fault)


SCENARIOS = (
    Scenario("model-killed", "a model server is killed, and comes back a minute later", _of(None)),
    Scenario("model-hung", "a model server accepts and never answers, for a minute", _of("hung")),
    Scenario("model-failing", "a model server answers 500 while its health check passes, for a minute", _of("failing")),
    Scenario("model-slow", "a model server is ten times slower, for a minute", _of("slow")),
)
