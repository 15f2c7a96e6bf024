"""What the worker shows of itself and of the queue, for Prometheus."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest

from worker.queue import Depth
from worker.settings import QUEUE

_SECONDS: Final = (0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800)

ANSWERED: Final = "answered"
"""Outcomes of an attempt: answered now,"""
KNOWN: Final = "known"
"""answered from the answer of an earlier attempt,"""
FAILED: Final = "failed"
"""failed and put off,"""
DEAD: Final = "dead"
"""failed for good,"""
GIVEN_BACK: Final = "given_back"
"""given back when this worker stopped,"""
LOST: Final = "lost"
"""or lost to another worker, since this one was silent for too long."""
OUTCOMES: Final = (ANSWERED, KNOWN, FAILED, DEAD, GIVEN_BACK, LOST)


disable_created_metrics()


class Metrics:
    """All series, with the queue's name as label where they are the queue's."""

    def __init__(self, slots: int) -> None:
        self._registry = CollectorRegistry()
        self._attempts = Counter(
            "inference_queue_attempts", "attempts that this worker ended", ["outcome"], registry=self._registry
        )
        for outcome in OUTCOMES:
            self._attempts.labels(outcome)
        self._waited = self._histogram("inference_queue_wait_seconds", "age of a job at its first attempt, s")
        self._took = self._histogram("inference_queue_attempt_seconds", "length of an attempt, s")
        self._busy = self._gauge("inference_queue_busy_slots", "jobs that this worker works on")
        self._gauge("inference_queue_slots", "jobs that it may work on at the same time").set(slots)
        self._redis_up = self._gauge("inference_queue_redis_up", "whether Redis answered when this was asked")

    def _histogram(self, name: str, about: str) -> Histogram:
        return Histogram(name, about, buckets=_SECONDS, registry=self._registry)

    def _gauge(self, name: str, about: str) -> Gauge:
        return Gauge(name, about, registry=self._registry)

    def started(self, waited: float | None) -> None:
        """Count a job that is begun; `waited` is its age (s) at its first attempt."""
        self._busy.inc()
        if waited is not None:
            self._waited.observe(waited)

    def ended(self, outcome: str, took: float) -> None:
        """Count an attempt that is over after `took` seconds."""
        self._busy.dec()
        self._attempts.labels(outcome).inc()
        self._took.observe(took)

    def render(self, depth: Depth | None) -> bytes:
        """Return all as text; without `depth` the queue's own series are absent, as an old length would mislead."""
        self._redis_up.set(depth is not None)
        return generate_latest(self._registry) + (generate_latest(_of_queue(depth)) if depth else b"")


def _of_queue(depth: Depth) -> CollectorRegistry:
    registry = CollectorRegistry()
    jobs = Gauge(
        "bullmq_job_count",
        "jobs of the queue by state, as BullMQ itself shows them",
        ["queue", "state"],
        registry=registry,
    )
    for state, count in depth.states.items():
        jobs.labels(QUEUE, state).set(count)
    about = "age of the job that has waited longest, s; 0 where none waits"
    Gauge("inference_queue_oldest_waiting_seconds", about, ["queue"], registry=registry).labels(QUEUE).set(depth.oldest)
    return registry
