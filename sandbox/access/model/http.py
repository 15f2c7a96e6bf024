"""The model server's HTTP side, and the door by which the bench changes its behaviour."""

import asyncio
import json
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.access import wire
from sandbox.access.model.answers import Answers
from sandbox.access.model.behaviour import MODES, Behaviour, FailingError

REASONS = {200: "OK", 400: "Bad Request", 404: "Not Found", 500: "Internal Server Error"}


@dataclass(frozen=True, slots=True)
class Server:
    """Answers one connection after the other's request; each connection has its own task."""

    behaviour: Behaviour
    answers: Answers

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection until it is closed."""
        try:
            while True:
                head = await wire.read_head(reader)
                async for part in self._answer(head, await wire.read_body(reader, head)):
                    writer.write(part)
                    await writer.drain()
        except (wire.ClosedError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, head: wire.Head, body: bytes) -> AsyncGenerator[bytes]:
        route = f"{head.start[0]} {head.start[1].partition('?')[0]}"
        if route in {"GET /health", "GET /metrics"}:
            await self.behaviour.hang()
            yield wire.message("HTTP/1.1 200 OK", {"content-type": "text/plain"}, _metrics(self.behaviour))
            return
        try:
            async with self.behaviour.slot(route):
                async for part in self._work(route, body):
                    yield part
        except FailingError:
            yield _whole(500, {"error": {"message": "the engine is dead", "type": "server_error"}})

    async def _work(self, route: str, body: bytes) -> AsyncGenerator[bytes]:
        try:
            asked: dict[str, Any] = json.loads(body or b"{}")
        except ValueError:
            yield _whole(400, {"error": {"message": "the body is no JSON", "type": "invalid_request_error"}})
            return
        if route == "POST /v1/chat/completions" and asked.get("stream"):
            async for part in _streamed(list(self.answers.events(asked)), self.behaviour):
                yield part
            return
        await asyncio.sleep(self.behaviour.service_seconds)
        yield self._whole_answer(route, asked)

    def _whole_answer(self, route: str, asked: dict[str, Any]) -> bytes:
        match route:
            case "POST /v1/chat/completions":
                return _whole(200, self.answers.chat(asked))
            case "POST /v1/completions":
                return _whole(200, self.answers.completion(asked))
            case "POST /v1/embeddings":
                return _whole(200, self.answers.embeddings(asked))
            case "GET /v1/models":
                return _whole(200, self.answers.models())
            case _:
                return _whole(404, {"error": {"message": f"no route {route}", "type": "invalid_request_error"}})


async def control(behaviour: Behaviour, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take one change of the behaviour as JSON and answer what was served: `{"mode": "hung", "seconds": 0.5}`."""
    head = await wire.read_head(reader)
    wanted: dict[str, Any] = json.loads(await wire.read_body(reader, head) or b"{}")
    behaviour.seconds = float(wanted.get("seconds", behaviour.seconds))
    mode = wanted.get("mode", behaviour.mode)
    if mode in MODES:
        await behaviour.set_mode(mode)
    writer.write(_whole(200 if mode in MODES else 400, {"mode": behaviour.mode, "served": behaviour.served}))
    await writer.drain()
    writer.close()


async def _streamed(events: list[bytes], behaviour: Behaviour) -> AsyncGenerator[bytes]:
    head = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"}
    yield wire.message("HTTP/1.1 200 OK", head, None)
    for event in events:
        await asyncio.sleep(behaviour.service_seconds / len(events))
        await behaviour.hang()
        yield wire.chunk(event)
    yield wire.chunk(b"")


def _metrics(behaviour: Behaviour) -> bytes:
    """The queue under the names that vLLM gives it (https://docs.vllm.ai/en/latest/usage/metrics.html)."""
    values = {"waiting": behaviour.waiting, "running": behaviour.running}
    return "".join(f'vllm:num_requests_{name}{{engine="0"}} {value}\n' for name, value in values.items()).encode()


def _whole(status: int, body: dict[str, Any]) -> bytes:
    start = f"HTTP/1.1 {status} {REASONS[status]}"
    return wire.message(start, {"content-type": "application/json"}, json.dumps(body).encode())


def events_of(body: bytes) -> Iterator[str]:
    """The data of each server-sent event of a body."""
    for event in body.split(b"\n\n"):
        if event.startswith(b"data: "):
            yield event.removeprefix(b"data: ").decode()
