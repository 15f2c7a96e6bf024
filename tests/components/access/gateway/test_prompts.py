"""What the job that asks ahead of clients is shown, and what it may have done."""

import base64
import http.client
import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from gateway_rig import CHAT, HEADERS, Answer, Gateway, eventually

if TYPE_CHECKING:
    from conftest import Bench

KEPT = b'{"model": "m", "messages": [], "temperature": 0}'
OTHER = b'{"model": "m", "messages": [1], "temperature": 0}'
STREAM = b'{"model": "m", "stream": true}'


def _internal(gateway: Gateway, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
    with closing(http.client.HTTPConnection("127.0.0.1", gateway.prompts_port)) as opened:
        opened.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        got = opened.getresponse()
        return Answer(got.status, {name.lower(): value for name, value in got.headers.items()}, got.read())


def _shown(gateway: Gateway, query: str = "") -> list[dict[str, Any]]:
    return [json.loads(line) for line in _internal(gateway, "GET", f"/prompts{query}").body.splitlines()]


def _fill(gateway: Gateway, body: bytes, tenant: str, **headers: str) -> Answer:
    return _internal(gateway, "POST", CHAT, body, x_tenant=tenant, host="localhost", **headers)


def _tenant(gateway: Gateway) -> str:
    eventually(lambda: gateway.log)
    return gateway.log[0]["tenant"]


def test_the_most_frequent_come_first_and_a_single_one_is_not_held(bench: "Bench") -> None:
    gateway = bench.start(bench.server())
    for body, times in ((KEPT, 2), (OTHER, 4), (KEPT + b" ", 1), (STREAM, 3)):
        for _ in range(times):
            gateway.post(body)
    shown = _shown(gateway)
    assert [(base64.b64decode(each["body"]), each["count"]) for each in shown] == [(OTHER, 4), (KEPT, 2)]
    assert {(each["path"], each["host"], each["tenant"]) for each in shown} == {(CHAT, "localhost", _tenant(gateway))}
    assert all(0 < each["fresh_seconds"] <= gateway.settings.cache.fresh_seconds for each in shown)
    assert len(_shown(gateway, "?top=1")) == 1


def test_each_tenant_has_its_own_prompt(bench: "Bench") -> None:
    gateway = bench.start(bench.server())
    for key in ("Bearer key-of-one", "Bearer key-of-two"):
        for _ in range(2):
            gateway.post(KEPT, authorization=key)
    assert len({each["tenant"] for each in _shown(gateway)}) == 2


@pytest.mark.parametrize("headers", [{"cache-control": "private"}, {"set-cookie": "a=b"}])
def test_a_prompt_whose_answer_is_private_is_let_go_of(bench: "Bench", headers: dict[str, str]) -> None:
    server = bench.server()
    gateway = bench.start(server)
    for _ in range(2):
        gateway.post(KEPT)
    server.headers = headers
    assert len(_shown(gateway)) == 1
    for _ in range(2):
        gateway.post(OTHER)
    # Let go of in the log phase, after the answer.
    eventually(lambda: [base64.b64decode(each["body"]) for each in _shown(gateway)] == [KEPT])
    assert len(server.requests) == 3


def test_a_filled_answer_is_the_tenants_own_hit_and_no_others(bench: "Bench") -> None:
    server = bench.server()
    first, second = bench.start(server), bench.start(server)
    for _ in range(2):
        first.post(KEPT)
    filled = _fill(second, KEPT, _shown(first)[0]["tenant"])
    assert (filled.status, filled.headers["x-cache"], len(server.requests)) == (200, "MISS", 2)
    assert server.requests[-1].headers["x-tenant"] == _tenant(first)
    assert second.post(KEPT).headers["x-cache"] == "HIT"
    assert second.post(KEPT, authorization="Bearer key-of-two").headers["x-cache"] == "MISS"


def test_a_refresh_asks_though_there_is_an_answer(bench: "Bench") -> None:
    server = bench.server()
    gateway = bench.start(server)
    old = gateway.post(KEPT)
    tenant = _tenant(gateway)
    assert _fill(gateway, KEPT, tenant).headers["x-cache"] == "HIT"
    assert _fill(gateway, KEPT, tenant, x_refresh="1").headers["x-cache"] == "BYPASS"
    new = gateway.post(KEPT)
    assert (new.headers["x-cache"], new.body != old.body, len(server.requests)) == ("HIT", True, 2)


def test_a_stale_answer_is_no_answer_to_the_job(bench: "Bench") -> None:
    server = bench.server()
    gateway = bench.start(server, cache={"size_mib": 1, "fresh_seconds": 1, "stale_seconds": 1000})
    for _ in range(2):
        gateway.post(KEPT)
    # Nginx keeps time in whole seconds.
    eventually(lambda: _shown(gateway)[0]["fresh_seconds"] < -1)
    assert _fill(gateway, KEPT, _tenant(gateway)).headers["x-cache"] == "EXPIRED"
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("body", "headers"),
    [(STREAM, {}), (b'{"temperature": 1}', {}), (KEPT, {"x_personalised": "1"}), (KEPT, {"x_tenant": "not-hex"})],
)
def test_only_what_may_be_kept_is_asked_for(bench: "Bench", body: bytes, headers: dict[str, str]) -> None:
    server = bench.server()
    gateway = bench.start(server)
    given = {"x_tenant": "ab", **headers}
    assert _internal(gateway, "POST", CHAT, body, **given).status == 400
    assert _internal(gateway, "POST", CHAT, KEPT).status == 400
    assert not server.requests


def test_the_job_is_refused_before_any_client_is(bench: "Bench") -> None:
    server = bench.server()
    gateway = bench.gateway(server, concurrency=4)
    bench.stack.enter_context(gateway)
    server.hold()
    with closing(http.client.HTTPConnection("127.0.0.1", gateway.prompts_port)) as job, gateway.connection() as client:
        client.request("POST", CHAT, b"{}", HEADERS)
        eventually(lambda: len(server.requests) == 1)
        job.request("POST", CHAT, KEPT, {"x-tenant": "ab"})
        eventually(lambda: len(server.requests) == 2)
        refused = _fill(gateway, OTHER, "ab")
        assert (refused.status, int(refused.headers["retry-after"]) > 0) == (503, True)
        with gateway.connection() as other:
            other.request("POST", CHAT, b"{}", {**HEADERS, "x-priority": "low"})
            eventually(lambda: len(server.requests) == 3)
            server.release()
            assert {each.getresponse().status for each in (job, client, other)} == {200}
    eventually(lambda: gateway.metrics()["gateway_in_flight"] == 0)
    assert gateway.metrics()['gateway_shed_total{priority="precompute"}'] == 1


def test_what_the_job_does_is_in_no_ones_hit_ratio_or_limit(bench: "Bench") -> None:
    gateway = bench.start(bench.server())
    for _ in range(3):
        _fill(gateway, KEPT, "ab")
    eventually(lambda: gateway.metrics().get('gateway_requests_total{route="fill",status="200"}') == 3)
    assert not [name for name in gateway.metrics() if name.startswith("gateway_cache_total")]
    assert not _shown(gateway)


@pytest.mark.parametrize("path", ["/prompts", "/prompts?top=1"])
def test_prompts_are_at_no_other_port(bench: "Bench", path: str) -> None:
    gateway = bench.start(bench.server())
    assert gateway.ask("GET", path, b"").status == 404
    with closing(http.client.HTTPConnection("127.0.0.1", gateway.metrics_port)) as opened:
        opened.request("GET", path)
        assert opened.getresponse().status == 404
