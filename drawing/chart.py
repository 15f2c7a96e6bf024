"""Panels with curves over one axis, and marks on them."""

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

WIDTH, ROW, GAP, LEFT, TOP = 460, 120, 62, 64, 78
"""Pixels: of one panel, its height, the space between panels, and the margins."""

BLUE, AMBER, RED, VIOLET, GREEN = "#2f6f9f", "#d99a2b", "#c0392b", "#8e6bb0", "#3c8d5a"
"""Colors of curves that can be told apart."""

_MARGIN: Final = 24
_LINE: Final = 14


@dataclass(frozen=True, slots=True)
class Mark:
    """Something to point at.

    Attributes:
        at: where it is on the axis, in its unit.
    """

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Axis:
    """What all panels are drawn over: `steps` values, each `scale` of its unit after the one before."""

    steps: int
    unit: str
    scale: float = 1


@dataclass(frozen=True, slots=True)
class Line:
    """A curve: a value for each step, None where there is none."""

    color: str
    name: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Panel:
    """One diagram: curves over the same axis."""

    title: str
    lines: Sequence[Line]

    @property
    def top(self) -> float:
        """The largest value."""
        return max((value for line in self.lines for value in line.values if value is not None), default=0)


@dataclass(frozen=True, slots=True)
class Column:
    """Panels below each other, with marks on all of them."""

    title: str
    panels: Sequence[Panel]
    marks: Sequence[Mark]


def chart(title: str, axis: Axis, columns: Sequence[Column], notes: Sequence[str]) -> str:
    """Return the picture: columns of equally many panels; those of one row share their scale.

    Args:
        title: of the picture.
        axis: of all panels.
        columns: side by side.
        notes: lines below them.
    """
    rows = len(columns[0].panels) if columns else 0
    tops = [nice(max(column.panels[row].top for column in columns)) for row in range(rows)]
    bottom = TOP + rows * (ROW + GAP)
    width, height = len(columns) * (LEFT + WIDTH) + _MARGIN, bottom + _LINE * len(notes)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">',
        '<g font-family="system-ui, sans-serif" font-size="11" fill="#333">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        _text(16, 24, title, 'font-size="15" font-weight="600"'),
    ]
    for index, column in enumerate(columns):
        parts += _column(column, axis, tops, LEFT + index * (LEFT + WIDTH))
    parts += [_text(LEFT, bottom + _LINE * index, note) for index, note in enumerate(notes)]
    return "\n".join([*parts, "</g></svg>", ""])


def nice(value: float) -> float:
    """Return the next of 1, 2, 5, 10, 20, ... that is not below the value."""
    scale = 1.0
    while True:
        for factor in (1, 2, 5):
            if scale * factor >= value:
                return scale * factor
        scale *= 10


def _column(column: Column, axis: Axis, tops: Sequence[float], left: float) -> list[str]:
    parts = [_text(left, 48, column.title, 'font-size="13" font-weight="600"')]
    for row, panel in enumerate(column.panels):
        corner = (left, TOP + row * (ROW + GAP))
        parts += _panel(panel, axis, tops[row], corner)
        parts += _marks(column.marks, axis, corner)
    return parts


def _panel(panel: Panel, axis: Axis, top: float, corner: tuple[float, float]) -> list[str]:
    left, upper = corner
    base = upper + ROW
    parts = [f'<rect x="{left}" y="{upper}" width="{WIDTH}" height="{ROW}" fill="#fafafa" stroke="#ddd"/>']
    parts.append(_text(left, upper - 8, panel.title, 'font-weight="600"'))
    x = left + WIDTH
    for line in reversed(panel.lines):
        parts.append(_text(x, upper - 8, line.name, f'text-anchor="end" fill="{line.color}" font-weight="600"'))
        x -= 8 * len(line.name) + 14
    for step in range(3):
        y, value = base - ROW * step / 2, top * step / 2
        parts.append(f'<line x1="{left}" x2="{left + WIDTH}" y1="{y}" y2="{y}" stroke="#e6e6e6"/>')
        parts.append(_text(left - 6, y + 4, f"{value:,.4g}", 'text-anchor="end"'))
    parts += [
        _text(left + WIDTH * step / axis.steps, base + 15, f"{step * axis.scale:g} {axis.unit}", 'text-anchor="middle"')
        for step in range(0, axis.steps + 1, _between_labels(axis.steps))
    ]
    return parts + [_curve(line, top, axis.steps, (left, base)) for line in panel.lines]


def _curve(line: Line, top: float, steps: int, base: tuple[float, float]) -> str:
    """A path with a gap where a step has no value."""
    commands: list[str] = []
    drawing = False
    for step, value in enumerate(line.values):
        if value is not None:
            x, y = base[0] + WIDTH * (step + 0.5) / steps, base[1] - ROW * value / top
            commands.append(f"{'L' if drawing else 'M'}{x:.1f} {y:.1f}")
        drawing = value is not None
    drawn = f'fill="none" stroke="{line.color}" stroke-width="1.6" stroke-linejoin="round" stroke-linecap="round"'
    return f'<path d="{" ".join(commands)}" {drawn}/>'


def _marks(marks: Iterable[Mark], axis: Axis, corner: tuple[float, float]) -> list[str]:
    parts: list[str] = []
    for index, mark in enumerate(marks):
        x = corner[0] + WIDTH * min(mark.at / (axis.steps * axis.scale), 1)
        ends = f'x1="{x:.1f}" x2="{x:.1f}" y1="{corner[1]}" y2="{corner[1] + ROW}"'
        parts.append(f'<line {ends} stroke="#555" stroke-dasharray="3 3"/>')
        parts.append(_text(x + 3, corner[1] + 11, str(index + 1), 'fill="#555"'))
    return parts


def _text(x: float, y: float, text: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{html.escape(text)}</text>'


def _between_labels(steps: int) -> int:
    """Steps between labels: about six of them."""
    return max(1, round(steps / 6 / 5) * 5)
