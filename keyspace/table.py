"""Typed tables on MemoryDB Multi-Region, where no key has a time to live.

What a reader and a writer may count on:

* Expiry. Each value carries the time at which it is over, in one string with it; who reads looks at the clock. The
  sweeper (`keyspace/sweeper.py`) removes later what nobody would be given any more.
* Last writer wins. Of two regions' writes to one key in one span the later one stays in both, by the service's clocks,
  and the other is gone without a word: write what is a whole by itself, never what is read, changed and written back.
  Value and time are one string for that reason: of two fields, one could be of either writer.
* No lock, no counter, no uniqueness. A region does not wait for another; `SET NX` or `INCR` that looks right in both
  can be wrong. Limits are counted in each region's own memory.
* A deletion reaches what its region has seen. A write of another region that is still on its way comes after it.
* Order. Each key is by itself; keys may arrive in another order than they were written in.
* A region without the other goes on, and hears of the rest when it is back; that may be long, and nothing says how
  long (https://docs.aws.amazon.com/memorydb/latest/devguide/multi-region.prereq.html). For answers it is a miss.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, Protocol, TypeVar

from keyspace.commands import DATA
from keyspace.errors import KeyspaceError
from keyspace.names import EXPIRY, Spans, end_of

Value = TypeVar("Value")
PAGE: Final = 500
"""Names of one look at the list of all names, a count."""


class Client(Protocol):
    """What carries a command to the table: redis's client of clusters, or of one server."""

    def execute_command(self, *args: Any) -> Awaitable[Any]:
        """Send a command as words, and return its answer."""
        ...


async def ask(client: Client, command: str, *words: str | bytes | int) -> Any:
    """Send one command that every region takes; raises KeyspaceError for any other, before it is sent."""
    if DATA.get(command.lower()) != len(words):
        raise KeyspaceError(
            f"{command} with {len(words)} words is not for the shared table:"
            f" only {', '.join(f'{name} with {count}' for name, count in DATA.items())} are"
        )
    return await client.execute_command(command, *words)


async def page(client: Client, first: int, last: int) -> list[str]:
    """Return the names from the `first` to the `last` place of the list, by when they are over; -1 is the last one."""
    found: list[Any] = await ask(client, "ZRANGE", EXPIRY, first, last)
    return [name.decode() if isinstance(name, bytes) else str(name) for name in found]


@dataclass(frozen=True, slots=True)
class Entry(Generic[Value]):
    """A value, and when it is over, ms since 1970."""

    value: Value
    expires: int


@dataclass(frozen=True, slots=True)
class Codec(Generic[Value]):
    """How a value becomes bytes, and again a value."""

    encode: Callable[[Value], bytes]
    decode: Callable[[bytes], Value]


def now_milliseconds() -> int:
    """Return the time, ms since 1970."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Generic[Value]):
    """Values by key, each for the table's lifetime.

    Attributes:
        client: the way to this region's member.
        spans: its names, and how long an entry lives.
        codec: of its values.
        clock: ms since 1970.
    """

    client: Client
    spans: Spans
    codec: Codec[Value]
    clock: Callable[[], int] = now_milliseconds

    async def put(self, key: str, value: Value, expires: int | None = None) -> None:
        """Keep `value` in place of what `key` has, until `expires`, ms since 1970, or for the table's lifetime at most.

        The name is listed before it is there: a crash between the two leaves a line that the sweeper takes, and not an
        entry that nobody finds. Whoever slept in between so long that the line may be gone lists it again.
        """
        now = self.clock()
        name, end, longest = self.spans.written(key, now), self.spans.end(now), now + self.spans.lifetime
        until = longest if expires is None else min(expires, longest)
        await ask(self.client, "ZADD", EXPIRY, end, name)
        await ask(self.client, "SET", name, _sealed(until, self.codec.encode(value)))
        if self.clock() >= end:
            await ask(self.client, "ZADD", EXPIRY, end, name)

    async def get(self, key: str) -> Value | None:
        """Return what `key` has, None where that is nothing or over."""
        found = await self.entry(key)
        return found.value if found else None

    async def entry(self, key: str) -> Entry[Value] | None:
        """Return what `key` has and until when, None where that is nothing or over."""
        now = self.clock()
        for name in self.spans.readable(key, now):
            found: bytes | None = await ask(self.client, "GET", name)
            if found is not None:
                expires, value = _opened(name, found)
                return Entry(self.codec.decode(value), expires) if now < expires else None
        return None

    async def keys(self) -> list[str]:
        """Return the keys of what may be there now, what is over last first; some of it may be over all the same.

        Raises:
            KeyspaceError: the list has a name that no table made.
        """
        now, last = self.clock(), -1
        found: dict[str, None] = {}
        while names := await page(self.client, last - PAGE + 1, last):
            alive = [name for name in reversed(names) if end_of(name) > now]
            found.update((key, None) for name in alive if (key := self.spans.key_of(name)) is not None)
            if len(alive) < len(names):
                break
            last -= PAGE
        return list(found)

    async def delete(self, key: str) -> None:
        """Forget `key`; the older entry first, so that nobody is given it when the newer one is gone."""
        for name in reversed(self.spans.readable(key, self.clock())):
            await ask(self.client, "DEL", name)


def _sealed(expires: int, value: bytes) -> bytes:
    return b"%d:%b" % (expires, value)


def _opened(name: str, found: bytes) -> tuple[int, bytes]:
    expires, colon, value = found.partition(b":")
    if not colon or not expires.isdigit():
        raise KeyspaceError(f"{name} has no time in it, so no table wrote it: find out who did, then DEL it")
    return int(expires), value
