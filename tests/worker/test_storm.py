"""Ten thousand jobs, a tenth of which fail once, while workers are killed at random and Redis is lost in the middle.

What must hold is read at the effect: at the answers, of which each id has one, and at the model server, which counts
what it computes. A worker that is killed between the model server's answer and keeping it makes the next attempt compute
again: that, and nothing else, is computed twice, and of the two answers one is kept.
"""

import asyncio
import json
import random
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from queue_rig import OK, Bench, batch_line

from worker import letters, requests
from worker.connection import AWAY, connect
from worker.queue import Depth, Queue
from worker.settings import Settings, from_environment

JOBS = 10_000
FAIL_ONCE, FAIL_ALWAYS = 10, 200
"""One job in so many."""

WORKERS, SLOTS = 3, 16
KILL_SECONDS = 2.0
ATTEMPTS = 3
EARLY_MILLISECONDS = 2
"""Clocks of Redis's scripts and of the attempts' own lines are both whole milliseconds."""

IDS = [f"job-{number:05}" for number in range(JOBS)]


def fails_always(job_id: str) -> bool:
    return zlib.crc32(job_id.encode()) % FAIL_ALWAYS == 1


def fails_once(job_id: str) -> bool:
    return zlib.crc32(job_id.encode()) % FAIL_ONCE == 0


def told(job_id: str, call: int) -> tuple[int, float]:
    return (503, 0.0) if fails_always(job_id) or (call == 1 and fails_once(job_id)) else OK


@dataclass
class Storm:
    """Keeps killing until every job has ended."""

    bench: Bench
    settings: Settings
    killed: int = 0
    restarted: bool = False

    async def run(self) -> None:
        redis = connect(self.settings.redis, single=True)
        submitted = await Queue(self.settings, redis).submit([requests.of_line(batch_line(each)) for each in IDS])
        assert {each.id for each in submitted} == set(IDS)
        await redis.aclose()
        for _ in range(WORKERS):
            self.bench.worker(CONCURRENCY=str(SLOTS))
        last = time.monotonic()
        while (depth := await self.depth()) is None or self.ended(depth) < JOBS:
            await asyncio.sleep(0.2)
            if time.monotonic() - last > KILL_SECONDS:
                last = time.monotonic()
                self.strike(depth)

    async def depth(self) -> Depth | None:
        redis = connect(self.settings.redis, single=True)
        try:
            return await Queue(self.settings, redis).depth()
        except AWAY:
            return None
        finally:
            await redis.aclose()

    def ended(self, depth: Depth) -> int:
        return depth.states["completed"] + depth.states["failed"]

    def strike(self, depth: Depth | None) -> None:
        """Kill a worker and start another; once half of the jobs are done, kill Redis too."""
        number = random.randrange(WORKERS)
        self.bench.workers[number].kill()
        self.bench.workers[number].start()
        self.killed += 1
        if not self.restarted and depth and self.ended(depth) > JOBS // 2:
            self.bench.redis.crash()
            self.bench.redis.start()
            self.restarted = True


@dataclass(frozen=True)
class After:
    """What is left when all is over."""

    answers: dict[str, Any]
    dead: dict[str, letters.Letter]
    counts: dict[str, int]
    begun: dict[str, int]
    logs: dict[str, list[dict[str, Any]]]


async def look(settings: Settings) -> After:
    redis = connect(settings.redis, single=True)
    queue = Queue(settings, redis)
    found = {each: await queue.answers.get(each) for each in IDS}
    dead = {each.id: each for each in await letters.listed(queue, JOBS)}
    begun: dict[str, int] = {}
    logs: dict[str, list[dict[str, Any]]] = {}
    for job_id in IDS:
        if fails_once(job_id):
            job = await queue.bull.getJob(job_id)
            assert job is not None
            begun[job_id] = int(job.processedOn)
            logs[job_id] = [json.loads(line) for line in (await queue.bull.getJobLogs(job_id))["logs"]]
    counts = await queue.answers.counts()
    await redis.aclose()
    return After({each: answer.body for each, answer in found.items() if answer}, dead, counts, begun, logs)


def gaps(lines: Sequence[dict[str, Any]], begun: int) -> list[tuple[int, int]]:
    """Each failed attempt's number, and the time (ms) from its end to the start of the next one.

    There is no line of an attempt whose worker was killed before it could write one.
    """
    starts = [line["started"] for line in lines[1:]] + [begun] * bool(lines)
    return [(line["attempt"], start - line["ended"]) for line, start in zip(lines, starts, strict=True)]


def test_every_job_is_done_once_or_a_dead_letter(rig: Bench) -> None:
    rig.model.behaviour = told
    settings = replace(from_environment(rig.environment()), concurrency=SLOTS)
    storm = Storm(rig, settings)
    asyncio.run(storm.run())
    assert storm.killed >= WORKERS
    assert storm.restarted
    after = asyncio.run(look(settings))
    always = {each for each in IDS if fails_always(each)}
    stalled = {each for each, letter in after.dead.items() if "stalled" in letter.reason}

    # Nothing is lost, and nothing is both.
    assert after.answers.keys() == set(IDS) - after.dead.keys()
    assert after.dead.keys() == always | stalled
    # One answer for each id, however often it was computed.
    assert after.counts["stored"] == len(after.answers)
    assert all(rig.model.answered[each] >= 1 for each in after.answers)
    # What was computed twice is what was under way in a worker that was killed, or while Redis was away.
    twice = sum(rig.model.answered.values()) - len(after.answers)
    assert twice <= (storm.killed + WORKERS) * SLOTS
    # Dead letters had all their attempts.
    # A worker that is killed between an attempt's line and its end leaves a line for an attempt that is made again.
    assert all(len(after.dead[each].history) >= ATTEMPTS for each in always - stalled)
    assert {after.dead[each].attempts for each in always - stalled} == {ATTEMPTS}
    # No attempt came before its time: 1 s after the first failure, 2 s after the second.
    waits = [
        gap for each, lines in after.logs.items() if each in after.answers for gap in gaps(lines, after.begun[each])
    ]
    waits += [gap for letter in after.dead.values() for gap in gaps(letter.history, 2**62)[:-1]]
    assert {number for number, _ in waits} >= {1, 2}
    early = [(number, gap) for number, gap in waits if gap < 1000 * 2 ** (number - 1) - EARLY_MILLISECONDS]
    assert not early
