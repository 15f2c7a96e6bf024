"""A timeline as SVG: requests, errors and latency, a column for each site, and marks where something was done."""

import html
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sandbox.access.figures import percentile
from sandbox.access.load import Sample

WIDTH, ROW, GAP, LEFT, TOP = 460, 120, 62, 64, 78
"""Pixels: of one panel, its height, the space between panels, and the margins."""

REQUESTS, LIMITED, ERRORS, FAST, TYPICAL = "#2f6f9f", "#d99a2b", "#c0392b", "#8e6bb0", "#3c8d5a"


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that was done.

    Attributes:
        at: seconds from the load's start.
    """

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row's curve: a value for each second, None where there is none."""

    color: str
    name: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Panel:
    """One diagram: curves over the same seconds."""

    title: str
    lines: Sequence[Line]
    top: float


def timeline(title: str, samples: Sequence[Sample], marks: Sequence[Mark]) -> str:
    """The timeline of one load.

    Args:
        title: of the picture.
        samples: all requests of the load.
        marks: what was done, and when.
    """
    sites = sorted({sample.site for sample in samples})
    seconds = int(max((sample.at for sample in samples), default=0)) + 1
    columns = [_panels([each for each in samples if each.site == site], seconds) for site in sites]
    tops = [_nice(max(column[row].top for column in columns)) for row in range(3)]
    width, height = len(sites) * (LEFT + WIDTH) + 24, TOP + 3 * (ROW + GAP) + 14 * len(marks)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">',
        '<g font-family="system-ui, sans-serif" font-size="11" fill="#333">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        _text(16, 24, title, 'font-size="15" font-weight="600"'),
    ]
    for index, (site, column) in enumerate(zip(sites, columns, strict=True)):
        left = LEFT + index * (LEFT + WIDTH)
        parts.append(_text(left, 48, f"site {site}", 'font-size="13" font-weight="600"'))
        for row, panel in enumerate(column):
            parts += _drawn(panel, tops[row], seconds, (left, TOP + row * (ROW + GAP)))
            parts += _marked(marks, seconds, (left, TOP + row * (ROW + GAP)))
    bottom = TOP + 3 * (ROW + GAP)
    parts += [
        _text(LEFT, bottom + 14 * index, f"{index + 1}: {mark.text}, at {mark.at:.0f} s")
        for index, mark in enumerate(marks)
    ]
    return "\n".join([*parts, "</g></svg>", ""])


def _panels(samples: Sequence[Sample], seconds: int) -> list[Panel]:
    by_second: list[list[Sample]] = [[] for _ in range(seconds)]
    for sample in samples:
        by_second[int(sample.at)].append(sample)

    def counted(wanted: Callable[[Sample], bool]) -> list[float | None]:
        return [float(sum(map(wanted, group))) for group in by_second]

    def latency(percent: float) -> list[float | None]:
        groups = ([each.answer.seconds * 1000 for each in group if not each.failed] for group in by_second)
        return [percentile(group, percent) if group else None for group in groups]

    rows = [
        ("requests/s", [Line(REQUESTS, "sent", counted(lambda _: True))]),
        ("not answered/s", [Line(LIMITED, "429", counted(lambda each: each.answer.status == 429)),  # noqa: PLR2004
                            Line(ERRORS, "failed", counted(lambda each: each.failed))]),
        ("latency, ms", [Line(FAST, "p99", latency(99)), Line(TYPICAL, "median", latency(50))]),
    ]  # fmt: skip
    return [Panel(title, lines, max(_numbers(lines), default=0)) for title, lines in rows]


def _numbers(lines: Iterable[Line]) -> list[float]:
    return [value for line in lines for value in line.values if value is not None]


def _drawn(panel: Panel, top: float, seconds: int, corner: tuple[float, float]) -> list[str]:
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
        _text(left + WIDTH * second / seconds, base + 15, f"{second} s", 'text-anchor="middle"')
        for second in range(0, seconds + 1, _step(seconds))
    ]
    return parts + [_curve(line, top, seconds, (left, base)) for line in panel.lines]


def _curve(line: Line, top: float, seconds: int, base: tuple[float, float]) -> str:
    """A path with a gap where a second has no value."""
    commands: list[str] = []
    drawing = False
    for second, value in enumerate(line.values):
        if value is not None:
            x, y = base[0] + WIDTH * (second + 0.5) / seconds, base[1] - ROW * value / top
            commands.append(f"{'L' if drawing else 'M'}{x:.1f} {y:.1f}")
        drawing = value is not None
    drawn = f'fill="none" stroke="{line.color}" stroke-width="1.6" stroke-linejoin="round" stroke-linecap="round"'
    return f'<path d="{" ".join(commands)}" {drawn}/>'


def _marked(marks: Sequence[Mark], seconds: int, corner: tuple[float, float]) -> list[str]:
    parts: list[str] = []
    for index, mark in enumerate(marks):
        x = corner[0] + WIDTH * min(mark.at / seconds, 1)
        ends = f'x1="{x:.1f}" x2="{x:.1f}" y1="{corner[1]}" y2="{corner[1] + ROW}"'
        parts.append(f'<line {ends} stroke="#555" stroke-dasharray="3 3"/>')
        parts.append(_text(x + 3, corner[1] + 11, str(index + 1), 'fill="#555"'))
    return parts


def _text(x: float, y: float, text: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{html.escape(text)}</text>'


def _nice(value: float) -> float:
    """The next of 1, 2, 5, 10, 20, ... that is not below the value."""
    scale = 1.0
    while True:
        for factor in (1, 2, 5):
            if scale * factor >= value:
                return scale * factor
        scale *= 10


def _step(seconds: int) -> int:
    """Seconds between labels: about six of them."""
    return max(1, round(seconds / 6 / 5) * 5)
