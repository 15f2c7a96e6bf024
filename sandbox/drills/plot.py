"""A timeline of a drill as SVG: replicas and nodes by the second, and marks where something happened."""

from collections.abc import Callable, Sequence

from drawing.chart import AMBER, BLUE, GREEN, Axis, Column, Line, Mark, Panel, chart
from sandbox.drills.recorder import Look


def timeline(title: str, looks: Sequence[Look], marks: Sequence[Mark]) -> str:
    """The timeline of one drill.

    Args:
        title: of the picture.
        looks: all that was seen, in order.
        marks: what happened, and when, s.
    """
    seconds = int(looks[-1].at) + 1

    def line(color: str, name: str, count: Callable[[Look], int]) -> Line:
        last = {int(look.at): float(count(look)) for look in looks}
        return Line(color, name, [last.get(second) for second in range(seconds)])

    panels = [
        Panel("replicas", [line(GREEN, "ready", lambda it: it.ready), line(AMBER, "ending", lambda it: it.ending)]),
        Panel("GPU nodes", [line(BLUE, "ready", lambda it: it.nodes)]),
    ]
    notes = [f"{index + 1}: {mark.text}, at {mark.at:.1f} s" for index, mark in enumerate(marks)]
    return chart(title, Axis(seconds, "s"), [Column("", panels, marks)], notes)
