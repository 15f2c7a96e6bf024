"""Health and metrics, on one port."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from aiohttp import web

from worker.connection import REDIS_ERRORS
from worker.consumer import Consumer
from worker.metrics import Metrics
from worker.queue import Depth, Queue
from worker.settings import Settings

_DEPTH_SECONDS = 2.0
"""What Prometheus's scrape or a probe may lose to a Redis that does not answer."""

_ROUNDS_MISSED = 3
_TEXT = "text/plain; version=0.0.4; charset=utf-8"


class Server:
    """Answers `/healthz` (does the loop go round), `/readyz` (does Redis answer, is it not stopping), `/metrics`."""

    def __init__(self, settings: Settings, queue: Queue, consumer: Consumer, shown: Metrics) -> None:
        self._settings, self._queue, self._consumer, self._shown = settings, queue, consumer, shown
        self.stopping = False

    @asynccontextmanager
    async def serving(self) -> AsyncGenerator[None]:
        """Serve while inside."""
        app = web.Application()
        app.router.add_get("/healthz", self._alive)
        app.router.add_get("/readyz", self._ready)
        app.router.add_get("/metrics", self._metrics)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, self._settings.listen_host, self._settings.listen_port).start()
        try:
            yield
        finally:
            await runner.cleanup()

    async def _alive(self, _: web.Request) -> web.Response:
        silent = time.monotonic() - self._consumer.beat
        longest = _ROUNDS_MISSED * self._settings.lock_seconds
        if silent > longest and not self.stopping:
            return _answer(503, f"the loop has been silent for {silent:.0f} s, {longest} s are allowed")
        return _answer(200, "ok")

    async def _ready(self, _: web.Request) -> web.Response:
        if self.stopping:
            return _answer(503, "stopping")
        return _answer(200, "ok") if await self._depth() else _answer(503, "Redis does not answer")

    async def _metrics(self, _: web.Request) -> web.Response:
        return web.Response(body=self._shown.render(await self._depth()), headers={"Content-Type": _TEXT})

    async def _depth(self) -> Depth | None:
        try:
            async with asyncio.timeout(_DEPTH_SECONDS):
                return await self._queue.depth()
        except (*REDIS_ERRORS, TimeoutError):
            return None


def _answer(status: int, text: str) -> web.Response:
    return web.Response(status=status, text=f"{text}\n")
