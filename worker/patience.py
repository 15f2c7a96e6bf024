"""Waiting for Redis to come back, where asking again does no harm."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from worker.connection import AWAY

_PAUSE_SECONDS: Final = 0.1
_LONGEST_PAUSE_SECONDS: Final = 1.0

T = TypeVar("T")


async def patiently(ask: Callable[[], Awaitable[T]], seconds: float) -> T:
    """Return what `ask` does, asked again while Redis is away, for `seconds` at most; then its error is raised."""
    pause, end = _PAUSE_SECONDS, time.monotonic() + seconds
    while True:
        try:
            return await ask()
        except AWAY:
            if time.monotonic() + pause > end:
                raise
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
