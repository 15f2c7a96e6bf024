"""The whole review as one page that needs nothing else: no script, no font, no request."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from review.assessment import Level, Review
from review.render import outline, text
from review.render.html_properties import resources
from review.render.picture import picture

_FOLDER = Path(__file__).parent / "templates"
VERDICT = {Level.SAFE: ("✓", "Safe"), Level.CARE: ("!", "Needs care"), Level.BLOCKED: ("✕", "Blocked")}


_FILTERS: dict[str, Any] = {
    "dollars": text.dollars,
    "logical_name": text.logical_name,
    "kind_and_name": text.kind_and_name,
    "counted": text.counted,
    "difference": text.difference,
    "short": text.shorten,
}


def render(review: Review) -> str:
    """The page as HTML; everything foreign in it is escaped, and made visible where it would hide."""
    matrix = outline.matrix(review)
    return _environment().get_template("report.html.j2").render(
        review=review,
        outline=outline,
        verdict=VERDICT[review.verdict.level],
        style=Markup((_FOLDER / "report.css").read_text(encoding="utf-8")),  # noqa: S704 our own file
        picture=picture(review, matrix),
        matrix=matrix,
        totals=outline.totals(matrix),
        money=outline.money(review),
        most=max((max(cost.before, cost.after) for cost in review.costs), default=Decimal(0)),
        unpriced=outline.unpriced(review),
        policies=outline.policies(review),
        resources=resources(outline.entries(review)),
    )  # fmt: skip


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_seen,
    )
    made.filters.update(_FILTERS)
    return made


def _seen(value: object) -> object:
    """Every word that the template prints passes here: none hides what it holds."""
    return text.visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
