"""Answers that are kept: whose, which, and for how long."""

import threading
from typing import TYPE_CHECKING

import pytest
from gateway_rig import CHAT, HEADERS, Answer, eventually

if TYPE_CHECKING:
    from conftest import Bench

KEPT = b'{"model": "m", "messages": [], "temperature": 0}'


def _cache(answer: Answer) -> str:
    return answer.headers.get("x-cache", "")


def test_a_tenant_gets_its_own_answer_again_and_no_other_does(bench: "Bench") -> None:
    server = bench.server()
    gateway = bench.start(server)
    first, second = gateway.post(KEPT), gateway.post(KEPT)
    assert (_cache(first), _cache(second), first.body == second.body) == ("MISS", "HIT", True)
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    other = gateway.post(KEPT, authorization="Bearer key-of-two")
    assert (_cache(other), other.body != first.body) == ("MISS", True)
    assert len(server.requests) == 2
    assert gateway.metrics()['gateway_cache_total{result="HIT"}'] == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/embeddings", b'{"input": "x"}'),
        ("/v1/completions", b'{"prompt": "x", "temperature": 0.0}'),
        (CHAT, b'{"temperature": 0, "stream": false}'),
        (CHAT, b'{"temperature":0,"messages":[{"content":"say \\"stream\\": true and \\"user\\""}]}'),
    ],
)
def test_kept(bench: "Bench", path: str, body: bytes) -> None:
    gateway = bench.start(bench.server())
    assert [_cache(gateway.post(body, path)) for _ in range(2)] == ["MISS", "HIT"]


def test_the_list_of_models_is_kept(bench: "Bench") -> None:
    gateway = bench.start(bench.server())
    assert [_cache(gateway.ask("GET", "/v1/models", b"")) for _ in range(2)] == ["MISS", "HIT"]


@pytest.mark.parametrize(
    ("path", "body", "headers"),
    [
        (CHAT, b'{"temperature": 0, "stream": true}', {}),
        (CHAT, b'{"temperature": 0, "stream" : true}', {}),
        (CHAT, b'{"temperature": 0, "\\u0073tream": true}', {}),
        (CHAT, b'{"temperature": 0, "stream": false, "stream": true}', {}),
        (CHAT, b'{"temperature": 0, "user": "u"}', {}),
        (CHAT, b'{"temperature": 0, "\\u0075ser": "u"}', {}),
        (CHAT, b'{"temperature": 0.7}', {}),
        (CHAT, b'{"temperature": 0, "temperature": 1}', {}),
        (CHAT, b'{"messages": [{"temperature": 0}]}', {}),
        (CHAT, b'{"temperature": "0"}', {}),
        (CHAT, b'{"temperature": 0', {}),
        (CHAT, b"{}", {}),
        (CHAT + "?a=1", KEPT, {}),
        ("/v1/rerank", KEPT, {}),
        (CHAT, KEPT, {"cache-control": "no-store"}),
        (CHAT, KEPT, {"cache-control": "max-age=0, No-Cache"}),
        (CHAT, KEPT, {"x-personalised": "1"}),
        ("/v1/embeddings", b'{"input": "x", "user": "u"}', {}),
    ],
)
def test_not_kept(bench: "Bench", path: str, body: bytes, headers: dict[str, str]) -> None:
    server = bench.server()
    gateway = bench.start(server)
    got = [gateway.ask("POST", path, body, {**HEADERS, **headers}) for _ in range(2)]
    assert [(answer.status, _cache(answer)) for answer in got] == [(200, "")] * 2
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "headers",
    [{"content-type": "text/event-stream"}, {"cache-control": "private"}, {"set-cookie": "a=b"}],
)
def test_what_the_server_marks_is_not_kept(bench: "Bench", headers: dict[str, str]) -> None:
    server = bench.server(headers=headers)
    gateway = bench.start(server)
    assert [_cache(gateway.post(KEPT)) for _ in range(2)] == ["MISS", "MISS"]


def test_failures_are_not_kept(bench: "Bench") -> None:
    server = bench.server(status=400)
    gateway = bench.start(server)
    assert [gateway.post(KEPT).status for _ in range(2)] == [400, 400]
    assert len(server.requests) == 2


def test_of_many_like_requests_one_asks(bench: "Bench") -> None:
    server = bench.server()
    gateway = bench.start(server, concurrency=2)
    server.hold()
    answers: list[Answer] = []
    threads = [threading.Thread(target=lambda: answers.append(gateway.post(KEPT))) for _ in range(5)]
    for thread in threads:
        thread.start()
    eventually(lambda: server.requests)
    server.release()
    for thread in threads:
        thread.join()
    assert len(server.requests) == 1
    assert {(answer.status, answer.body) for answer in answers} == {(200, answers[0].body)}


def test_an_old_answer_is_served_while_a_new_one_is_fetched(bench: "Bench") -> None:
    server = bench.server()
    gateway = bench.start(server, cache={"size_mib": 1, "fresh_seconds": 1, "stale_seconds": 1000})
    old = gateway.post(KEPT)
    server.hold()
    stale: list[Answer] = []

    def grown_old() -> bool:
        stale.append(gateway.post(KEPT))
        return _cache(stale[-1]) == "STALE"

    eventually(grown_old)
    eventually(lambda: len(server.requests) == 2)
    updating = gateway.post(KEPT)
    assert (_cache(updating), updating.body, stale[-1].body) == ("UPDATING", old.body, old.body)
    server.release()
    eventually(lambda: gateway.post(KEPT).body != old.body)
    eventually(lambda: gateway.metrics()["gateway_in_flight"] == 0)
