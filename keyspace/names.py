"""Names of keys; pure. Each has in it when all that was written to it is over, so that nobody needs to ask.

A table's time is cut into spans as long as an entry lives. What is written in one span has a name of that span, and is
over at the end of the next one; so there are two names to read, and a name is not written any more for a whole lifetime
before it is deleted. A deletion can therefore never meet a write, in any region whose writes take less than a lifetime
to arrive: no transaction is needed, which would not hold between regions.
"""

import re
from dataclasses import dataclass
from typing import Final

from keyspace.commands import PREFIX
from keyspace.errors import KeyspaceError

EXPIRY: Final = f"{PREFIX}expiry"
"""A sorted set of all names, by when they are over."""

LEAST_LIFETIME: Final = 60_000
"""ms: what other regions' writes and clocks may be late by, far above the second that is promised to nobody."""

_TABLE = re.compile(r"[a-z][a-z0-9-]*")
_NAME = re.compile(rf"{re.escape(PREFIX)}([a-z][a-z0-9-]*):(\d+):(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spans:
    """The names of one table.

    Attributes:
        table: its name.
        lifetime: of its entries, ms. Another lifetime makes other names: what is there is then not found any more, and
            goes at its time.

    Raises:
        KeyspaceError: the name or the lifetime is not allowed.
    """

    table: str
    lifetime: int

    def __post_init__(self) -> None:
        if not _TABLE.fullmatch(self.table):
            raise KeyspaceError(f"table {self.table!r} must be small letters, digits and hyphens, like answers")
        if self.lifetime < LEAST_LIFETIME:
            raise KeyspaceError(
                f"lifetime {self.lifetime} ms of {self.table} must be {LEAST_LIFETIME} ms or more:"
                " an entry must outlive the time in which regions hear of it"
            )

    def end(self, now: int) -> int:
        """Return when what is written at `now` is over for certain, both in ms since 1970."""
        return (now // self.lifetime + 2) * self.lifetime

    def written(self, key: str, now: int) -> str:
        """Return the name that `key` is written to at `now`."""
        return self._name(key, self.end(now))

    def readable(self, key: str, now: int) -> tuple[str, str]:
        """Return the names that an entry of `key` may be found by at `now`, the later one first."""
        end = self.end(now)
        return self._name(key, end), self._name(key, end - self.lifetime)

    def key_of(self, name: str) -> str | None:
        """Return the key that a name stands for; None where it is another table's."""
        found = _NAME.fullmatch(name)
        return found[3] if found and found[1] == self.table else None

    def _name(self, key: str, end: int) -> str:
        return f"{PREFIX}{self.table}:{end}:{key}"


def end_of(name: str) -> int:
    """Return when all that was written to `name` is over, ms since 1970.

    Raises:
        KeyspaceError: no table makes such a name.
    """
    found = _NAME.fullmatch(name)
    if found is None:
        raise KeyspaceError(f"{EXPIRY} has {name!r}, which no table made: find out who wrote it, then ZREM it")
    return int(found[2])
