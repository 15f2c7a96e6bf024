"""A comment's size: sections are given room in their order, and what has none is counted where it is missing.

GitHub refuses a comment of more than 65,536 characters. We count UTF-8 bytes, of which a text has at least as many as
characters (and as UTF-16 units), and stay below with room for what posting adds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from review.render.text import counted

GITHUB_LIMIT = 65_536
"""Characters of a comment's body; to a longer one the API answers `body is too long (maximum is 65536 characters)`:
https://github.com/danger/danger/issues/424."""
BUDGET = 60_000
"""UTF-8 bytes that a report may have as a comment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the comment that may be cut between its blocks.

    Attributes:
        noun: what a block is, e.g. `danger`, said where some are cut.
        total: how many blocks there are.
        blocks: their text, made only as long as there is room.
        before: title and table head; always shown.
        after: what closes the section; always shown.
    """

    noun: str
    total: int
    blocks: Iterable[str]
    before: str
    after: str = "\n"


def fit(head: str, sections: Sequence[Section], where: str, limit: int = BUDGET) -> str:
    """The head, and of each section as much as there is room for.

    Args:
        head: never cut.
        sections: the most important first.
        where: where the whole is, in Markdown.
        limit: UTF-8 bytes of all.

    Returns:
        Markdown of at most `limit` bytes, unless the parts that are never cut exceed it by themselves.
    """
    parts, room = [head], limit - _size(head) - sum(_least(section, where) for section in sections)
    for section in sections:
        shown = _shown(section, room)
        room -= sum(map(_size, shown))
        parts += [section.before, *shown, section.after]
        if len(shown) < section.total:
            parts.append(_cut(section, len(shown), where))
    return "".join(parts)


def _shown(section: Section, room: int) -> list[str]:
    shown: list[str] = []
    for block in section.blocks:
        room -= _size(block)
        if room < 0:
            break
        shown.append(block)
    return shown


def _least(section: Section, where: str) -> int:
    """Bytes of a section with none of its blocks."""
    return _size(section.before) + _size(section.after) + _size(_cut(section, 0, where))


def _cut(section: Section, shown: int, where: str) -> str:
    missing = f"{section.total - shown:,} of {counted(section.total, section.noun)} not shown"
    return f"\n> ✂️ **Cut here:** {missing}. {where}\n\n"


def _size(text: str) -> int:
    return len(text.encode())
