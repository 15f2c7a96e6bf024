"""A real Redis, worker processes, and a stand-in for the model server that counts what it computes; all on loopback."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from aiohttp import web

from sandbox.process import Daemon, free_port, wait_until

ROOT = Path(__file__).parents[1]
PATIENCE_SECONDS = 30
OK = (200, 0.0)
Behaviour = Callable[[str, int], tuple[int, float]]
"""What the model server does with a job's id at its nth request: answer this status after that many seconds."""


@dataclass
class RedisServer:
    """A Redis that keeps every write it acknowledged, in `folder`.

    Attributes:
        program: the launcher of `redis-server`.
        folder: its append-only file and log.
        options: more of its options, as words; the last is one that takes the port.
    """

    program: Path
    folder: Path
    options: Sequence[str] = ()
    port: int = field(default_factory=free_port)

    @property
    def daemon(self) -> Daemon:
        return Daemon("redis", self.folder)

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        where = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder)]
        kept = ["--appendonly", "yes", "--appendfsync", "always", "--save", "", "--maxmemory-policy", "noeviction"]
        # The options may end with that of another port.
        more = [*self.options, str(self.port)] if self.options else []
        self.daemon.start([str(self.program), *where, *kept, *more])
        self.await_line("Ready to accept connections")

    def await_line(self, text: str) -> None:
        assert wait_until(lambda: text in self.daemon.tail(20), PATIENCE_SECONDS), self.daemon.tail(20)

    def crash(self) -> None:
        """End it as the loss of its machine would, as far as a process can tell."""
        self.daemon.kill()
        self.daemon.log.unlink()

    def stop(self) -> None:
        self.daemon.stop()


class StandIn:
    """A model server that answers as told, and counts requests and answers by job."""

    def __init__(self, behaviour: Behaviour = lambda _id, _call: OK) -> None:
        self.behaviour: Behaviour = behaviour
        self.held = False
        self.port = free_port()
        self.asked: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.dropped: Counter[str] = Counter()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._runner: web.AppRunner | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _start(self) -> None:
        app = web.Application()
        app.router.add_post("/v1/{path:.*}", self._answer)
        # The handler is told when its client goes away, as a model server stops generating then.
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def _stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        job_id = request.headers["X-Request-Id"]
        self.asked[job_id] += 1
        status, seconds = self.behaviour(job_id, self.asked[job_id])
        try:
            await asyncio.sleep(seconds)
            while self.held:  # noqa: ASYNC110 - another thread sets it
                await asyncio.sleep(0.02)
        except asyncio.CancelledError:
            self.dropped[job_id] += 1
            raise
        if status != 200:
            return web.json_response({"error": f"told to answer {status}"}, status=status)
        self.answered[job_id] += 1
        return web.json_response({"id": job_id, "answer": self.answered[job_id]})


@dataclass
class WorkerProcess:
    """`python -m worker run` in a process of its own."""

    daemon: Daemon
    environment: Mapping[str, str]
    port: int

    def start(self) -> None:
        self.daemon.start([sys.executable, "-m", "worker", "run"], self.environment)

    def ready(self) -> Self:
        assert wait_until(lambda: self.status("/readyz") == 200, PATIENCE_SECONDS), self.daemon.tail(20)
        return self

    def kill(self) -> None:
        self.daemon.kill()

    def terminate(self) -> None:
        """Tell it to stop, as Kubernetes does."""
        pid = self.daemon.pid()
        assert pid is not None
        os.kill(pid, signal.SIGTERM)

    def ended(self) -> bool:
        return wait_until(lambda: self.daemon.pid() is None, PATIENCE_SECONDS)

    def get(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
            return answer.read().decode()

    def status(self, path: str) -> int:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            error.close()
            return error.code
        except OSError:
            return 0


@dataclass
class Bench:
    """Everything of one test, ended with it."""

    folder: Path
    redis: RedisServer
    model: StandIn
    variables: dict[str, str] = field(default_factory=dict[str, str])
    workers: list[WorkerProcess] = field(default_factory=list[WorkerProcess])

    def environment(self, **more: str) -> dict[str, str]:
        """The variables of a worker or command of this bench: recovery in a few seconds instead of half a minute."""
        own = {
            "REDIS_HOST": "127.0.0.1", "REDIS_PORT": str(self.redis.port), "REDIS_TLS": "false",
            "MODEL_URL": f"http://127.0.0.1:{self.model.port}", "LOCK_SECONDS": "3", "STALLED_SECONDS": "1",
            "ATTEMPT_SECONDS": "20", "GRACE_SECONDS": "10",
        }  # fmt: skip
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ}
        return {
            **kept,
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "error::UserWarning",
            **own,
            **self.variables,
            **more,
        }

    def worker(self, **more: str) -> WorkerProcess:
        """Start one more worker."""
        number, port = len(self.workers), free_port()
        named = {"LISTEN_PORT": str(port), "WORKER_NAME": f"worker-{number}"}
        made = WorkerProcess(Daemon(f"worker-{number}", self.folder), self.environment(**named, **more), port)
        self.workers.append(made)
        made.start()
        return made

    def command(self, *words: str, text: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        """Run `python -m worker WORDS`."""
        return subprocess.run(
            [sys.executable, "-m", "worker", *words],
            cwd=ROOT, env=self.environment(**more), input=text, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def lines(self, *words: str, text: str = "", **more: str) -> list[dict[str, Any]]:
        """What a command that works prints."""
        ran = self.command(*words, text=text, **more)
        assert ran.returncode == 0, ran.stderr
        return [json.loads(line) for line in ran.stdout.splitlines()]

    def submit(self, *ids: str, prompt: str = "hello") -> list[dict[str, Any]]:
        return self.lines("submit", "-", text="\n".join(batch_line(each, prompt) for each in ids))

    def until_asked(self, jobs: int) -> None:
        """Wait until the model server was asked about so many jobs."""
        assert wait_until(lambda: len(self.model.asked) >= jobs, PATIENCE_SECONDS), self.model.asked

    def until(self, **states: int) -> None:
        """Wait until so many jobs are in these states."""
        assert wait_until(lambda: self.status().items() >= states.items(), PATIENCE_SECONDS), self.status()

    def status(self) -> dict[str, Any]:
        return self.lines("status")[0]

    def stop(self) -> None:
        for worker in self.workers:
            worker.daemon.stop()


def batch_line(job_id: str, prompt: str = "hello") -> str:
    """One line of an OpenAI batch file."""
    body = {"model": "m", "messages": [{"role": "user", "content": prompt}]}
    return json.dumps({"custom_id": job_id, "method": "POST", "url": "/v1/chat/completions", "body": body})


@contextlib.contextmanager
def bench(program: Path, folder: Path, *options: str, **variables: str) -> Generator[Bench]:
    """A Redis and a model server; the test starts workers."""
    redis = RedisServer(program, folder / "redis", options)
    redis.start()
    with StandIn() as model:
        made = Bench(folder, redis, model, variables)
        try:
            yield made
        finally:
            made.stop()
            redis.stop()
