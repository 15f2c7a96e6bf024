"""Where things stand and what is touched, measured out for an SVG: a box per region, in it a box per site."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from review.assessment import Review
from review.plan import Operation
from review.render import outline
from review.render.text import dollars, shorten

_WIDTH = 960
_GAP, _PAD, _TITLE = 20, 16, 46
_SITE = 150
_STRIP, _STRIP_TOUCHED = 64, 100
_PER_ROW = 3
"""Sites side by side, of one region or of several: this platform's three, and readable on a laptop."""


_Region: TypeAlias = tuple[str, list[outline.Row]]


@dataclass(frozen=True, slots=True)
class Chip:
    """How often an operation happens in a box."""

    operation: Operation
    sign: str
    count: int
    brief: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Box:
    """A site, or what a region's sites share, in pixels of the picture; `money` is what it costs after the change."""

    title: str
    under: str
    money: str
    x: float
    y: float
    width: float
    height: float
    worst: Operation | None
    unchanged: int
    strip: bool
    chips: tuple[Chip, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """A region with its boxes."""

    title: str
    x: float
    y: float
    width: float
    height: float
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """All regions, and the size that they take."""

    width: float
    height: float
    frames: tuple[Frame, ...]


def picture(review: Review, matrix: tuple[outline.Row, ...]) -> Picture:
    """Regions in the order of their stacks, at most three sites side by side; what has no region only where touched."""
    frames: list[Frame] = []
    top = 0.0
    for line in _lines(_regions(row for row in matrix if row.region or row.touched)):
        height = max(_height(rows) for _, rows in line)
        frames += _line(review, line, top, height)
        top += height + _GAP
    return Picture(_WIDTH, max(0.0, top - _GAP), tuple(frames))


def _lines(regions: list[_Region]) -> Iterator[list[_Region]]:
    """Regions that fit beside each other."""
    line: list[_Region] = []
    for region in regions:
        if line and sum(map(_columns, [*line, region])) > _PER_ROW:
            yield line
            line = []
        line.append(region)
    if line:
        yield line


def _columns(region: _Region) -> int:
    return max(1, min(_PER_ROW, sum(bool(row.site) for row in region[1])))


def _line(review: Review, line: list[_Region], top: float, height: float) -> Iterator[Frame]:
    """Regions beside each other, as wide as they have sites."""
    sites = [_columns(region) for region in line]
    free = _WIDTH - (len(line) - 1) * _GAP
    left = 0.0
    for (name, rows), count in zip(line, sites, strict=True):
        width = free * count / sum(sites)
        yield _frame(review, name, rows, (left, top, width, height))
        left += width + _GAP


def _regions(rows: Iterable[outline.Row]) -> list[_Region]:
    found: dict[str, list[outline.Row]] = {}
    for row in rows:
        found.setdefault(row.region, []).append(row)
    return sorted(((region, _merged(each)) for region, each in found.items()), key=lambda each: not each[0])


def _merged(rows: list[outline.Row]) -> list[outline.Row]:
    """One row per site: a stack may own a resource that stands in another stack's place."""
    found: dict[str, outline.Row] = {}
    for row in rows:
        into = found.setdefault(row.site, outline.Row(row.stack, row.region, row.site, Counter()))
        into.counts.update(row.counts)
    return sorted(found.values(), key=lambda row: (not row.site, row.site))


def _height(rows: list[outline.Row]) -> float:
    ranks = -(-sum(bool(row.site) for row in rows) // _PER_ROW)
    sites = ranks * (_SITE + _PAD) - _PAD if ranks else 0
    shared = max((_strip(row) for row in rows if not row.site), default=0)
    return _TITLE + _PAD + sites + shared + (_PAD if sites and shared else 0)


def _strip(row: outline.Row) -> int:
    return _STRIP_TOUCHED if row.touched else _STRIP


def _frame(review: Review, name: str, rows: list[outline.Row], at: tuple[float, float, float, float]) -> Frame:
    x, y, width, height = at
    sites = [row for row in rows if row.site]
    inner = width - 2 * _PAD
    columns = min(_PER_ROW, len(sites)) or 1
    each = (inner - (columns - 1) * _PAD) / columns
    boxes = [
        _box(
            review,
            row,
            (x + _PAD + index % columns * (each + _PAD), y + _TITLE + index // columns * (_SITE + _PAD), each, _SITE),
        )
        for index, row in enumerate(sites)
    ]
    low = y + _TITLE + -(-len(sites) // columns) * (_SITE + _PAD)
    boxes += [_box(review, row, (x + _PAD, low, inner, _strip(row))) for row in rows if not row.site]
    return Frame(shorten(name, 24) if name else "without a region", x, y, width, height, tuple(boxes))


def _box(review: Review, row: outline.Row, at: tuple[float, float, float, float]) -> Box:
    title = f"site {shorten(row.site, 12)}" if row.site else "shared by its sites" if row.region else "global"
    chips: list[Chip] = []
    left = at[0] + 14.0
    for operation in outline.RISK:
        if count := row.counts[operation]:
            chips.append(Chip(operation, outline.SIGN[operation], count, _brief(count), left, _chip_width(count)))
            left += _chip_width(count) + 6
    return Box(
        title, _under(review, row), _money(review, row), *at, row.worst, row.unchanged, not row.site, tuple(chips)
    )


def _under(review: Review, row: outline.Row) -> str:
    """The site's zone, where its resources name one, and its stack."""
    steps = (step for plan in review.plans for step in plan.steps)
    here = (step.place for step in steps if (step.place.region, step.place.site) == (row.region, row.site))
    zone = next((place.zone for place in here if place.zone), "") if row.site else ""
    return " · ".join(shorten(word, 16) for word in (zone, row.stack) if word)


def _money(review: Review, row: outline.Row) -> str:
    costs = [cost for cost in review.costs if (cost.region, cost.site) == (row.region, row.site)]
    return f"{dollars(sum((cost.after for cost in costs), Decimal(0)))} a month" if costs else ""


def _chip_width(count: int) -> float:
    """Sign, number and padding of a chip at the page's 15 px figures."""
    return 22 + 8.5 * len(_brief(count))


def _brief(count: int) -> str:
    """At most four characters, so that a site has room for every operation."""
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if count >= size:
            return f"{count / size:.1f}{unit}" if count < 10 * size else f"{count // size}{unit}"
    return str(count)
