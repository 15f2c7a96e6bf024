"""A worker on a real Redis: one answer for each id, attempts and dead letters, stopping, and what it shows."""

import asyncio
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from queue_rig import OK, PATIENCE_SECONDS, Bench, batch_line, bench

from sandbox.controlplane.pki import Authority
from sandbox.process import wait_until
from worker import publisher, requests
from worker.answers import Answer
from worker.connection import connect
from worker.queue import Queue
from worker.settings import from_environment

LATE_MILLISECONDS = 1000
"""An attempt may come so much after its time: workers look up delayed jobs when they look for jobs."""


def test_an_id_has_one_computation_and_one_answer(rig: Bench) -> None:
    rig.worker()
    assert rig.submit("a", "b") == [{"custom_id": "a", "state": "queued"}, {"custom_id": "b", "state": "queued"}]
    rig.until(completed=2)
    assert rig.submit("a") == [{"custom_id": "a", "state": "answered"}]
    [found] = rig.lines("answers", "a")
    assert found["response"] == {"status_code": 200, "request_id": "a", "body": {"id": "a", "answer": 1}}
    assert rig.model.asked == {"a": 1, "b": 1}
    refused = rig.command("submit", "-", text=batch_line("a", "something else"))
    assert refused.returncode == 1
    assert "a stands for another request already" in refused.stderr


def test_an_answer_that_a_dead_worker_kept_is_not_computed_again(rig: Bench) -> None:
    async def keep() -> None:
        settings = from_environment(rig.environment())
        redis = connect(settings.redis, single=True)
        answer = Answer(requests.of_line(batch_line("a")).digest, {"kept": True})
        assert await Queue(settings, redis).answers.store("a", answer)
        assert not await Queue(settings, redis).answers.store("a", Answer(answer.digest, {"kept": False}))
        await redis.aclose()

    rig.submit("a")
    asyncio.run(keep())
    worker = rig.worker()
    rig.until(completed=1)
    assert rig.model.asked == {}
    assert rig.lines("answers", "a")[0]["response"]["body"] == {"kept": True}
    assert 'inference_queue_attempts_total{outcome="known"} 1.0' in worker.get("/metrics")


def test_three_attempts_a_second_and_two_apart_then_a_dead_letter_that_is_driven_again(rig: Bench) -> None:
    rig.model.behaviour = lambda _id, call: (503, 0.0) if call <= 3 else OK
    rig.worker()
    rig.submit("a")
    rig.until(failed=1)
    [letter] = rig.lines("failed")
    assert letter["attempts"] == 3
    assert "the model server answered 503" in letter["reason"]
    waits = [after["started"] - line["ended"] for line, after in pairwise(letter["history"])]
    late = [wait - least for wait, least in zip(waits, (1000, 2000), strict=True)]
    assert all(0 <= each <= LATE_MILLISECONDS for each in late), waits
    assert rig.lines("redrive", "--all") == [{"id": "a", "state": "waiting"}]
    rig.until(completed=1, failed=0)
    assert rig.command("redrive", "a").stderr == (
        "error: a is completed: only a dead letter is driven again; list them with `failed`\n"
    )


def test_a_request_that_is_refused_is_not_tried_again(rig: Bench) -> None:
    rig.model.behaviour = lambda _id, _call: (422, 0.0)
    rig.worker()
    rig.submit("a")
    rig.until(failed=1)
    assert rig.model.asked == {"a": 1}
    [found] = rig.lines("answers", "a")
    assert found["error"]["code"] == "failed"


def test_jobs_under_way_end_before_the_worker_does(rig: Bench) -> None:
    rig.model.held = True
    worker = rig.worker(CONCURRENCY="2", GRACE_SECONDS="60").ready()
    rig.submit("a", "b", "c")
    rig.until_asked(2)
    worker.terminate()
    assert wait_until(lambda: worker.status("/readyz") == 503, PATIENCE_SECONDS)
    rig.model.held = False
    assert worker.ended()
    assert rig.status().items() >= {"completed": 2, "waiting": 1, "active": 0}.items()


def test_what_does_not_end_within_the_grace_is_given_back_whole(rig: Bench) -> None:
    rig.model.behaviour = lambda _id, call: (200, 60.0) if call == 1 else OK
    worker = rig.worker(GRACE_SECONDS="1").ready()
    rig.submit("a")
    rig.until_asked(1)
    worker.terminate()
    assert worker.ended()
    assert rig.model.dropped == {"a": 1}
    assert rig.status()["active"] == 0
    rig.worker()
    rig.until(completed=1)
    assert rig.model.answered == {"a": 1}


def test_a_job_that_kills_its_workers_is_a_dead_letter_in_the_end(rig: Bench) -> None:
    rig.model.behaviour = lambda _id, _call: (200, 60.0)
    rig.submit("a")
    for death in range(1, 4):
        worker = rig.worker(LOCK_SECONDS="1")
        # That a job is active may be what the last worker left.
        assert wait_until(lambda: rig.model.asked["a"] == death, PATIENCE_SECONDS)  # noqa: B023 - asked at once
        worker.kill()
    rig.worker(LOCK_SECONDS="1")
    rig.until(failed=1)
    assert "3 workers died of it" in rig.lines("failed")[0]["reason"]


def test_what_is_shown_goes_with_redis(rig: Bench) -> None:
    worker = rig.worker().ready()
    assert worker.status("/healthz") == 200
    assert 'bullmq_job_count{queue="model-inference",state="waiting"} 0.0' in worker.get("/metrics")
    rig.redis.crash()
    assert worker.status("/readyz") == 503
    assert worker.status("/healthz") == 200
    shown = worker.get("/metrics")
    assert "inference_queue_redis_up 0.0" in shown
    assert "bullmq_job_count" not in shown
    rig.redis.start()
    worker.ready()


def test_the_certificate_is_held_against_the_stores_own_name(redis_server: Path, tmp_path: Path) -> None:
    authority = Authority(tmp_path / "tls", "queue")
    authority.ensure()
    pair = authority.issue("store", service="store.example")
    trusted = str(authority.pair.certificate)
    password = tmp_path / "password"
    password.write_text("word-of-16-letters\n")
    options = ["--tls-cert-file", str(pair.certificate), "--tls-key-file", str(pair.key), "--tls-auth-clients", "no"]
    options += ["--tls-ca-cert-file", trusted, "--requirepass", "word-of-16-letters", "--port", "0", "--tls-port"]
    given = {"REDIS_TLS": "true", "REDIS_CA_FILE": trusted, "REDIS_PASSWORD_FILE": str(password)}
    with bench(redis_server, tmp_path, *options, **given) as made:
        made.variables["REDIS_SERVER_NAME"] = "store.example"
        assert made.status()["waiting"] == 0
        refused = made.command("status", REDIS_SERVER_NAME="another.example")
        assert "does not answer" in refused.stderr
        assert made.command("status", REDIS_PASSWORD_FILE=trusted).returncode == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"CONCURRENCY": "many"}, "CONCURRENCY is 'many': must be a whole number from 1 to 1000; correct it"),
        ({"REDIS_TLS": "yes"}, "REDIS_TLS is 'yes': must be true or false; correct it"),
        ({"MODEL_URL": "model:8000"}, "MODEL_URL is 'model:8000': must start with http:// or https://; correct it"),
        ({"REDIS_PORT": "1"}, "Redis at 127.0.0.1:1 does not answer"),
    ],
)
def test_a_wrong_setting_is_one_line(rig: Bench, given: dict[str, str], said: str) -> None:
    ran = rig.command("status", **given)
    assert ran.returncode == 1
    assert ran.stderr.startswith(f"error: {said}")
    assert ran.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"custom_id": "12"}, "line 1: custom_id is '12': must be"),
        ({"custom_id": "a:b"}, "line 1: custom_id is 'a:b': must be"),
        ({"url": "/v1/files"}, "line 1: url of a is '/v1/files': must be one of"),
        ({"body": {"stream": True}}, "line 1: body of a asks for a stream"),
        ({"body": []}, "line 1: body of a is []: must be a JSON object"),
        ({"method": "GET"}, "line 1: method is 'GET': must be POST"),
    ],
)
def test_a_wrong_request_is_refused_before_any_is_put_in(rig: Bench, change: dict[str, Any], said: str) -> None:
    line = json.dumps(json.loads(batch_line("a")) | change)
    ran = rig.command("submit", "-", text=f"{line}\n{batch_line('b')}")
    assert ran.stderr.startswith(f"error: {said}")
    assert rig.status()["waiting"] == 0


def test_a_job_that_no_replica_has_is_said(rig: Bench) -> None:
    ran = rig.command("submit", "-", text=batch_line("a"), REDIS_REPLICAS="1")
    assert "0 of 1 replicas have the 1 jobs" in ran.stderr


class Told:
    """CloudWatch, as far as it is called."""

    def __init__(self) -> None:
        self.points: list[tuple[str, dict[str, Any]]] = []

    def put_metric_data(self, *, Namespace: str, MetricData: list[dict[str, Any]]) -> None:  # noqa: N803 - AWS's names
        self.points += [(Namespace, each) for each in MetricData]


def test_one_worker_of_all_tells_cloudwatch(rig: Bench) -> None:
    told = Told()

    async def publish() -> list[bool]:
        found: list[bool] = []
        for name in ("one", "two", "one"):
            settings = from_environment(rig.environment(WORKER_NAME=name, METRIC_STACK="llm-prod"))
            redis = connect(settings.redis, single=True)
            found.append(await publisher.Publisher(settings, redis, Queue(settings, redis), told).once())
            await redis.aclose()
        return found

    rig.submit("a", "b")
    assert asyncio.run(publish()) == [True, False, True]
    dimensions = [{"Name": "Queue", "Value": "model-inference"}, {"Name": "Stack", "Value": "llm-prod"}]
    point = {"MetricName": "QueueLength", "Dimensions": dimensions, "Value": 2, "Unit": "Count"}
    assert told.points == [("InferencePlatform", point)] * 2
