"""A model server as small as can be, whose faults tests choose."""

import asyncio
import contextlib
import json
import threading
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, Self

EVENTS = 3
_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Request:
    """What arrived.

    Attributes:
        path: with its query.
        headers: names in small letters.
        body: as sent.
    """

    path: str
    headers: dict[str, str]
    body: bytes


class Loop:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.run(self._cancel())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    async def _cancel(self) -> None:
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run to the end, from another thread."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout=30)


@dataclass(eq=False, slots=True)
class ModelServer:
    """One model server.

    Attributes:
        loop: where it runs.
        port: where it listens, once started.
        status: answer to inference.
        health: answer to /health.
        fault: "" or "cut" (closes without a byte), "half" (closes within the answer), "hang" (never answers).
        headers: more headers of each answer.
        padding: bytes that an answer has beside what it says.
        requests: what arrived, without health checks.
        busy: requests that are being answered now.
        most: highest number of them so far.
    """

    loop: Loop
    port: int = 0
    status: int = 200
    health: int = 200
    fault: str = ""
    headers: dict[str, str] = field(default_factory=dict[str, str])
    padding: int = 0
    requests: list[Request] = field(default_factory=list[Request])
    busy: int = 0
    most: int = 0
    _open: asyncio.Event = field(default_factory=asyncio.Event)
    _streaming: asyncio.Event = field(default_factory=asyncio.Event)
    _server: asyncio.Server | None = None
    _writers: set[asyncio.StreamWriter] = field(default_factory=set[asyncio.StreamWriter])

    def start(self) -> None:
        """Listen, on the port of before if there was one."""
        self.release()
        self.loop.run(self._start())

    def stop(self) -> None:
        """Stop listening and cut what is open."""
        self.loop.run(self._stop())

    def hold(self) -> None:
        """Let answers wait."""
        self.loop.loop.call_soon_threadsafe(self._open.clear)

    def hold_streams(self) -> None:
        """Let streams wait after their first event."""
        self.loop.loop.call_soon_threadsafe(self._streaming.clear)

    def release(self) -> None:
        """Let answers and streams go."""
        self.loop.loop.call_soon_threadsafe(self._open.set)
        self.loop.loop.call_soon_threadsafe(self._streaming.set)

    async def _start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        if self._server:
            self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                while await self._answer(await _read(reader), writer):
                    await writer.drain()
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _answer(self, request: Request, writer: asyncio.StreamWriter) -> bool:
        if request.path == "/health":
            if self.fault == "hang":
                await asyncio.sleep(60)
            writer.write(_head(self.health, {"content-length": "0"}))
            return True
        self.requests.append(request)
        self.busy += 1
        self.most = max(self.most, self.busy)
        try:
            return await self._infer(request, writer)
        finally:
            self.busy -= 1

    async def _infer(self, request: Request, writer: asyncio.StreamWriter) -> bool:
        await self._open.wait()
        if self.fault == "hang":
            await asyncio.sleep(60)
        if self.fault == "cut":
            return False
        return await self._body(request, writer)

    async def _body(self, request: Request, writer: asyncio.StreamWriter) -> bool:
        if b'"stream": true' in request.body:
            await self._stream(writer)
            return self.fault != "half"
        body = json.dumps({"server": self.port, "count": len(self.requests)}).encode() + b" " * self.padding
        length = len(body) + (1 if self.fault == "half" else 0)
        head = {"content-type": "application/json", "content-length": str(length), **self.headers}
        writer.write(_head(self.status, head) + body)
        return self.fault != "half"

    async def _stream(self, writer: asyncio.StreamWriter) -> None:
        """Three events; `hold_streams` lets it wait after the first."""
        writer.write(_head(200, {"content-type": "text/event-stream", "transfer-encoding": "chunked"}))
        for number in range(EVENTS):
            writer.write(_chunk(f"data: {number}\n\n"))
            await writer.drain()
            await self._streaming.wait()
        if self.fault != "half":
            writer.write(_chunk(""))
            await writer.drain()


def _chunk(text: str) -> bytes:
    return f"{len(text):x}\r\n{text}\r\n".encode()


def _head(status: int, headers: dict[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Answer", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode() + _END


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(_END)).decode().removesuffix("\r\n\r\n").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(head[0].split(" ")[1], headers, body)
