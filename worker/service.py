"""The worker process: all its parts, from start to SIGTERM."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncGenerator

from redis.asyncio import Redis

from worker import publisher
from worker.attempt import Attempt
from worker.connection import connect
from worker.consumer import Consumer
from worker.metrics import Metrics
from worker.model import ModelServer
from worker.queue import Queue
from worker.server import Server
from worker.settings import QUEUE, Settings

_log = logging.getLogger(__name__)


async def run(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    # Those that wait for jobs, and those that ask how the queue is: one never waits for the other's connection.
    jobs, asking = connect(settings.redis), connect(settings.redis)
    queue, shown = Queue(settings, asking), Metrics(settings.concurrency)
    async with ModelServer(settings.model_url, settings.concurrency) as model:
        attempt = Attempt(queue.answers, model, settings.attempt_seconds, settings.lock_seconds)
        consumer = Consumer(settings, jobs, attempt, shown)
        server = Server(settings, queue, consumer, shown)
        async with server.serving(), _publishing(settings, asking, queue):
            _log.info("%s takes jobs of %s, %d at a time", settings.name, QUEUE, settings.concurrency)
            working = asyncio.create_task(consumer.work(stop))
            await asyncio.wait({working, asyncio.create_task(stop.wait())}, return_when=asyncio.FIRST_COMPLETED)
            server.stopping = True
            await working
    await asking.aclose()
    _log.info("stopped")


@contextlib.asynccontextmanager
async def _publishing(settings: Settings, redis: Redis, queue: Queue) -> AsyncGenerator[None]:
    if not settings.metric_region:
        yield
        return
    client = await asyncio.to_thread(publisher.cloudwatch, settings.metric_region)
    task = asyncio.create_task(publisher.Publisher(settings, redis, queue, client).run())
    try:
        yield
    finally:
        task.cancel()
