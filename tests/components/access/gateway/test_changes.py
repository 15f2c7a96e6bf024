"""Reload and drain, with streams open."""

import http.client
import signal
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest
from gateway_rig import CHAT, HEADERS, Gateway, eventually

if TYPE_CHECKING:
    from conftest import Bench

STREAM = b'{"model": "m", "stream": true}'
STREAMS = 20
FIRST, REST = b"data: 0\n\n", b"data: 1\n\ndata: 2\n\n"


@contextmanager
def _streams(gateway: Gateway) -> Generator[list[http.client.HTTPResponse]]:
    """Streams that have begun."""
    with ExitStack() as stack:
        answers: list[http.client.HTTPResponse] = []
        for _ in range(STREAMS):
            opened = stack.enter_context(gateway.connection())
            opened.request("POST", CHAT, STREAM, HEADERS)
            answers.append(opened.getresponse())
            assert answers[-1].read(len(FIRST)) == FIRST
        yield answers


def test_a_reload_breaks_no_stream_and_the_new_workers_know_of_them(bench: "Bench") -> None:
    server = bench.server()
    gateway = bench.start(server)
    server.hold_streams()
    with _streams(gateway) as answers:
        assert gateway.metrics()["gateway_in_flight"] == STREAMS
        before = gateway.ask("GET", "/ready", b"").status
        (gateway.folder / "etc/settings.json").write_text(
            (gateway.folder / "etc/settings.json").read_text().replace('"concurrency": 1000', '"concurrency": 500')
        )
        gateway.signal(signal.SIGHUP)
        eventually(lambda: gateway.metrics()["gateway_capacity"] == 500)
        assert (before, gateway.ask("GET", "/ready", b"").status) == (200, 200)
        eventually(lambda: gateway.metrics()["gateway_in_flight"] == STREAMS)
        assert gateway.of("weight", server) == 10
        server.release()
        assert [answer.read() for answer in answers] == [REST] * STREAMS
    eventually(lambda: gateway.metrics()["gateway_in_flight"] == 0)


def test_a_drain_fails_readiness_first_and_then_finishes_what_is_open(bench: "Bench") -> None:
    server = bench.server()
    gateway = bench.start(server)
    server.hold_streams()
    with _streams(gateway) as answers:
        (gateway.folder / "run/draining").touch()
        eventually(lambda: gateway.ask("GET", "/ready", b"").status == 503)
        assert b"draining" in gateway.ask("GET", "/ready", b"").body
        assert gateway.post().status == 200
        gateway.signal(signal.SIGQUIT)
        eventually(lambda: _refuses(gateway))
        server.release()
        assert [answer.read() for answer in answers] == [REST] * STREAMS
    assert gateway.process
    assert gateway.process.wait(timeout=30) == 0


def _refuses(gateway: Gateway) -> bool:
    try:
        gateway.ask("GET", "/healthz", b"")
    except ConnectionError:
        return True
    return False


def test_a_mark_of_draining_is_void_after_a_start_but_not_after_a_reload(bench: "Bench") -> None:
    gateway = bench.gateway(bench.server())
    mark = gateway.folder / "run/draining"
    mark.touch()
    bench.stack.enter_context(gateway)
    assert gateway.ask("GET", "/ready", b"").status == 200
    mark.touch()
    eventually(lambda: gateway.ask("GET", "/ready", b"").status == 503)
    gateway.signal(signal.SIGHUP)
    eventually(lambda: "gracefully shutting down" in gateway.errors or gateway.metrics())
    assert mark.exists()
    assert gateway.ask("GET", "/ready", b"").status == 503


@pytest.mark.parametrize("path", ["/metrics", "/stub_status"])
def test_monitoring_is_not_at_the_public_port(bench: "Bench", path: str) -> None:
    gateway = bench.start(bench.server())
    assert gateway.ask("GET", path, b"").status == 404
    assert gateway.metrics()
