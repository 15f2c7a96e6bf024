"""Tells CloudWatch how long the queue is, from one worker of all: the alarms of the GPU nodes read it there."""

import asyncio
import logging
from typing import Any, Final, Protocol, cast

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from redis.asyncio import Redis

from worker.connection import REDIS_ERRORS
from worker.queue import Queue
from worker.settings import QUEUE, Settings

METRIC: Final = "QueueLength"
SECONDS: Final = 20
"""Between two data points: three to a period of the alarms, which is a minute."""

_KEY: Final = f"answers:{QUEUE}:publisher"
# A lease: whoever has it goes on, anyone takes it when it ran out.
_ELECT: Final = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return 1
"""
_log = logging.getLogger(__name__)


class CloudWatch(Protocol):
    """The one call that is made."""

    def put_metric_data(self, *, Namespace: str, MetricData: list[dict[str, Any]]) -> object:  # noqa: N803 - AWS's names
        """Send data points."""


def cloudwatch(region: str) -> CloudWatch:
    """Return a client with the pod's own role; it gives up within the time between two data points."""
    config = Config(connect_timeout=3, read_timeout=5, retries={"total_max_attempts": 2})
    session = cast("Any", botocore.session).get_session()
    return session.create_client("cloudwatch", region_name=region, config=config)


class Publisher:
    """Sends the queue's length while this worker holds the lease."""

    def __init__(self, settings: Settings, redis: Redis, queue: Queue, client: CloudWatch) -> None:
        self._settings, self._queue, self._client = settings, queue, client
        self._elect = redis.register_script(_ELECT)

    async def run(self) -> None:
        """Go on until cancelled; what fails is told, and tried again with the next data point."""
        while True:
            try:
                await self.once()
            except (*REDIS_ERRORS, BotoCoreError, ClientError) as error:
                _log.warning("the queue's length was not published: %s", error)
            await asyncio.sleep(SECONDS)

    async def once(self) -> bool:
        """Publish if it is this worker's turn; returns whether it was."""
        arguments = [self._settings.name, 2 * SECONDS]
        if not await cast("Any", self._elect(keys=[_KEY], args=arguments)):
            return False
        depth = await self._queue.depth()
        await asyncio.to_thread(self._put, depth.length)
        return True

    def _put(self, length: int) -> None:
        dimensions = [{"Name": "Queue", "Value": QUEUE}, {"Name": "Stack", "Value": self._settings.metric_stack}]
        point = {"MetricName": METRIC, "Dimensions": dimensions, "Value": length, "Unit": "Count"}
        self._client.put_metric_data(Namespace=self._settings.metric_namespace, MetricData=[point])
