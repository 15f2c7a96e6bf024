"""Answers that regions give each other, so that a prompt is computed once for all of them.

The region's cache (`components/access/gateway/files/shared/shared.lua`) and the table that regions share have the same
keys: revision, tenant, host, path, digest of the body. Before the job has anything made, what the table has goes into
the region's cache, also for prompts that nobody has asked for here: a region that is idle is warm when it is needed.
Afterwards, what the cache has of frequent prompts goes into the table. An answer keeps the moment at which it is over,
so it gets no older by travelling, however often it does.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, cast

from redis.asyncio import Redis

from keyspace.connection import connected
from keyspace.errors import KeyspaceError
from keyspace.names import Spans
from keyspace.table import Codec, Table, now_milliseconds
from worker.connection import REDIS_ERRORS, connect
from worker.errors import WorkerError
from worker.precompute.prompts import Prompt
from worker.precompute.settings import Exchange

TABLE: Final = "answers"
_BYTES: Final[Codec[bytes]] = Codec(encode=bytes, decode=bytes)
_BATCH: Final = 100
# An answer that stays for so much longer only, ms, is not worth the way.
_ALIKE: Final = 5_000


@dataclass(frozen=True, slots=True)
class _Cache:
    """The region's cache; a fault is told by its name."""

    redis: Redis
    where: str

    async def ends(self, keys: Sequence[str]) -> list[tuple[str, int]]:
        """Return when the answer of each key is over, ms since 1970, 0 where there is none.

        A key whose value is empty is left out: gateways say by it that the answer may not be kept.
        """
        found: list[tuple[str, int]] = []
        for first in range(0, len(keys), _BATCH):
            some = keys[first : first + _BATCH]
            pipeline: Any = self.redis.pipeline(transaction=False)
            for key in some:
                pipeline.pexpiretime(key).strlen(key)
            told: list[int] = await self._told(pipeline.execute())
            ends = zip(some, told[::2], told[1::2], strict=True)
            found += [(key, max(end, 0)) for key, end, size in ends if size or end < 0]
        return found

    async def get(self, key: str) -> bytes:
        """Return the answer of a key, empty where there is none."""
        return await self._told(cast("Any", self.redis).get(key)) or b""

    async def put(self, key: str, value: bytes, end: int, *, only_new: bool) -> bool:
        """Keep an answer until `end`, ms since 1970, and return whether it is kept."""
        return bool(await self._told(cast("Any", self.redis).set(key, value, pxat=end, nx=only_new)))

    async def _told(self, asked: Awaitable[Any]) -> Any:
        try:
            return await asked
        except REDIS_ERRORS as error:
            raise WorkerError(f"the region's cache at {self.where} does not take it ({error})") from error


_Work: TypeAlias = Callable[[_Cache, Table[bytes]], Awaitable[int]]


async def bring(settings: Exchange) -> int:
    """Put the table's answers into the region's cache, in place of none or of one that goes soon; return how many.

    Raises:
        WorkerError: one of the two does not answer, or they take too long.
    """

    async def work(cache: _Cache, table: Table[bytes]) -> int:
        keys, brought = [key for key in await table.keys() if key.startswith(_prefix(settings))], 0
        soon = now_milliseconds() + 1000 * settings.least_seconds
        for key, end in await cache.ends(keys):
            entry = await table.entry(key) if end < soon else None
            if entry and entry.expires > end + _ALIKE:
                brought += await cache.put(key, entry.value, entry.expires, only_new=not end)
        return brought

    return await _within(settings, work)


async def share(settings: Exchange, prompts: Sequence[Prompt]) -> int:
    """Put the cache's answers to `prompts` into the table, in place of none or of older ones; return how many.

    Raises:
        WorkerError: one of the two does not answer, or they take too long.
    """

    async def work(cache: _Cache, table: Table[bytes]) -> int:
        shared, soon = 0, now_milliseconds() + 1000 * settings.least_seconds
        for key, end in await cache.ends([_key(settings, each) for each in prompts]):
            entry = await table.entry(key) if end >= soon else None
            if end >= soon and (entry is None or end > entry.expires + _ALIKE) and (value := await cache.get(key)):
                await table.put(key, value, end)
                shared += 1
        return shared

    return await _within(settings, work)


async def _within(settings: Exchange, work: _Work) -> int:
    try:
        async with asyncio.timeout(settings.seconds), _opened(settings) as (cache, table):
            return await work(cache, table)
    except TimeoutError:
        raise WorkerError(f"cache and shared table took longer than {settings.seconds} s") from None
    except KeyspaceError as error:
        raise WorkerError(str(error)) from error


@asynccontextmanager
async def _opened(settings: Exchange) -> AsyncGenerator[tuple[_Cache, Table[bytes]]]:
    where, spans = settings.cache, Spans(table=TABLE, lifetime=1000 * settings.lifetime_seconds)
    redis = connect(where, text=False)
    try:
        async with connected(settings.table) as client:
            yield _Cache(redis, f"{where.host}:{where.port}"), Table(client=client, spans=spans, codec=_BYTES)
    finally:
        await redis.aclose()


def _prefix(settings: Exchange) -> str:
    return f"answer|{settings.revision}|"


def _key(settings: Exchange, prompt: Prompt) -> str:
    return f"{_prefix(settings)}{prompt.tenant}|{prompt.host}|{prompt.path}|{prompt.digest}"
