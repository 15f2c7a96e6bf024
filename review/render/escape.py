"""Foreign text inside GitHub's Markdown: shown as it is, never formatting, tag, link, mention or reference."""

import re
from collections.abc import Iterable

from review.render.text import shorten, visible

_MARKUP = re.compile(r"[&<>|`*_~\[\]()\\!{}$^\"']")
_LINKED = re.compile(r"(?<=[@#])(?=\w)|(?<=:)(?=//)|(?<=\bGH)(?=-\d)|(?<=\bwww)(?=\.)", re.IGNORECASE)
"""Between what GitHub would turn into a mention, a reference or a link.

https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls
"""
_SPACE = "\u200b"
_NAME = 120
_PROSE = 600


def prose(text: str, limit: int = _PROSE) -> str:
    """A sentence from outside, in running text or a table's cell."""
    return _entities(_LINKED.sub(_SPACE, shorten(visible(text.strip()), limit)))


def code(text: str, limit: int = _NAME) -> str:
    """A name or value from outside: GitHub looks for mentions and references in no `<code>`."""
    return f"<code>{_entities(shorten(visible(text), limit))}</code>"


def fenced(lines: Iterable[str], language: str) -> str:
    """Lines in a block of code: its fence is longer than any run of backticks in it, and a line stays one line."""
    body = [visible(line) for line in lines]
    longest = max((len(run) for line in body for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([f"{fence}{language}", *body, fence])


def row(cells: Iterable[str]) -> str:
    """One line of a table; the cells are Markdown already."""
    return f"| {' | '.join(cells)} |\n"


def _entities(text: str) -> str:
    return _MARKUP.sub(lambda match: f"&#{ord(match[0])};", text)
