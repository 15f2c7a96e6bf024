"""Dead letters: jobs that failed for good, kept to be looked at and driven again."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from bullmq import Job

from worker.errors import WorkerError
from worker.queue import Queue

FAILED = "failed"
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter: its last reason, and each attempt as its worker wrote it down."""

    id: str
    attempts: int
    reason: str
    history: list[dict[str, Any]]


async def listed(queue: Queue, limit: int) -> list[Letter]:
    """Return the latest dead letters."""
    jobs = await queue.bull.getJobs([FAILED], 0, limit - 1)
    return [await _letter(queue, job) for job in jobs]


async def _letter(queue: Queue, job: Job) -> Letter:
    logs = await queue.bull.getJobLogs(job.id)
    return Letter(job.id, job.attemptsMade, job.failedReason or "", [json.loads(line) for line in logs["logs"]])


async def redrive(queue: Queue, ids: Sequence[str]) -> list[str]:
    """Put dead letters back with all their attempts; returns their ids.

    Raises:
        WorkerError: an id is no dead letter; those before it are back in the queue.
    """
    done: list[str] = []
    for job_id in ids:
        job = await queue.bull.getJob(job_id)
        state = await job.getState() if job else "unknown"
        if job is None or state != FAILED:
            raise WorkerError(f"{job_id} is {state}: only a dead letter is driven again; list them with `failed`")
        await job.retry(FAILED, {"resetAttemptsMade": True, "resetAttemptsStarted": True})
        done.append(job_id)
    return done


async def all_ids(queue: Queue) -> AsyncIterator[str]:
    """Yield the ids of the dead letters there are now."""
    total = (await queue.bull.getJobCounts(FAILED))[FAILED]
    pages = [await queue.bull.getJobs([FAILED], start, start + _PAGE - 1) for start in range(0, total, _PAGE)]
    for page in pages:
        for job in page:
            yield job.id
