"""What a scenario found: figures with their bounds, as a table and as JSON."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

HEADINGS = ("scenario", "figure", "value", "bound", "held")


@dataclass(frozen=True, slots=True)
class Bound:
    """What a figure must hold."""

    sign: Literal["<=", ">="]
    value: float

    def holds(self, value: float) -> bool:
        """Whether the figure is within; what is no number is not."""
        return value <= self.value if self.sign == "<=" else value >= self.value


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value.

    Attributes:
        name: what was measured.
        unit: `%`, `s`, `ms`, or a word for what is counted.
        bound: None where the value is only shown.
        note: conditions, or the resolution of the measurement.
    """

    name: str
    value: float
    unit: str
    bound: Bound | None = None
    note: str = ""

    @property
    def held(self) -> bool | None:
        """Whether the bound holds; None without one."""
        return self.bound and self.bound.holds(self.value)


def at_most(name: str, value: float, limit: float, unit: str, note: str = "") -> Figure:
    """A figure that must not exceed its limit."""
    return Figure(name, value, unit, Bound("<=", limit), note)


def at_least(name: str, value: float, limit: float, unit: str, note: str = "") -> Figure:
    """A figure that must reach its limit."""
    return Figure(name, value, unit, Bound(">=", limit), note)


def percentile(values: Iterable[float], percent: float) -> float:
    """The smallest value that at least `percent` of the values do not exceed; not a number where there are none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)] if ordered else math.nan


def share(part: float, whole: float) -> float:
    """A part in percent of the whole; not a number of nothing."""
    return 100 * part / whole if whole else math.nan


def table(results: Sequence[tuple[str, Sequence[Figure]]]) -> str:
    """Every figure of every scenario, a line each."""
    rows = [HEADINGS, *(_row(name, figure) for name, figures in results for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def as_json(results: Sequence[tuple[str, Sequence[Figure]]]) -> dict[str, list[dict[str, Any]]]:
    """Figures by scenario; a value that is no number is null."""
    return {name: [_decoded(figure) for figure in figures] for name, figures in results}


def _decoded(figure: Figure) -> dict[str, Any]:
    value = None if math.isnan(figure.value) else figure.value
    return {**asdict(figure), "value": value, "held": figure.held}


def _row(name: str, figure: Figure) -> tuple[str, ...]:
    bound = f"{figure.bound.sign} {_number(figure.bound.value)} {figure.unit}" if figure.bound else ""
    held = {True: "yes", False: "NO", None: ""}[figure.held]
    told = f"{figure.name} ({figure.note})" if figure.note else figure.name
    return (name, told, f"{_number(figure.value)} {figure.unit}", bound, held)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value if math.isfinite(value) else 0) else f"{value:.3g}"
