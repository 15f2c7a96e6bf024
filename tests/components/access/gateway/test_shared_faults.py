"""Many gateways at one prompt, and a shared cache, a gateway or model servers that fail them."""

import asyncio
import os
import signal
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import shared_rig
from gateway_rig import CHAT, HEADERS, Answer, Gateway, eventually, free_port
from queue_rig import RedisServer
from redis import Redis
from shared_rig import KEPT, PASSWORD, came, counted

from sandbox.access.client import Client, Request

if TYPE_CHECKING:
    from conftest import Bench

BATCH = 50


def test_a_thousand_misses_of_one_prompt_cause_one_computation(bench: "Bench", store: RedisServer) -> None:
    server = bench.server()
    gateways = [bench.sharing(store, server, patience=600) for _ in range(2)]
    server.hold()
    answers = asyncio.run(_at_once(gateways, 1000, server.release))
    assert Counter((answer.status, answer.error) for answer in answers) == {(200, ""): 1000}
    assert len({answer.body for answer in answers}) == len(server.requests) == 1
    assert sorted(counted(gateway, "asked") for gateway in gateways) == [0, 1]


async def _at_once(gateways: Sequence[Gateway], count: int, release: Callable[[], None]) -> list[Any]:
    """Send so many like requests, and let model servers answer when all are there."""
    trust = ssl.create_default_context(cafile=str(gateways[0].tls / "ca.crt"))
    clients = [Client(("127.0.0.1", gateway.port), "localhost", trust) for gateway in gateways]
    request = Request(CHAT, HEADERS, KEPT)
    sent: list[asyncio.Task[Any]] = []
    for number in range(1, count + 1):
        sent.append(asyncio.create_task(clients[number % len(clients)].send(request, patience=600)))
        # A connection that says nothing for long is closed, so not all are opened at once.
        if number % BATCH == 0:
            await asyncio.to_thread(eventually, lambda number=number: _open_to(gateways) >= number)
    release()
    answers = await asyncio.gather(*sent)
    for client in clients:
        client.close()
    return answers


def _open_to(gateways: Sequence[Gateway]) -> int:
    return sum(gateway.connections() for gateway in gateways)


def test_another_takes_over_from_a_gateway_that_died(bench: "Bench", store: RedisServer, shown: Redis) -> None:
    server = bench.server()
    dying, other = (bench.sharing(store, server) for _ in range(2))
    server.hold()
    with dying.connection() as lost:
        lost.request("POST", CHAT, KEPT, HEADERS)
        eventually(lambda: len(server.requests) == 1)
        _end(dying)
    got: list[Answer] = []
    thread = threading.Thread(target=lambda: got.append(other.post(KEPT)))
    thread.start()
    eventually(lambda: len(server.requests) == 2)
    server.release()
    thread.join()
    assert came(got[0]) == (200, "MISS", "")
    eventually(lambda: shared_rig.is_idle(shown))


def _end(gateway: Gateway) -> None:
    """End master and workers at once, as the loss of a node would."""
    assert gateway.process
    master = gateway.process.pid
    workers = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    for pid in (master, *map(int, workers)):
        os.kill(pid, signal.SIGKILL)


def test_a_redis_that_is_gone_is_done_without_and_one_that_is_back_is_used(bench: "Bench", store: RedisServer) -> None:
    server = bench.server()
    one, other = (bench.sharing(store, server) for _ in range(2))
    one.post(KEPT)
    store.crash()
    assert came(other.post(KEPT)) == (200, "MISS", "")
    assert came(other.post(KEPT)) == (200, "HIT", "")
    assert counted(other, "passed") == 1
    assert other.errors.count("the shared cache is left alone") == 1
    store.start()
    eventually(lambda: "the shared cache is used again" in other.errors)
    prompt = b'{"messages": ["new"], "temperature": 0}'
    other.post(prompt)
    eventually(lambda: came(bench.sharing(store, server).post(prompt)) == (200, "MISS", "HIT"))


def test_a_redis_that_hangs_is_asked_once(bench: "Bench", store: RedisServer) -> None:
    server = bench.server()
    gateway = bench.sharing(store, server, timeout_milliseconds=100)
    pid = store.daemon.pid()
    assert pid
    os.kill(pid, signal.SIGSTOP)
    try:
        for number in range(5):
            assert gateway.post(b'{"messages": [%d], "temperature": 0}' % number).status == 200
        assert (counted(gateway, "passed"), len(server.requests)) == (5, 5)
        assert gateway.errors.count("the shared cache is left alone: timeout") == 1
    finally:
        os.kill(pid, signal.SIGCONT)


@pytest.mark.parametrize(
    ("name", "password", "why"),
    [("localhost", "another", "WRONGPASS"), ("elsewhere", PASSWORD, "certificate host mismatch")],
)
def test_who_is_not_ours_is_not_used(bench: "Bench", store: RedisServer, name: str, password: str, why: str) -> None:
    gateway = bench.sharing(store, bench.server(), password=password)
    gateway.shares(f"127.0.0.1:{store.port} {name}", password)
    eventually(lambda: gateway.post(b'{"input": %d}' % free_port(), "/v1/embeddings") and why in gateway.errors)
    assert password not in gateway.errors + (gateway.folder / "access.log").read_text()


def test_full_sites_and_broken_ones_are_told_as_without(bench: "Bench", store: RedisServer) -> None:
    server, broken = bench.server(), bench.server(status=500)
    full = bench.sharing(store, server, concurrency=1)
    server.hold()
    with full.connection() as busy:
        busy.request("POST", CHAT, b"{}", HEADERS)
        eventually(lambda: len(server.requests) == 1)
        refused = full.post(KEPT)
        assert (refused.status, refused.headers["retry-after"]) == (503, "1")
        server.release()
        assert busy.getresponse().status == 200
    assert bench.sharing(store, broken).post(KEPT).status == 502
    assert full.metrics()["gateway_in_flight"] == 0
