"""What all scenarios have in common: a name, what it does, and what it found."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from drawing.chart import Mark
from sandbox.access.load import Load, Sample, Stream
from sandbox.access.rig import Rig
from sandbox.rehearsal.figures import Figure, percentile, share

RATE = 40.0
"""Requests/s to each site where a scenario says no other."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a scenario measured.

    Attributes:
        figures: with their bounds.
        samples: the requests of its load; none where the load was none of ours.
        marks: what was done, and when.
    """

    figures: Sequence[Figure]
    samples: Sequence[Sample] = ()
    marks: Sequence[Mark] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario.

    Attributes:
        name: by which it is asked for.
        text: what it does, in a line.
        run: does it, in a part of its full length: 1 is all, the tests run less.
    """

    name: str
    text: str
    run: Callable[[Rig, float], Awaitable[Found]]


@dataclass(slots=True)
class Timeline:
    """A load in the background of what a scenario does.

    Attributes:
        load: sends it.
        marks: what was done so far.
    """

    load: Load
    marks: list[Mark] = field(default_factory=list[Mark])

    def mark(self, text: str) -> float:
        """Remember that something was done now.

        Returns:
            Seconds since the load's start.
        """
        now = self.load.now
        self.marks.append(Mark(now, text))
        return now

    async def at(self, second: float) -> None:
        """Wait until so many seconds after the load's start."""
        await asyncio.sleep(max(0.0, second - self.load.now))

    async def run(self, streams: Sequence[Stream], act: Callable[["Timeline"], Awaitable[None]]) -> None:
        """Send the streams while `act` does its part; both to their ends."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.load.run(streams))
            await asyncio.sleep(0)
            group.create_task(_awaited(act(self)))


async def _awaited(act: Awaitable[None]) -> None:
    await act


def even(rig: Rig, seconds: float, rate: float = RATE) -> list[Stream]:
    """An even load of whole answers on every site."""
    source = rig.source
    return [Stream(lambda name=name: name, rate, source.mixed, seconds) for name in rig.sites]


def between(samples: Sequence[Sample], begin: float, end: float, site: str | None = None) -> list[Sample]:
    """The requests that were sent in a span of time, to one site or to all."""
    return [each for each in samples if begin <= each.at < end and site in {None, each.site}]


def failed_percent(samples: Sequence[Sample]) -> float:
    """The share of requests that failed, %."""
    return share(sum(each.failed for each in samples), len(samples))


def latency_ms(samples: Sequence[Sample], percent: float) -> float:
    """A percentile of the answered requests' latency, ms."""
    return 1000 * percentile([each.answer.seconds for each in samples if not each.failed], percent)
