"""The comment's property diff: one fold per resource, riskiest first; computed changes are counted."""

from collections.abc import Iterator
from itertools import islice

from review.assessment import Review
from review.plan import Operation, Step
from review.render import outline
from review.render.budget import Section
from review.render.escape import code, fenced, prose
from review.render.markdown_tables import where
from review.render.text import counted, shorten, some

_LINES = 40
"""Properties shown of one resource: a reviewer who wants more opens the page."""
_VALUE = 160


def properties(review: Review) -> Iterator[Section]:
    """Every resource that changes, with its properties."""
    found = outline.entries(review)
    hidden = outline.components(review)
    note = f"{counted(hidden, 'component')} of the program also changed in the state; they are no resources.\n\n"
    if found or hidden:
        yield Section(
            noun="resource",
            total=len(found),
            blocks=map(_resource, found),
            before=f"### Properties\n\n{note if hidden else ''}",
        )


def _resource(entry: outline.Entry) -> str:
    step = entry.step
    place = prose(where(entry.stack, step.place))
    title = f"{outline.SIGN[step.operation]} {step.operation} <b>{code(step.name)}</b> {code(step.type)} · {place}"
    body = fenced([*_lines(entry), *_notes(entry)], "diff")
    return f"<details><summary>{title} · {_count(entry)}</summary>\n\n{body}\n\n</details>\n"


def _count(entry: outline.Entry) -> str:
    if entry.size or not entry.computed:
        return counted(entry.size, "property")
    return f"only {len(entry.computed):,} computed"


def _lines(entry: outline.Entry) -> Iterator[str]:
    for line in islice(entry.lines(_VALUE), _LINES):
        path = shorten(line.path, _VALUE)
        if line.before is not None:
            yield f"- {path}: {line.before}"
        if line.after is not None:
            yield f"+ {path}: {line.after}"
        if line.forces:
            yield f"! {path} forces the replacement"


def _notes(entry: outline.Entry) -> Iterator[str]:
    more = entry.size - _LINES
    if more > 0:
        yield f"# {more:,} more properties: see the whole report"
    if entry.computed:
        yield f"# computed or default, folded: {len(entry.computed):,} ({shorten(some(entry.computed, 8), 300)})"
    if not entry.size and not entry.computed:
        yield f"# {_silent(entry.step)}"


def _silent(step: Step) -> str:
    return "no inputs" if step.operation in {Operation.CREATE, Operation.DELETE} else "the engine names no property"
