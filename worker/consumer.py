"""Takes jobs, as many at a time as it has slots, until it is told to stop.

BullMQ's own loop (`Worker.run`) is not used: when it closes, it ends the renewal of locks with the first job that is
done, and jobs that still run are then another worker's too. So jobs are fetched one by one, as BullMQ documents it:
https://docs.bullmq.io/patterns/manually-fetching-jobs.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from bullmq import Job, UnrecoverableError, Worker
from redis.asyncio import Redis

from worker import metrics
from worker.connection import AWAY
from worker.errors import AttemptError, RefusedError
from worker.metrics import Metrics
from worker.patience import patiently
from worker.report import attempt_line
from worker.settings import QUEUE, Settings

GIVE_BACK_SECONDS: Final = 5.0
"""What giving jobs back may take after the grace."""

_AWAY_PAUSE_SECONDS: Final = 0.5
_MILLISECONDS: Final = 1000
_log = logging.getLogger(__name__)


class Consumer:
    """One worker process's share of the queue."""

    def __init__(
        self, settings: Settings, redis: Redis, attempt: Callable[[Job], Awaitable[str]], shown: Metrics
    ) -> None:
        self._settings, self._attempt, self._shown = settings, attempt, shown
        self._worker = Worker(
            QUEUE,
            None,
            {
                "connection": redis,
                "name": settings.name,
                "lockDuration": settings.lock_seconds * _MILLISECONDS,
                "stalledInterval": settings.stalled_seconds * _MILLISECONDS,
                # Workers that die of a job are attempts of it too: the last one makes it a dead letter.
                "maxStalledCount": settings.attempts - 1,
            },
        )
        self._worker.on("lockRenewalFailed", self._lose)
        self._worker.on("error", self._complain)
        self._computing: dict[str, asyncio.Task[str]] = {}
        self._lost: set[str] = set()
        self._handling: set[asyncio.Task[None]] = set()
        self._taken = 0
        self.beat = time.monotonic()
        """When the loop last went round, for whoever asks whether it still does."""

    async def work(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; then let jobs under way end within the grace, and give the others back."""
        self._worker.lockManager.start()
        stopping = asyncio.create_task(stop.wait())
        recovery = asyncio.create_task(self._recover())
        try:
            await self._take(stopping)
            await self._finish()
        finally:
            stopping.cancel()
            recovery.cancel()
            await self._worker.close(force=True)

    async def _take(self, stopping: asyncio.Task[bool]) -> None:
        while not stopping.done():
            self.beat = time.monotonic()
            if len(self._handling) >= self._settings.concurrency:
                beat = self._settings.lock_seconds
                await asyncio.wait({*self._handling, stopping}, timeout=beat, return_when=asyncio.FIRST_COMPLETED)
                continue
            job = await self._next(stopping)
            if job is not None:
                task = asyncio.create_task(self._handle(job))
                self._handling.add(task)
                task.add_done_callback(self._handling.discard)

    async def _next(self, stopping: asyncio.Task[bool]) -> Job | None:
        """Return a job that is this worker's now; None where none came, Redis is away, or it is time to stop."""
        self._taken += 1
        fetching = asyncio.create_task(self._worker.getNextJob(f"{self._worker.id}:{self._taken}"))
        await asyncio.wait({fetching, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if stopping.done():
            # It no longer waits for a job, but a job that it has just got is kept.
            self._worker.closing = True
            if self._worker.waiting is not None:
                self._worker.waiting.cancel()
        try:
            return await fetching
        except AWAY as error:
            _log.warning("Redis is away (%s): trying again", error)
            await asyncio.wait({stopping}, timeout=_AWAY_PAUSE_SECONDS)
            return None

    async def _finish(self) -> None:
        if self._handling:
            _log.info("stopping: %d jobs are under way", len(self._handling))
            await asyncio.wait(self._handling, timeout=self._settings.grace_seconds)
        for computing in self._computing.values():
            computing.cancel()
        if self._handling:
            await asyncio.wait(self._handling, timeout=GIVE_BACK_SECONDS)

    async def _handle(self, job: Job) -> None:
        started, token = time.time(), job.token or ""
        # A job that came back is not at its first attempt.
        self._shown.started(None if job.attemptsStarted > 1 else started - job.timestamp / _MILLISECONDS)
        self._worker.lockManager.track_job(job.id, token, int(started * _MILLISECONDS))
        outcome = metrics.LOST
        try:
            outcome = await self._handled(job, token, started)
        except TypeError as error:
            # BullMQ's word for a lock that is another's: the job is in other hands, or done.
            _log.warning("job %s is no longer ours: %s", job.id, error)
        except AWAY as error:
            _log.warning("job %s is left to another worker, since Redis stays away: %s", job.id, error)
        finally:
            self._worker.lockManager.untrack_job(job.id)
            self._lost.discard(job.id)
            self._shown.ended(outcome, time.time() - started)

    async def _handled(self, job: Job, token: str, started: float) -> str:
        try:
            outcome = await self._compute(job)
        except asyncio.CancelledError:
            return await self._left(job, token)
        except AttemptError as error:
            return await self._failed(job, token, started, error)
        await self._surely(lambda: job.moveToCompleted({"outcome": outcome}, token))
        return outcome

    async def _compute(self, job: Job) -> str:
        if job.deferredFailure:
            raise RefusedError(f"{job.deferredFailure}: {self._settings.attempts} workers died of it, or were killed")
        computing = asyncio.ensure_future(self._attempt(job))
        self._computing[job.id] = asyncio.ensure_future(computing)
        try:
            return await computing
        finally:
            del self._computing[job.id]

    async def _left(self, job: Job, token: str) -> str:
        if job.id in self._lost:
            return metrics.LOST
        # At once, and it costs the job none of its attempts.
        await self._surely(lambda: job.moveToDelayed(int(time.time() * _MILLISECONDS), token))
        return metrics.GIVEN_BACK

    async def _failed(self, job: Job, token: str, started: float, error: AttemptError) -> str:
        number = job.attemptsMade + 1
        final = isinstance(error, RefusedError) or number >= self._settings.attempts
        _log.warning("job %s, attempt %d failed%s: %s", job.id, number, " for good" if final else "", error)
        await self._surely(lambda: job.log(attempt_line(number, started, str(error))))
        reason = UnrecoverableError(str(error)) if isinstance(error, RefusedError) else error
        await self._surely(lambda: job.moveToFailed(reason, token))
        return metrics.DEAD if final else metrics.FAILED

    async def _surely(self, change: Callable[[], Awaitable[object]]) -> None:
        # A lock lives on for this long: after that the job may be another's.
        await patiently(change, self._settings.lock_seconds)

    async def _recover(self) -> None:
        """Look for jobs of workers that died, as every worker does; Redis lets one of them look at a time."""
        while True:
            await asyncio.sleep(self._settings.stalled_seconds)
            with contextlib.suppress(*AWAY):
                await self._worker.runStalledJobsCheck()

    def _lose(self, ids: Iterable[str]) -> None:
        for job_id in ids:
            if job_id in self._computing:
                self._lost.add(job_id)
                self._computing[job_id].cancel()

    def _complain(self, error: Exception, *_: object) -> None:
        _log.warning("%s", error)
