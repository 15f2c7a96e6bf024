"""The plan over the load, as SVG: replicas, GPU nodes and dollars of a site, a column for each stack."""

from collections.abc import Callable, Sequence
from typing import Final

from capacity.figures import Month, month, with_forecast
from capacity.stacks import Stack
from drawing.chart import AMBER, BLUE, GREEN, RED, VIOLET, Axis, Column, Line, Mark, Panel, chart

_STEPS: Final = 60
_TIMES: Final = 4
"""How many times the forecast's peak the picture goes."""


def picture(stacks: Sequence[Stack]) -> str:
    """Return the picture; the axis is the platform's peak today, the mean keeps its share of it."""
    scale = max(stack.settings.forecast.requests_per_second.peak for stack in stacks) * _TIMES / _STEPS
    columns = [_column(stack, scale) for stack in stacks]
    return chart(
        "What each site needs, over the platform's peak today (requests/s, before any cache)",
        Axis(_STEPS, "/s", scale),
        columns,
        ["1: the forecast's peak; the plan has growth in it"],
    )


def _column(stack: Stack, scale: float) -> Column:
    peak = stack.settings.forecast.requests_per_second.peak
    planned = [_at(stack, (step + 0.5) * scale) for step in range(_STEPS)]
    costs = [month(each) for each in planned]

    def counted(number: Callable[[Stack], int]) -> list[float | None]:
        return [float(number(each)) for each in planned]

    panels = [
        Panel(
            "model servers",
            [
                Line(BLUE, "most", counted(lambda it: it.plan.replicas.maximum)),
                Line(GREEN, "least", counted(lambda it: it.plan.replicas.minimum)),
            ],
        ),
        Panel(
            "GPU nodes",
            [
                Line(RED, "spot, most", counted(lambda it: it.plan.nodes.spot.maximum)),
                Line(AMBER, "spot, least", counted(lambda it: it.plan.nodes.spot.minimum)),
                Line(VIOLET, "reserved", counted(lambda it: it.plan.nodes.reserved)),
            ],
        ),
        Panel(
            "thousand USD a month",
            [Line(BLUE, "with burst", _thousands(costs, burst=True)), Line(GREEN, "least", _thousands(costs))],
        ),
    ]
    names = ", ".join(site.name for site in stack.settings.sites)
    return Column(f"{stack.name}: a site of {names}", panels, [Mark(peak, "")])


def _at(stack: Stack, peak: float) -> Stack:
    today = stack.settings.forecast.requests_per_second
    return with_forecast(stack, {"requests_per_second": {"mean": peak * today.mean / today.peak, "peak": peak}})


def _thousands(costs: Sequence[Month], *, burst: bool = False) -> list[float | None]:
    """Return the amounts; None where something has no price, so that the curve has a gap and no lie."""
    found = [each.burst if burst else each.least for each in costs]
    return [None if each.unpriced else float(each.amount) / 1000 for each in found]
