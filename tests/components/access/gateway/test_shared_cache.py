"""The second level of the cache: what gateways find there of each other, and what must never be there."""

import contextlib
import hashlib
import http.client
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
import shared_rig
from gateway_rig import CHAT, eventually
from queue_rig import RedisServer
from redis import Redis
from shared_rig import KEPT, came, counted

from worker.precompute.__main__ import main

if TYPE_CHECKING:
    from conftest import Bench


def test_what_one_gateway_has_asked_for_is_there_for_the_other(bench: "Bench", store: RedisServer) -> None:
    server = bench.server()
    one, other = (bench.sharing(store, server) for _ in range(2))
    first = one.post(KEPT)
    second = other.post(KEPT)
    assert (came(first), came(second)) == ((200, "MISS", ""), (200, "MISS", "HIT"))
    assert (second.body, second.headers["content-type"]) == (first.body, first.headers["content-type"])
    assert came(other.post(KEPT)) == (200, "HIT", "HIT")
    assert len(server.requests) == 1
    assert (counted(one, "asked"), counted(other, "asked")) == (1, 0)
    assert other.metrics()["gateway_in_flight"] == 0
    assert one.errors + other.errors == ""


def test_it_is_kept_by_revision_tenant_and_route_for_the_settings_time(
    bench: "Bench", store: RedisServer, shown: Redis
) -> None:
    gateway = bench.sharing(store, bench.server(), revision="m@2", ttl_seconds=1000)
    gateway.post(KEPT)
    eventually(lambda: shared_rig.is_idle(shown) and shared_rig.keys(shown, "answer"))
    (key,) = shared_rig.keys(shown, "answer")
    tenant = hashlib.sha256(b"key-of-one").hexdigest()[:16]
    assert key.decode() == f"answer|m@2|{tenant}|localhost|{CHAT}|{hashlib.sha256(KEPT).hexdigest()}"
    assert 900 < shown.ttl(key) <= 1000


def test_two_tenants_never_mix(bench: "Bench", store: RedisServer) -> None:
    server = bench.server()
    one, other = (bench.sharing(store, server) for _ in range(2))
    keys = ("Bearer key-of-one", "Bearer key-of-two")
    own = {key: one.post(KEPT, authorization=key).body for key in keys}
    assert len(set(own.values())) == len(server.requests) == 2
    assert {key: other.post(KEPT, authorization=key).body for key in keys} == own
    assert came(other.post(KEPT, authorization="Bearer key-of-three")) == (200, "MISS", "")


def test_a_new_revision_finds_nothing_old_on_either_level(bench: "Bench", store: RedisServer) -> None:
    server = bench.server()
    one, other = (bench.sharing(store, server) for _ in range(2))
    old = one.post(KEPT).body
    assert other.post(KEPT).body == old
    # Pods are made anew for a revision, here with the folder of the old one's cache.
    other.__exit__()
    other.revision = "model@2"
    other.render()
    bench.stack.enter_context(other)
    assert other.post(KEPT).body != old
    assert len(server.requests) == 2
    newer = bench.sharing(store, server, revision="model@2")
    assert newer.post(KEPT).body == other.post(KEPT).body
    assert one.post(KEPT).body == old


@pytest.mark.parametrize(
    ("path", "body"),
    [(CHAT, b'{"temperature": 0, "stream": true}'), (CHAT, b'{"temperature": 0, "user": "u"}'), (CHAT, b"{}")],
)
def test_streams_and_personal_answers_never_go_there(
    bench: "Bench", store: RedisServer, shown: Redis, path: str, body: bytes
) -> None:
    server = bench.server()
    gateway = bench.sharing(store, server)
    assert [came(gateway.post(body, path)) for _ in range(2)] == [(200, "", "")] * 2
    assert came(gateway.post(KEPT, x_personalised="1")) == (200, "", "")
    assert not [name for name in gateway.metrics() if name.startswith("gateway_shared_cache_total")]
    assert not [*shared_rig.keys(shown, "answer"), *shared_rig.keys(shown, "lock")]


@pytest.mark.parametrize(
    "how",
    [
        {"headers": {"content-type": "text/event-stream"}},
        {"headers": {"cache-control": "private"}},
        {"headers": {"set-cookie": "a=b"}},
        {"headers": {"vary": "accept-language"}},
        {"headers": {"content-encoding": "zstd"}},
        {"padding": 64 * 1024},
        {"status": 400},
        {"status": 500},
        {"fault": "half"},
        {"fault": "cut"},
    ],
)
def test_only_whole_plain_answers_below_the_limit_go_there(
    bench: "Bench", store: RedisServer, shown: Redis, how: dict[str, Any]
) -> None:
    server = bench.server(**how)
    one, other = (bench.sharing(store, server) for _ in range(2))
    for gateway in (one, other):
        with contextlib.suppress(http.client.IncompleteRead):
            assert "x-shared-cache" not in gateway.post(KEPT).headers
    eventually(lambda: shared_rig.is_idle(shown))
    assert [shown.get(key) for key in shared_rig.keys(shown, "answer")] in ([b""], [])
    assert len(server.requests) >= 2


def test_a_full_answer_comes_back_as_it_was(bench: "Bench", store: RedisServer) -> None:
    server = bench.server(padding=60 * 1024, headers={"content-type": "application/json; charset=utf-8"})
    one, other = (bench.sharing(store, server) for _ in range(2))
    first, second = one.post(KEPT), other.post(KEPT)
    assert (came(second), second.body) == ((200, "MISS", "HIT"), first.body)
    assert second.headers["content-type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize(("method", "path", "body"), [("GET", "/v1/models", b""), ("POST", "/v1/embeddings", b"{}")])
def test_every_route_whose_answers_are_kept(
    bench: "Bench", store: RedisServer, method: str, path: str, body: bytes
) -> None:
    server = bench.server()
    one, other = (bench.sharing(store, server) for _ in range(2))
    assert [came(each.ask(method, path, body))[2] for each in (one, other)] == ["", "HIT"]


def test_an_answer_stays_no_longer_than_it_does_in_redis(bench: "Bench", store: RedisServer, shown: Redis) -> None:
    server = bench.server()
    one, other = (bench.sharing(store, server) for _ in range(2))
    one.post(KEPT)
    eventually(lambda: shared_rig.is_idle(shown) and shared_rig.keys(shown, "answer"))
    shown.pexpire(shared_rig.keys(shown, "answer")[0], 2000)
    assert came(other.post(KEPT)) == (200, "MISS", "HIT")
    eventually(lambda: came(other.post(KEPT))[1] == "STALE")
    eventually(lambda: other.post(KEPT) and len(server.requests) == 2)
    eventually(lambda: came(other.post(KEPT))[1] == "HIT")
    assert other.metrics()['gateway_requests_total{route="background",status="200"}'] >= 1


def test_a_precomputed_answer_is_there_for_all(bench: "Bench", store: RedisServer) -> None:
    server = bench.server()
    old, new, third = (bench.sharing(store, server) for _ in range(3))
    for _ in range(2):
        old.post(KEPT)
    assert main(_job(new.prompts_port, 10)) == 0
    fill = {"x-tenant": hashlib.sha256(b"key-of-one").hexdigest()[:16], "host": "localhost"}
    url = f"http://127.0.0.1:{new.prompts_port}{CHAT}"
    with urllib.request.urlopen(urllib.request.Request(url, KEPT, fill), timeout=30) as got:
        assert (got.headers["x-shared-cache"], len(server.requests)) == ("HIT", 1)
    assert came(new.post(KEPT)) == (200, "HIT", "HIT")
    assert came(third.post(KEPT)) == (200, "MISS", "HIT")
    assert len(server.requests) == 1


def test_a_refresh_asks_anew_only_what_would_not_stay(bench: "Bench", store: RedisServer, shown: Redis) -> None:
    server = bench.server()
    gateway = bench.sharing(store, server)
    for _ in range(2):
        gateway.post(KEPT)
    assert main(_job(gateway.prompts_port, 10_000)) == 0
    assert len(server.requests) == 1
    shown.expire(shared_rig.keys(shown, "answer")[0], 100)
    assert main(_job(gateway.prompts_port, 10_000)) == 0
    assert len(server.requests) == 2
    eventually(lambda: shown.ttl(shared_rig.keys(shown, "answer")[0]) > 3000)


def _job(port: int, ahead: int) -> dict[str, str]:
    numbers = {"TOP": 10, "IN_FLIGHT": 1, "DEADLINE_SECONDS": 60, "AHEAD_SECONDS": ahead, "PATIENCE_SECONDS": 30}
    return {"GATEWAY_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), **{k: str(v) for k, v in numbers.items()}}
