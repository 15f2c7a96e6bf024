"""The precompute job beside real gateways: what it is for, and what it must never do."""

import json
import threading
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pytest
from gateway_rig import CHAT, HEADERS, Gateway, eventually

from worker.precompute.__main__ import main
from worker.precompute.gateway import Gateway as Port
from worker.precompute.gateway import Outcome
from worker.precompute.prompts import frequent, plan
from worker.precompute.work import Work

if TYPE_CHECKING:
    from conftest import Bench

TOP, PATIENCE, AHEAD = 50, 30.0, 1.0
PLENTY = 60.0


def _kept(number: int) -> bytes:
    return json.dumps({"model": "m", "messages": [number], "temperature": 0}).encode()


def _work(gateways: Sequence[Gateway], in_flight: int = 2, seconds: float = PLENTY, ahead: float = AHEAD) -> Any:
    """Return a run of the job and what it is to ask for; the gateways here differ by port, not by address."""
    ports = {f"{each.prompts_port}": Port("127.0.0.1", each.prompts_port, PATIENCE) for each in gateways}
    shown = {name: port.prompts(TOP) for name, port in ports.items()}
    return Work(ports, in_flight, seconds), plan(shown, frequent(shown, TOP), ahead)


def _run(gateways: Sequence[Gateway], **how: Any) -> Counter[Outcome]:
    work, fills = _work(gateways, **how)
    return work.run(fills)


def _hits(gateway: Gateway) -> float:
    """The share of requests for answers that may be kept that were served from the cache."""
    results = {name: value for name, value in gateway.metrics().items() if name.startswith("gateway_cache_total")}
    return results.get('gateway_cache_total{result="HIT"}', 0) / sum(results.values())


def _zipf(prompts: int) -> list[bytes]:
    """The first prompt often, the last one twice."""
    return [_kept(number) for number in range(prompts) for _ in range(2 * prompts // (number + 1))]


def test_a_new_gateway_answers_from_its_cache_at_once(bench: "Bench") -> None:
    server, load = bench.server(), _zipf(12)
    old, with_job, without = (bench.start(server) for _ in range(3))
    for body in load:
        old.post(body)
    asked = len(server.requests)
    done = _run([old, with_job])
    assert (done[Outcome.FILLED], len(server.requests) - asked) == (12, 12)
    for gateway in (with_job, without):
        for body in load:
            gateway.post(body)
    assert _hits(with_job) == 1
    assert _hits(without) == pytest.approx(1 - 12 / len(load))


def test_what_is_fresh_is_left_alone_and_what_is_about_to_grow_stale_is_asked_for_anew(bench: "Bench") -> None:
    server = bench.server()
    gateway = bench.start(server)
    for _ in range(2):
        gateway.post(_kept(0))
    assert not _run([gateway])
    assert _run([gateway], ahead=10_000) == {Outcome.FILLED: 1}
    assert len(server.requests) == 2


def test_the_share_holds_under_load(bench: "Bench") -> None:
    server = bench.server()
    old, new = bench.start(server), bench.start(server)
    for number in range(40):
        for _ in range(2):
            old.post(_kept(number))
    server.most, clients, over = 0, 3, threading.Event()
    statuses: list[int] = []

    def client() -> None:
        while not over.is_set():
            statuses.append(new.post(b'{"temperature": 1}').status)

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    done = _run([old, new], in_flight=2)
    over.set()
    for thread in threads:
        thread.join()
    assert done == {Outcome.FILLED: 40}
    assert server.most <= clients + 2
    assert set(statuses) == {200}


def test_no_more_than_its_share_waits_for_model_servers(bench: "Bench") -> None:
    server = bench.server()
    old, new = bench.start(server), bench.start(server)
    for number in range(10):
        for _ in range(2):
            old.post(_kept(number))
    asked = len(server.requests)
    server.hold()
    done: list[Counter[Outcome]] = []
    thread = threading.Thread(target=lambda: done.append(_run([old, new], in_flight=3)))
    thread.start()
    eventually(lambda: len(server.requests) == asked + 3)
    server.release()
    thread.join()
    assert (done, server.most) == ([{Outcome.FILLED: 10}], 3)


def test_it_gives_way_before_any_client_does(bench: "Bench") -> None:
    server = bench.server()
    old, busy = bench.start(server), bench.start(server, concurrency=4)
    for number in range(6):
        for _ in range(2):
            old.post(_kept(number))
    asked = len(server.requests)
    server.hold()
    with busy.connection() as one, busy.connection() as other, busy.connection() as low:
        for opened in (one, other):
            opened.request("POST", CHAT, b"{}", HEADERS)
        eventually(lambda: len(server.requests) == asked + 2)
        done = _run([old, busy], in_flight=1)
        assert done == {Outcome.SHED: 1, Outcome.SKIPPED: 5}
        low.request("POST", CHAT, b"{}", {**HEADERS, "x-priority": "low"})
        eventually(lambda: len(server.requests) == asked + 3)
        server.release()
        assert {each.getresponse().status for each in (one, other, low)} == {200}


def test_nothing_is_begun_after_the_deadline(bench: "Bench") -> None:
    server = bench.server()
    old, new = bench.start(server), bench.start(server)
    for _ in range(2):
        old.post(_kept(0))
    assert _run([old, new], seconds=0) == {Outcome.SKIPPED: 1}
    assert len(server.requests) == 1


def test_two_tenants_never_mix(bench: "Bench") -> None:
    server = bench.server()
    old, new = bench.start(server), bench.start(server)
    keys = ("Bearer key-of-one", "Bearer key-of-two")
    own = {old.post(_kept(0), authorization=key).body for key in keys for _ in range(2)}
    names = {each.headers["x-tenant"] for each in server.requests}
    assert len(names) == len(own) == 2
    assert _run([old, new]) == {Outcome.FILLED: 2}
    assert {each.headers["x-tenant"] for each in server.requests[2:]} == names
    answers = {key: new.post(_kept(0), authorization=key) for key in keys}
    assert {answer.headers["x-cache"] for answer in answers.values()} == {"HIT"}
    assert answers[keys[0]].body != answers[keys[1]].body
    assert new.post(_kept(0), authorization="Bearer key-of-three").headers["x-cache"] == "MISS"


def test_streams_and_personal_prompts_are_never_asked_for(bench: "Bench") -> None:
    server = bench.server()
    old, new = bench.start(server), bench.start(server)
    for _ in range(4):
        old.post(b'{"stream": true, "temperature": 0}')
        old.post(b'{"user": "u", "temperature": 0}')
        old.post(_kept(0), x_personalised="1")
        old.post(_kept(1), cache_control="no-store")
    assert not _run([old, new])


def test_one_run_tells_what_it_did(bench: "Bench", capsys: pytest.CaptureFixture[str]) -> None:
    server = bench.server()
    gateway = bench.start(server)
    for _ in range(2):
        gateway.post(_kept(0))
    assert main(_variables(gateway.prompts_port)) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["gateways"], told["requests"], told["filled"], told["failed"]) == (1, 1, 1, 0)


def _variables(port: int) -> dict[str, str]:
    numbers = {"TOP": 10, "IN_FLIGHT": 1, "DEADLINE_SECONDS": 60, "AHEAD_SECONDS": 10_000, "PATIENCE_SECONDS": 30}
    return {"GATEWAY_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), **{k: str(v) for k, v in numbers.items()}}


def test_a_site_without_gateways_is_told_in_one_line(bench: "Bench", capsys: pytest.CaptureFixture[str]) -> None:
    assert main(_variables(bench.gateway().prompts_port)) == 1
    assert "error: gateway 127.0.0.1 gives no list of prompts" in capsys.readouterr().err.splitlines()[-1]
