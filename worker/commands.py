"""What people and scripts do with the queue; each command yields its lines as JSON objects."""

import argparse
import contextlib
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, TypeAlias

from worker import letters, requests
from worker.connection import connect
from worker.errors import WorkerError
from worker.queue import Queue
from worker.settings import Settings

Lines: TypeAlias = AsyncIterator[dict[str, Any]]
_OK: Final = 200


@contextlib.asynccontextmanager
async def _open(settings: Settings) -> AsyncGenerator[Queue]:
    # One connection: Redis's WAIT is about what the same connection wrote.
    redis = connect(settings.redis, single=True)
    try:
        yield Queue(settings, redis)
    finally:
        await redis.aclose()


async def submit(asked: argparse.Namespace, settings: Settings) -> Lines:
    """Put in the requests of a batch file; all of them are read before the first is put in."""
    found = _read(asked.file)
    async with _open(settings) as queue:
        for each in await queue.submit(found):
            yield {"custom_id": each.id, "state": each.state}


def _read(name: str) -> list[requests.Request]:
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text()
    except OSError as error:
        raise WorkerError(
            f"{name} can not be read ({error.strerror}): name a batch file, or - for standard input"
        ) from error
    found: list[requests.Request] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                found.append(requests.of_line(line))
            except WorkerError as error:
                raise WorkerError(f"line {number}: {error}; nothing was submitted") from None
    return found


async def answers(asked: argparse.Namespace, settings: Settings) -> Lines:
    """Print answers as https://platform.openai.com/docs/api-reference/batch/request-output has them."""
    async with _open(settings) as queue:
        for job_id in asked.ids:
            answer = await queue.answers.get(job_id)
            response = None if answer is None else {"status_code": _OK, "request_id": job_id, "body": answer.body}
            yield {
                "custom_id": job_id,
                "response": response,
                "error": None if answer else await _why_not(queue, job_id),
            }


async def _why_not(queue: Queue, job_id: str) -> dict[str, str]:
    job = await queue.bull.getJob(job_id)
    if job is None:
        return {"code": "unknown", "message": "no such job, or its answer's time is over"}
    state = await job.getState()
    return {"code": state, "message": job.failedReason or "no answer yet"}


async def status(_: argparse.Namespace, settings: Settings) -> Lines:
    """Print jobs by state."""
    async with _open(settings) as queue:
        depth = await queue.depth()
        yield {
            **depth.states,
            "oldest_waiting_seconds": round(depth.oldest, 3),
            "answers": await queue.answers.counts(),
        }


async def failed(asked: argparse.Namespace, settings: Settings) -> Lines:
    """Print dead letters."""
    async with _open(settings) as queue:
        for letter in await letters.listed(queue, asked.limit):
            yield asdict(letter)


async def redrive(asked: argparse.Namespace, settings: Settings) -> Lines:
    """Put dead letters back."""
    if bool(asked.ids) == asked.all:
        raise WorkerError("name dead letters or give --all, not both: list them with `failed`")
    async with _open(settings) as queue:
        ids = [each async for each in letters.all_ids(queue)] if asked.all else asked.ids
        for job_id in await letters.redrive(queue, ids):
            yield {"id": job_id, "state": "waiting"}


COMMANDS: Final[Mapping[str, Callable[[argparse.Namespace, Settings], Lines]]] = {
    "submit": submit,
    "answers": answers,
    "status": status,
    "failed": failed,
    "redrive": redrive,
}
