"""How a model server behaves: its capacity, and what is wrong with it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal, get_args

Mode = Literal["well", "hung", "failing", "slow"]
MODES: tuple[Mode, ...] = get_args(Mode)
SLOW_FACTOR = 10


class FailingError(Exception):
    """The server is to answer 500."""


@dataclass(slots=True)
class Behaviour:
    """One model server's state, changed by the bench while it runs.

    Attributes:
        slots: requests that it works on at once; more wait in a queue, first come first served.
        seconds: what one request takes.
        mode: what is wrong with it.
        served: requests answered, by route.
    """

    slots: int
    seconds: float
    mode: Mode = "well"
    waiting: int = 0
    running: int = 0
    served: dict[str, int] = field(default_factory=dict[str, int])
    _mended: asyncio.Condition = field(default_factory=asyncio.Condition)
    _freed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def service_seconds(self) -> float:
        """What one request takes now."""
        return self.seconds * (SLOW_FACTOR if self.mode == "slow" else 1)

    async def set_mode(self, mode: Mode) -> None:
        """Change what is wrong; who waits for a hung server goes on."""
        async with self._mended:
            self.mode = mode
            self._mended.notify_all()

    async def hang(self) -> None:
        """Wait for as long as the server is hung."""
        async with self._mended:
            await self._mended.wait_for(lambda: self.mode != "hung")

    @asynccontextmanager
    async def slot(self, route: str) -> AsyncGenerator[None]:
        """Hold one of the slots; the body of the block does the work.

        Raises:
            FailingError: the server is failing.
        """
        await self.hang()
        if self.mode == "failing":
            raise FailingError
        self.waiting += 1
        try:
            async with self._freed:
                await self._freed.wait_for(lambda: self.running < self.slots)
                self.running += 1
        finally:
            self.waiting -= 1
        try:
            yield
            self.served[route] = self.served.get(route, 0) + 1
        finally:
            self.running -= 1
            async with self._freed:
                self._freed.notify(1)
