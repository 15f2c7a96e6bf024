"""The page's property diff, written without the template: a large change has a hundred thousand cells."""

from collections.abc import Iterator, Sequence
from html import escape

from markupsafe import Markup

from review.plan import Operation
from review.render import outline
from review.render.text import counted, visible

_VALUE = 4_000
"""Characters of one value: more than any of this program's policies or user data."""
_OPEN = 12
"""Resources whose properties are unfolded from the start, unless the change is larger."""
_HEAD = "<tr><th scope=col>Property</th><th scope=col>Before</th><th scope=col>After</th></tr>"


def resources(entries: Sequence[outline.Entry]) -> Markup:
    """A fold per resource, in the order given."""
    opened = " open" if len(entries) <= _OPEN else ""
    return Markup("".join(_resource(entry, opened) for entry in entries))  # noqa: S704 every word went through _word


def _word(text: str) -> str:
    """A word from outside, as it is shown and never as markup."""
    return escape(visible(text))


def _resource(entry: outline.Entry, opened: str) -> str:
    table = "".join(_rows(entry))
    if table:
        table = f"<div class=scroll><table class=diff><thead>{_HEAD}</thead><tbody>\n{table}</tbody></table></div>\n"
    return (
        f"<details class=resource{opened}><summary>{_summary(entry)}</summary>\n"
        f"{table or _silent(entry)}{_computed(entry)}</details>\n"
    )


def _summary(entry: outline.Entry) -> str:
    step = entry.step
    operation = step.operation.value
    site = f"site {_word(step.place.site)}" if step.place.site else "shared"
    where = " · ".join(filter(None, (_word(entry.stack), _word(step.place.region), site)))
    size = counted(entry.size, "property") if entry.size or not entry.computed else "computed only"
    return (
        f'<span class="tag {operation}">{outline.SIGN[step.operation]} {operation}</span> '
        f"<code class=name>{_word(step.name)}</code> <code class=type>{_word(step.type)}</code> "
        f"<span class=place>{where} · {size}</span>"
    )


def _rows(entry: outline.Entry) -> Iterator[str]:
    for line in entry.lines(_VALUE):
        forces = ' <span class="tag replace">forces replacement</span>' if line.forces else ""
        cells = f"{_cell(line.before, 'old')}{_cell(line.after, 'new')}"
        yield f"<tr><th scope=row><code>{_path(line.path)}</code>{forces}</th>{cells}</tr>\n"


def _path(path: str) -> str:
    """A property path that may be broken behind its dots."""
    return _word(path).replace(".", ".<wbr>")


def _cell(value: str | None, kind: str) -> str:
    return "<td class=none>not set</td>" if value is None else f"<td class={kind}>{_word(value)}</td>"


def _silent(entry: outline.Entry) -> str:
    if entry.computed:
        return ""
    known = entry.step.operation in {Operation.CREATE, Operation.DELETE}
    return f"<p class=empty>{'It has no inputs.' if known else 'The engine names no property.'}</p>\n"


def _computed(entry: outline.Entry) -> str:
    if not entry.computed:
        return ""
    paths = " ".join(f"<code>{_word(path)}</code>" for path in entry.computed)
    title = counted(len(entry.computed), "computed or default property")
    return f"<details class=computed><summary>{title}</summary><p>{paths}</p></details>\n"
