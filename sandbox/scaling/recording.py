"""What was seen of a workload, second by second, and what follows from it: pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from drawing.chart import AMBER, BLUE, GREEN, Axis, Column, Line, Mark, Panel, chart


@dataclass(frozen=True, slots=True)
class Sample:
    """One look.

    Attributes:
        at: seconds since the recording's start.
        load: of the signal under test, percent of what the replicas at the start carry at their target.
        wanted: replicas that the autoscaler wants.
        ready: replicas that answer.
    """

    at: float
    load: float
    wanted: int
    ready: int


@dataclass(slots=True)
class Recording:
    """The looks of one scenario, and what was done."""

    samples: list[Sample] = field(default_factory=list[Sample])
    marks: list[Mark] = field(default_factory=list[Mark])

    def since(self, at: float) -> list[Sample]:
        """The looks from a second on."""
        return [sample for sample in self.samples if sample.at >= at]

    def decided(self, at: float, wanted: int) -> float:
        """Seconds from `at` until the autoscaler wanted so many replicas or more; not a number if it never did."""
        return next((sample.at - at for sample in self.since(at) if sample.wanted >= wanted), math.nan)

    def served(self, at: float, ready: int) -> float:
        """Seconds from `at` until so many replicas or more were ready; not a number if they never were."""
        return next((sample.at - at for sample in self.since(at) if sample.ready >= ready), math.nan)

    def lowered(self, at: float) -> float:
        """Seconds from `at` until the autoscaler wanted fewer than before; not a number if it never did."""
        steps = pairwise(self.since(at))
        return next((after.at - at for before, after in steps if after.wanted < before.wanted), math.nan)

    def settled(self, at: float, wanted: int) -> float:
        """Seconds from `at` until the autoscaler wanted so many replicas or fewer; not a number if it never did."""
        return next((sample.at - at for sample in self.since(at) if sample.wanted <= wanted), math.nan)

    def fewest(self, at: float) -> int:
        """The fewest replicas that were wanted from a second on."""
        return min(sample.wanted for sample in self.since(at))

    def most(self, at: float) -> int:
        """The most replicas that were wanted from a second on."""
        return max(sample.wanted for sample in self.since(at))


def flips(samples: Sequence[Sample], window: float) -> int:
    """How often the wanted number turned round within a stabilisation window of its last change.

    Args:
        samples: in order of time.
        window: seconds.
    """
    changes = [
        (after.at, after.wanted > before.wanted) for before, after in pairwise(samples) if after.wanted != before.wanted
    ]
    return sum(up != was_up and at - then < window for (then, was_up), (at, up) in pairwise(changes))


def picture(title: str, recording: Recording) -> str:
    """Load, wanted and ready replicas over time, as SVG."""
    seconds = int(recording.samples[-1].at) + 1
    at: dict[int, Sample] = {int(sample.at): sample for sample in recording.samples}
    seen = [at.get(second) for second in range(seconds)]
    panels = [
        Panel("load, % of the target", [Line(AMBER, "load", [one and one.load for one in seen])]),
        Panel("replicas", [Line(BLUE, "wanted", [one and float(one.wanted) for one in seen]),
                           Line(GREEN, "ready", [one and float(one.ready) for one in seen])]),
    ]  # fmt: skip
    notes = [f"{index + 1}: {mark.text}, at {mark.at:.0f} s" for index, mark in enumerate(recording.marks)]
    return chart(title, Axis(seconds, "s"), [Column("", panels, recording.marks)], notes)
