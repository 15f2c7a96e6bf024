"""A queue whose store has no memory left: it refuses jobs in words, and loses none that it took."""

import asyncio
import contextlib
from pathlib import Path
from typing import Any

from queue_rig import PATIENCE_SECONDS, Bench, batch_line, bench
from redis import Redis

from sandbox.process import wait_until
from worker import requests
from worker.connection import FULL, connect
from worker.queue import Queue
from worker.settings import from_environment

PROMPT = "x" * 20_000
FULL_AT = ["--maxmemory", "8mb", "--port"]


def fill(rig: Bench) -> list[str]:
    """Submit jobs, one after another, until one is refused; returns those that were taken."""

    async def run() -> list[str]:
        settings, taken = from_environment(rig.environment()), list[str]()
        redis = connect(settings.redis, single=True)
        queue = Queue(settings, redis)
        with contextlib.suppress(FULL):
            for job_id in (f"job-{number:04}" for number in range(10_000)):
                await queue.submit([requests.of_line(batch_line(job_id, PROMPT))])
                taken.append(job_id)
        await redis.aclose()
        return taken

    return asyncio.run(run())


def test_a_full_store_refuses_in_words_and_loses_no_job(redis_server: Path, tmp_path: Path) -> None:
    with (
        bench(redis_server, tmp_path, *FULL_AT) as rig,
        Redis(host="127.0.0.1", port=rig.redis.port, decode_responses=True) as admin,
    ):
        store: Any = admin  # its commands are half typed
        taken = fill(rig)
        refused = rig.command("submit", "-", text=batch_line("late", PROMPT))
        assert (refused.returncode, refused.stdout) == (1, "")
        assert refused.stderr.startswith("error: the store of the queue is full: it takes no job rather than lose one")
        assert len(refused.stderr.splitlines()) == 1
        assert rig.status()["waiting"] == len(taken) > 100
        worker = rig.worker()
        assert wait_until(lambda: "maxmemory" in worker.daemon.tail(50), PATIENCE_SECONDS), worker.daemon.tail(50)
        assert worker.daemon.pid() is not None
        store.config_set("maxmemory", "64mb")
        assert rig.submit("late", prompt=PROMPT) == [{"custom_id": "late", "state": "queued"}]
        rig.until(completed=len(taken) + 1, failed=0, waiting=0)
        answered = rig.lines("answers", *taken, "late")
        assert all(each["response"]["status_code"] == 200 for each in answered)
        assert store.info("stats")["evicted_keys"] == 0
