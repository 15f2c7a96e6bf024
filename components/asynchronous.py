"""Settings of the asynchronous tier: the queue of a region, and the workers of each site that take jobs from it."""

from collections.abc import Sequence
from typing import Final

from pydantic import Field

from components.demand import WORKER, Demand
from components.vocabulary import Count, Digest, Model, Range, Text

NAME: Final = "queue-worker"
"""Name of the workers' Deployment, and of what belongs to it."""

HOST: Final = "redis-cluster"
"""The name by which pods of the domain `data` reach the queue."""

SETTLE_SECONDS: Final = 15
"""What a worker needs after its grace: jobs are given back, connections closed (worker/consumer.py)."""


class Store(Model):
    """Where the region keeps the queue: ElastiCache, one primary and its replicas, each in a zone of its own."""

    engine_version: Text = Field(description="version of Valkey")
    node_type: Text = Field(description="ElastiCache node type")
    replicas: int = Field(ge=1, le=5, description="copies besides the primary, a count")
    snapshot_days: int = Field(ge=1, le=35, description="days that daily snapshots are kept")


class Retry(Model):
    """What becomes of a job whose attempt failed."""

    attempts: Count = Field(description="attempts of a job, then it is a dead letter, a count")
    backoff_milliseconds: Count = Field(description="wait after the first failed attempt, doubled with each, ms")


class Keep(Model):
    """How long the queue remembers what is done."""

    answer_hours: Count = Field(description="how long an answer is kept, h")
    dead_letter_days: Count = Field(description="how long a dead letter is kept, days")


class Asynchronous(Model):
    """Requests that somebody reads the answer of later."""

    store: Store = Field(description="where the queue is kept")
    image_digest: Digest = Field(description="digest of the worker's image in the region's own repository")
    workers: Range = Field(description="workers per site")
    concurrency: Count = Field(description="jobs that one worker works on at the same time, a count")
    jobs_per_worker: Count = Field(description="open jobs for each worker that the autoscaler aims at, a count")
    retry: Retry = Field(description="second attempts")
    attempt_seconds: Count = Field(description="longest attempt, s")
    grace_seconds: Count = Field(description="how long jobs under way may go on when a worker is told to stop, s")
    keep: Keep = Field(description="what is remembered of jobs that are done")

    def demand(self) -> Demand:
        """Return what the most workers of a site ask for; a rolling update starts one more."""
        return WORKER.times(self.workers.maximum + 1)

    def pods(self) -> Sequence[tuple[Demand, int]]:
        """Return the workers of a site, as many as there may be."""
        return [(WORKER, self.workers.maximum)]
