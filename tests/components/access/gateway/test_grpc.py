"""Bidirectional streams of the open inference protocol."""

import asyncio
import contextlib
import queue
from collections.abc import Callable, Generator, Iterator
from concurrent import futures
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from gateway_rig import TOKEN, Gateway, free_port

if TYPE_CHECKING:
    from conftest import Bench

METHOD = "/inference.GRPCInferenceService/ModelStreamInfer"
KNOWN = (("x-origin-verify", TOKEN), ("authorization", "Bearer key-of-one"))


class Echo(grpc.GenericRpcHandler):
    """Answers each message with itself."""

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[bytes, bytes]":
        del handler_call_details
        handler: grpc.RpcMethodHandler[bytes, bytes] = grpc.stream_stream_rpc_method_handler(self._echo)
        return handler

    def _echo(self, messages: Iterator[bytes], context: grpc.ServicerContext) -> Iterator[bytes]:
        del context
        yield from messages


def _serve(port: int) -> grpc.Server:
    server = grpc.server(futures.ThreadPoolExecutor(8), handlers=[Echo()])
    server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    return server


@contextmanager
def _call(gateway: Gateway) -> Generator[Callable[..., Any]]:
    trust = grpc.ssl_channel_credentials((gateway.tls / "ca.crt").read_bytes())
    with grpc.secure_channel(f"localhost:{gateway.port}", trust) as channel:
        yield channel.stream_stream(METHOD)


def _gateway(bench: "Bench", *ports: int) -> Gateway:
    """Return a gateway whose model servers have these ports for gRPC."""
    servers = [bench.server() for _ in ports]
    gateway = bench.gateway(*servers)
    gateway.peers(servers, grpc_ports=dict(zip(servers, ports, strict=True)))
    return bench.stack.enter_context(gateway)


@pytest.fixture
def port(bench: "Bench") -> int:
    port = free_port()
    server = _serve(port)
    bench.stack.callback(server.stop, 0)
    return port


def test_messages_keep_their_order(bench: "Bench", port: int) -> None:
    sent = [f"{number}".encode() * number for number in range(200)]
    with _call(_gateway(bench, port)) as call:
        assert list(call(iter(sent), metadata=KNOWN)) == sent


def test_messages_are_passed_on_as_they_come(bench: "Bench", port: int) -> None:
    waiting: queue.Queue[bytes | None] = queue.Queue()
    with _call(_gateway(bench, port)) as call:
        answers = call(iter(waiting.get, None), metadata=KNOWN)
        for message in (b"one", b"two"):
            waiting.put(message)
            assert next(answers) == message
        waiting.put(None)
        assert list(answers) == []


@pytest.mark.parametrize(
    ("metadata", "code"),
    [((), grpc.StatusCode.PERMISSION_DENIED), (KNOWN[:1], grpc.StatusCode.UNAUTHENTICATED)],
)
def test_a_refusal_is_a_status(bench: "Bench", port: int, metadata: Any, code: grpc.StatusCode) -> None:
    with _call(_gateway(bench, port)) as call, pytest.raises(grpc.RpcError) as caught:
        list(call(iter([b"x"]), metadata=metadata))
    assert _code(caught.value) == code


def test_without_a_server_it_is_unavailable(bench: "Bench") -> None:
    with _call(_gateway(bench, free_port())) as call, pytest.raises(grpc.RpcError) as caught:
        list(call(iter([b"x"]), metadata=KNOWN))
    assert _code(caught.value) == grpc.StatusCode.UNAVAILABLE


def test_a_refused_connection_is_tried_elsewhere(bench: "Bench", port: int) -> None:
    with _call(_gateway(bench, free_port(), port)) as call:
        for _ in range(5):
            assert list(call(iter([b"x"]), metadata=KNOWN)) == [b"x"]


class Cable:
    """Passes bytes to a server, until it is cut."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._writers: list[asyncio.StreamWriter] = []

    async def lay(self) -> int:
        self._server = await asyncio.start_server(self._join, "127.0.0.1", 0)
        return self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        self._writers += [writer, far_writer]
        await asyncio.gather(_pass_on(reader, far_writer), _pass_on(far_reader, writer))


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(4096):
            writer.write(data)
    writer.close()


def test_a_stream_whose_server_dies_is_unavailable(bench: "Bench", port: int) -> None:
    waiting: queue.Queue[bytes | None] = queue.Queue()
    cable = Cable(port)
    gateway = _gateway(bench, bench.loop.run(cable.lay()))
    with _call(gateway) as call:
        answers = call(iter(waiting.get, None), metadata=KNOWN)
        waiting.put(b"one")
        assert next(answers) == b"one"
        bench.loop.run(cable.cut())
        with pytest.raises(grpc.RpcError) as caught:
            next(answers)
        waiting.put(None)
    assert _code(caught.value) == grpc.StatusCode.UNAVAILABLE
    assert gateway.metrics()["gateway_broken_streams_total"] == 1


def _code(error: BaseException) -> grpc.StatusCode:
    assert isinstance(error, grpc.Call)
    return error.code()
