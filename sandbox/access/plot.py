"""A timeline as SVG: requests, errors and latency, a column for each site, and marks where something was done."""

from collections.abc import Callable, Sequence

from drawing.chart import AMBER, BLUE, GREEN, RED, VIOLET, Axis, Column, Line, Mark, Panel, chart
from sandbox.access.load import Sample
from sandbox.rehearsal.figures import percentile


def timeline(title: str, samples: Sequence[Sample], marks: Sequence[Mark]) -> str:
    """The timeline of one load.

    Args:
        title: of the picture.
        samples: all requests of the load.
        marks: what was done, and when, s from the load's start.
    """
    sites = sorted({sample.site for sample in samples})
    seconds = int(max((sample.at for sample in samples), default=0)) + 1
    columns = [
        Column(f"site {site}", _panels([each for each in samples if each.site == site], seconds), marks)
        for site in sites
    ]
    notes = [f"{index + 1}: {mark.text}, at {mark.at:.0f} s" for index, mark in enumerate(marks)]
    return chart(title, Axis(seconds, "s"), columns, notes)


def _panels(samples: Sequence[Sample], seconds: int) -> list[Panel]:
    by_second: list[list[Sample]] = [[] for _ in range(seconds)]
    for sample in samples:
        by_second[int(sample.at)].append(sample)

    def counted(wanted: Callable[[Sample], bool]) -> list[float | None]:
        return [float(sum(map(wanted, group))) for group in by_second]

    def latency(percent: float) -> list[float | None]:
        groups = ([each.answer.seconds * 1000 for each in group if not each.failed] for group in by_second)
        return [percentile(group, percent) if group else None for group in groups]

    return [
        Panel("requests/s", [Line(BLUE, "sent", counted(lambda _: True))]),
        Panel("not answered/s", [Line(AMBER, "429", counted(lambda each: each.answer.status == 429)),  # noqa: PLR2004
                                 Line(RED, "failed", counted(lambda each: each.failed))]),
        Panel("latency, ms", [Line(VIOLET, "p99", latency(99)), Line(GREEN, "median", latency(50))]),
    ]  # fmt: skip
