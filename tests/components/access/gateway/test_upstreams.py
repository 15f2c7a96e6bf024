"""Which model server a request goes to, and what happens when that one fails."""

import http.client
import json
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from gateway_rig import CHAT, HEADERS, PROMPT, Gateway, eventually
from model_server import ModelServer

if TYPE_CHECKING:
    from conftest import Bench

STREAM = b'{"model": "m", "stream": true}'
# So heavy that a request goes there first as long as both are idle.
HEAVY = 1_000_000
# Tries that every budget has.
FLOOR = 10
NEVER = {"failures": 1000, "pause_seconds": 1}


def _pair(bench: "Bench", bad: ModelServer, **changes: Any) -> tuple[Gateway, ModelServer]:
    """Return a gateway that asks `bad` first, and the good server beside it."""
    good = bench.server()
    gateway = bench.gateway(bad, good, **changes)
    gateway.peers([bad, good], weights={bad: HEAVY, good: 1})
    return bench.stack.enter_context(gateway), good


def _probed(gateway: Gateway, server: ModelServer) -> None:
    eventually(lambda: gateway.of("silent", server) == 1)


def test_shares_follow_weights_when_all_are_idle(bench: "Bench") -> None:
    passing, warning = bench.server(), bench.server()
    gateway = bench.gateway(passing, warning)
    gateway.peers([passing, warning], weights={passing: 10, warning: 1})
    bench.stack.enter_context(gateway)
    with gateway.connection() as opened:
        for _ in range(200):
            opened.request("POST", CHAT, PROMPT, HEADERS)
            assert opened.getresponse().read()
    # 18 of 200 are expected; 1 in 10^6 runs has none or more than 45.
    assert 0 < len(warning.requests) < 46


def test_a_busy_server_gets_no_more_while_another_is_idle(bench: "Bench") -> None:
    busy, idle = bench.server(), bench.server()
    gateway = bench.start(busy, idle)
    busy.hold()
    idle.hold()
    threads = [threading.Thread(target=gateway.post) for _ in range(10)]
    for thread in threads:
        thread.start()
    eventually(lambda: len(busy.requests) + len(idle.requests) == len(threads))
    assert len(busy.requests) == len(idle.requests)
    busy.release()
    idle.release()
    for thread in threads:
        thread.join()
    eventually(lambda: gateway.metrics()["gateway_in_flight"] == 0)


@pytest.mark.parametrize("how", [{"fault": "cut"}, {"status": 500}, {"status": 503}])
def test_a_failure_before_the_first_byte_is_tried_elsewhere(bench: "Bench", how: dict[str, object]) -> None:
    bad = bench.server(**how)
    gateway, good = _pair(bench, bad, breaker=NEVER)
    answers = [gateway.post() for _ in range(3)]
    assert [answer.status for answer in answers] == [200] * 3
    assert len(bad.requests) == len(good.requests) == 3
    assert gateway.metrics()["gateway_retries_total"] == 3


@pytest.mark.parametrize("body", [PROMPT, STREAM])
def test_nothing_is_tried_after_the_first_byte(bench: "Bench", body: bytes) -> None:
    bad = bench.server(fault="half")
    gateway, good = _pair(bench, bad, breaker=NEVER)
    with pytest.raises(http.client.IncompleteRead):
        gateway.post(body)
    assert (len(bad.requests), len(good.requests)) == (1, 0)


def test_tries_end_with_the_budget(bench: "Bench") -> None:
    bad = bench.server(fault="cut")
    gateway, good = _pair(bench, bad, breaker=NEVER, retry={"tries": 3, "budget_percent": 1})
    statuses = [gateway.post().status for _ in range(FLOOR + 3)]
    assert statuses == [200] * FLOOR + [502] * 3
    assert len(good.requests) == FLOOR
    assert gateway.metrics()["gateway_retries_refused_total"] == 3


def test_no_server_is_tried_twice(bench: "Bench") -> None:
    servers = [bench.server(fault="cut") for _ in range(2)]
    gateway = bench.start(*servers, breaker=NEVER, retry={"tries": 5, "budget_percent": 100})
    answer = gateway.post()
    assert (answer.status, int(answer.headers["retry-after"]) > 0) == (502, True)
    assert [len(server.requests) for server in servers] == [1, 1]


def test_an_open_breaker_lets_one_request_try(bench: "Bench") -> None:
    bad = bench.server(status=500)
    gateway, good = _pair(bench, bad, breaker={"failures": 3, "pause_seconds": 1})
    assert [gateway.post().status for _ in range(6)] == [200] * 6
    assert len(bad.requests) == 3
    eventually(lambda: gateway.of("breaker_open", bad) == 0.5)
    bad.status = 200
    bad.hold()
    trial = threading.Thread(target=gateway.post)
    trial.start()
    eventually(lambda: len(bad.requests) == 4)
    assert [gateway.post().status for _ in range(5)] == [200] * 5
    assert (len(bad.requests), len(good.requests)) == (4, 11)
    bad.release()
    trial.join()
    eventually(lambda: gateway.of("breaker_open", bad) == 0)
    assert 0 < gateway.of("weight", bad) < HEAVY


def test_a_trial_that_fails_opens_the_breaker_again(bench: "Bench") -> None:
    bad = bench.server(status=500)
    gateway, _ = _pair(bench, bad, breaker={"failures": 3, "pause_seconds": 1})
    for _ in range(3):
        gateway.post()
    eventually(lambda: gateway.of("breaker_open", bad) == 0.5)
    assert gateway.post().status == 200
    assert gateway.of("breaker_open", bad) == 1
    assert len(bad.requests) == 4


def test_a_server_that_hangs_is_taken_out_and_returns_slowly(bench: "Bench") -> None:
    bad = bench.server()
    gateway, good = _pair(bench, bad)
    bad.fault = "hang"
    _probed(gateway, bad)
    assert [gateway.post().status for _ in range(3)] == [200] * 3
    assert (len(bad.requests), len(good.requests)) == (0, 3)
    bad.fault = ""
    eventually(lambda: gateway.of("silent", bad) == 0)
    assert 0 < gateway.of("weight", bad) < HEAVY


def test_a_busy_server_stays(bench: "Bench") -> None:
    busy, gone = bench.server(health=429), bench.server(health=503)
    gateway = bench.start(busy, gone)
    _probed(gateway, gone)
    assert gateway.of("silent", busy) == 0


def test_what_joins_a_gateway_at_work_starts_slowly(bench: "Bench") -> None:
    first, second = bench.server(), bench.server()
    gateway = bench.start(first)
    assert gateway.of("weight", first) == 10
    gateway.peers([first, second])
    eventually(lambda: any(f"server-{second.port}" in name for name in gateway.metrics()))
    assert 1 <= gateway.of("weight", second) < 10
    assert gateway.of("weight", first) == 10


def test_a_list_that_changes_leaves_no_moment_without_servers(bench: "Bench") -> None:
    far, first, second = bench.server(), bench.server(), bench.server()
    other = bench.start(far)
    gateway = bench.start(first, backup=f"127.0.0.1:{other.port}")
    ended = threading.Event()

    def ask() -> None:
        with gateway.connection() as opened:
            while not ended.is_set():
                opened.request("POST", CHAT, PROMPT, HEADERS)
                assert opened.getresponse().read()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for listed in ([first, second], [first]) * 5:
        gateway.peers(listed)
        time.sleep(1.3)  # a file is looked at each second
    ended.set()
    for thread in threads:
        thread.join()
    assert not far.requests
    assert second.requests


@pytest.mark.parametrize("text", ["", "{", '{"peers": [], "gateways": 2}', '{"peers": [{"id": 1}]}', "[]"])
def test_the_last_good_list_stays(bench: "Bench", text: str) -> None:
    server = bench.server()
    gateway = bench.start(server)
    gateway.write_peers(text)
    eventually(lambda: "the last good one stays" in gateway.errors)
    assert gateway.post().status == 200
    assert gateway.of("weight", server) == 10


def test_the_other_site_answers_once_when_no_server_here_can(bench: "Bench") -> None:
    far, near = bench.server(), bench.server(fault="cut")
    other = bench.start(far)
    gateway = bench.start(near, backup=f"127.0.0.1:{other.port}")
    answer = gateway.post(x_request_id="kept")
    assert (answer.status, json.loads(answer.body)["server"]) == (200, far.port)
    assert answer.headers["x-request-id"] == "kept"
    assert far.requests[0].headers["x-site-hop"] == "1"
    assert gateway.metrics()["gateway_backup_total"] == 1


def test_two_sites_do_not_pass_a_request_to_and_fro(bench: "Bench") -> None:
    far, near = bench.server(fault="cut"), bench.server(fault="cut")
    other = bench.gateway(far)
    gateway = bench.start(near, backup=f"127.0.0.1:{other.port}")
    other.backup = f"127.0.0.1:{gateway.port}"
    other.render()
    other.peers([far])
    bench.stack.enter_context(other)
    assert gateway.post().status == 502
    assert (len(near.requests), len(far.requests)) == (1, 1)


def test_readiness_says_why(bench: "Bench") -> None:
    gone = bench.server(health=503)
    gateway = bench.start(gone)
    eventually(lambda: gateway.ask("GET", "/ready", b"").status == 503)
    assert b"no model server" in gateway.ask("GET", "/ready", b"").body
    with_backup = bench.start(gone, backup="127.0.0.1:1")
    _probed(with_backup, gone)
    assert with_backup.ask("GET", "/ready", b"").status == 200


def test_low_priority_is_shed_first(bench: "Bench") -> None:
    server = bench.server()
    gateway = bench.start(server, concurrency=10)
    server.hold()
    threads = [threading.Thread(target=gateway.post) for _ in range(8)]

    def fill(number: int, priority: str) -> None:
        thread = threading.Thread(target=lambda: gateway.post(x_priority=priority))
        threads.append(thread)
        thread.start()
        eventually(lambda: len(server.requests) == number)

    for thread in threads:
        thread.start()
    eventually(lambda: len(server.requests) == 8)
    refused = gateway.post(x_priority="low")
    assert (refused.status, refused.headers["retry-after"]) == (503, "1")
    fill(9, "normal")
    assert gateway.post().status == 503
    fill(10, "high")
    assert gateway.post(x_priority="high").status == 503
    server.release()
    for thread in threads:
        thread.join()
    shed = {name: value for name, value in gateway.metrics().items() if "shed" in name}
    assert shed == {f'gateway_shed_total{{priority="{each}"}}': 1 for each in ("high", "low", "normal")}
    assert gateway.post(x_priority="low").status == 200


def test_a_stream_is_passed_on_as_it_comes(bench: "Bench") -> None:
    server = bench.server()
    gateway = bench.start(server)
    server.hold_streams()
    with gateway.connection() as opened:
        opened.request("POST", CHAT, STREAM, HEADERS)
        answer = opened.getresponse()
        assert answer.read(len("data: 0\n\n")) == b"data: 0\n\n"
        assert answer.headers["x-accel-buffering"] == "no"
        server.release()
        assert answer.read() == b"data: 1\n\ndata: 2\n\n"
