"""The queue as producers, people and metrics see it."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from bullmq import Queue as BullQueue
from bullmq.types import JobOptions
from redis.asyncio import Redis

from worker.answers import Answers
from worker.errors import WorkerError
from worker.requests import Request
from worker.settings import QUEUE, Settings

STATES: Final = ("waiting", "prioritized", "active", "delayed", "failed", "completed")
"""BullMQ's; `failed` are the dead letters, and a paused queue's jobs are waiting."""

QUEUED, ANSWERED = "queued", "answered"
JOB_NAME: Final = "inference"
_REPLICATION_MILLISECONDS: Final = 1000
_BATCH: Final = 500
_MINUTE: Final = 60


@dataclass(frozen=True, slots=True)
class Depth:
    """How full the queue is: jobs by state, and the age (s) of the one that has waited longest."""

    states: dict[str, int]
    oldest: float

    @property
    def length(self) -> int:
        """Jobs that wait for a worker."""
        return self.states["waiting"] + self.states["prioritized"]


@dataclass(frozen=True, slots=True)
class Submitted:
    """What became of a request: its id, and whether it is `queued` or `answered` already."""

    id: str
    state: str


class Queue:
    """The queue `model-inference`."""

    def __init__(self, settings: Settings, redis: Redis) -> None:
        self._settings, self._redis = settings, redis
        self.bull = BullQueue(QUEUE, {"connection": redis})
        self.answers = Answers(redis, settings.answer_seconds)

    async def submit(self, requests: Sequence[Request]) -> list[Submitted]:
        """Put requests in; one whose id is known already is not put in again.

        Raises:
            WorkerError: an id stands for another request, or a replica does not have the jobs yet: they may be lost
                in a failover, and submitting the same ids again is safe.
        """
        batches = [requests[start : start + _BATCH] for start in range(0, len(requests), _BATCH)]
        submitted = [each for batch in batches for each in await self._add(batch)]
        await self._replicated(len(requests))
        return submitted

    async def depth(self) -> Depth:
        """Return how full the queue is."""
        counts = await self.bull.getJobCounts(*STATES)
        return Depth({state: int(counts.get(state, 0)) for state in STATES}, await self._oldest())

    async def _oldest(self) -> float:
        last: str | None = await cast("Any", self._redis.lindex(self.bull.keys["wait"], -1))
        if last is None:
            return 0.0
        put_in: str | None = await cast("Any", self._redis.hget(self.bull.toKey(last), "timestamp"))
        return max(0.0, time.time() - int(put_in) / 1000) if put_in else 0.0

    def _options(self, job_id: str) -> JobOptions:
        settings = self._settings
        return {
            "jobId": job_id,
            "attempts": settings.attempts,
            "backoff": {"type": "exponential", "delay": settings.backoff_milliseconds},
            # The job goes first: one without its answer would hide that the answer is gone.
            "removeOnComplete": {"age": max(1, settings.answer_seconds - _MINUTE)},
            "removeOnFail": {"age": settings.dead_letter_seconds},
            # Each attempt's reason is in the job's log; a trace of this program helps nobody there.
            "stackTraceLimit": 0,
        }

    async def _add(self, batch: Sequence[Request]) -> list[Submitted]:
        answered = await self._answered(batch)
        added = [each for each in batch if each.id not in answered]
        if added:
            await self.bull.addBulk(
                [{"name": JOB_NAME, "data": each.data(), "opts": self._options(each.id)} for each in added]
            )
            await self._require_own(added)
        return [Submitted(each.id, ANSWERED if each.id in answered else QUEUED) for each in batch]

    async def _answered(self, batch: Sequence[Request]) -> set[str]:
        digests = await self.answers.digests([each.id for each in batch])
        for request, digest in zip(batch, digests, strict=True):
            _require_same(request, digest)
        return {request.id for request, digest in zip(batch, digests, strict=True) if digest is not None}

    async def _require_own(self, added: Sequence[Request]) -> None:
        """BullMQ leaves a job of the same id as it is: refuse where that is another request's."""
        pipe = self._redis.pipeline(transaction=False)
        for request in added:
            pipe.hget(self.bull.toKey(request.id), "data")
        texts: list[str | None] = await cast("Any", pipe.execute())
        for request, text in zip(added, texts, strict=True):
            _require_same(request, json.loads(text).get("digest") if text else None)

    async def _replicated(self, jobs: int) -> None:
        wanted = self._settings.redis.replicas
        if wanted == 0 or jobs == 0:
            return
        got: int = await cast("Any", self._redis).wait(wanted, _REPLICATION_MILLISECONDS)
        if got < wanted:
            raise WorkerError(
                f"{got} of {wanted} replicas have the {jobs} jobs after {_REPLICATION_MILLISECONDS} ms:"
                " a failover now may lose them; submit the same ids again"
            )


def _require_same(request: Request, digest: str | None) -> None:
    if digest not in {None, request.digest}:
        raise WorkerError(
            f"{request.id} stands for another request already: take another custom_id,"
            " or wait until the answer's time is over"
        )
