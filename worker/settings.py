"""Settings of the worker and its commands, from the environment; a wrong one is told in one line."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from worker.errors import WorkerError

QUEUE: Final = "model-inference"
"""The queue's name."""

_DAY: Final = 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisSettings:
    """Where the queue is kept.

    Attributes:
        host: name to connect to.
        port: TCP port.
        password_file: file that holds the password, read at each connection, so that it may change; None for none.
        tls: whether connections are encrypted.
        server_name: name that the certificate must carry, since `host` may be an alias of it; "" for `host`.
        ca_file: certificates to trust instead of the system's.
        replicas: replicas that must hold a job before it counts as submitted: failover loses what none had yet.
    """

    host: str
    port: int
    password_file: Path | None
    tls: bool
    server_name: str
    ca_file: Path | None
    replicas: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How jobs are kept and worked off.

    Attributes:
        redis: where the queue is.
        model_url: the model server of the same site.
        name: of this worker, in logs.
        concurrency: jobs that it works on at the same time.
        attempts: of a job, before it is a dead letter.
        backoff_milliseconds: wait after the first failed attempt; it doubles with each one.
        attempt_seconds: longest attempt, s.
        grace_seconds: how long jobs under way may go on after SIGTERM, s; then they are given back.
        lock_seconds: silence of a worker after which its jobs are another's, s.
        stalled_seconds: time between two looks for such jobs, s.
        answer_seconds: how long an answer is kept, s.
        dead_letter_seconds: how long a dead letter is kept, s.
        listen_host: address of the port for health and metrics.
        listen_port: that port.
        metric_region: region whose CloudWatch is told the queue's length; "" for none.
        metric_namespace: of that metric.
        metric_stack: its dimension `Stack`.
    """

    redis: RedisSettings
    model_url: str
    name: str
    concurrency: int
    attempts: int
    backoff_milliseconds: int
    attempt_seconds: int
    grace_seconds: int
    lock_seconds: int
    stalled_seconds: int
    answer_seconds: int
    dead_letter_seconds: int
    listen_host: str
    listen_port: int
    metric_region: str
    metric_namespace: str
    metric_stack: str


@dataclass(frozen=True, slots=True)
class _Environment:
    """Reads variables one by one."""

    variables: Mapping[str, str]

    def text(self, name: str, default: str) -> str:
        return self.variables.get(name, default).strip()

    def whole(self, name: str, default: int, most: int, least: int = 1) -> int:
        text = self.text(name, str(default))
        if not text.isdecimal() or not least <= int(text) <= most:
            raise WorkerError(f"{name} is {text!r}: must be a whole number from {least} to {most}; correct it")
        return int(text)

    def flag(self, name: str, *, default: bool) -> bool:
        text = self.text(name, str(default).lower())
        if text not in {"true", "false"}:
            raise WorkerError(f"{name} is {text!r}: must be true or false; correct it")
        return text == "true"

    def file(self, name: str) -> Path | None:
        text = self.text(name, "")
        if text and not Path(text).is_file():
            raise WorkerError(f"{name} is {text!r}: no such file; mount it, or name another")
        return Path(text) if text else None

    def url(self, name: str, default: str) -> str:
        text = self.text(name, default)
        if not text.startswith(("http://", "https://")):
            raise WorkerError(f"{name} is {text!r}: must start with http:// or https://; correct it")
        return text.rstrip("/")


def from_environment(variables: Mapping[str, str]) -> Settings:
    """Return the settings; raises WorkerError with one line for a variable that holds something else."""
    read = _Environment(variables)
    return Settings(
        redis=_redis(read),
        model_url=read.url("MODEL_URL", "http://deepseek-inference.business.svc:8000"),
        name=read.text("WORKER_NAME", socket.gethostname()),
        concurrency=read.whole("CONCURRENCY", 8, 1000),
        attempts=read.whole("ATTEMPTS", 3, 100),
        backoff_milliseconds=read.whole("BACKOFF_MILLISECONDS", 1000, _DAY * 1000),
        attempt_seconds=read.whole("ATTEMPT_SECONDS", 300, _DAY),
        grace_seconds=read.whole("GRACE_SECONDS", 60, _DAY),
        lock_seconds=read.whole("LOCK_SECONDS", 30, 3600),
        stalled_seconds=read.whole("STALLED_SECONDS", 15, 3600),
        answer_seconds=read.whole("ANSWER_SECONDS", _DAY, 365 * _DAY),
        dead_letter_seconds=read.whole("DEAD_LETTER_SECONDS", 14 * _DAY, 365 * _DAY),
        listen_host=read.text("LISTEN_HOST", "127.0.0.1"),
        listen_port=read.whole("LISTEN_PORT", 9090, 65535),
        metric_region=read.text("METRIC_REGION", ""),
        metric_namespace=read.text("METRIC_NAMESPACE", "InferencePlatform"),
        metric_stack=read.text("METRIC_STACK", ""),
    )


def _redis(read: _Environment) -> RedisSettings:
    return RedisSettings(
        host=read.text("REDIS_HOST", "redis-cluster"),
        port=read.whole("REDIS_PORT", 6379, 65535),
        password_file=read.file("REDIS_PASSWORD_FILE"),
        tls=read.flag("REDIS_TLS", default=True),
        server_name=read.text("REDIS_SERVER_NAME", ""),
        ca_file=read.file("REDIS_CA_FILE"),
        replicas=read.whole("REDIS_REPLICAS", 0, 5, least=0),
    )
