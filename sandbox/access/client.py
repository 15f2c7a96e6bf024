"""The client's side: HTTP/1.1 over TLS with kept connections, timed to the last byte."""

import asyncio
import contextlib
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.access import wire

PATIENCE_SECONDS = 60.0
"""How long a client waits for an answer; what takes longer is a failed request."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request of the API.

    Attributes:
        path: under the gateway.
        body: None for a GET.
    """

    path: str
    headers: Mapping[str, str]
    body: bytes | None = None

    def encoded(self, host: str) -> bytes:
        """The bytes to send."""
        method = "GET" if self.body is None else "POST"
        headers = {"host": host, "content-type": "application/json", **self.headers}
        return wire.message(f"{method} {self.path} HTTP/1.1", headers, self.body or b"")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        status: of HTTP; 0 where no whole answer came.
        seconds: from the sending to the last byte.
        error: why no whole answer came.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""
    seconds: float = 0.0
    error: str = ""


@dataclass(slots=True)
class Connection:
    """One connection of the pool."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    used: bool = False

    async def exchange(self, data: bytes, started: float) -> Answer:
        """Send a request and read its answer.

        Raises:
            ClosedError: the connection ended first; its text says whether that was before or within the answer.
        """
        try:
            self.writer.write(data)
            await self.writer.drain()
        except ConnectionError as error:
            raise wire.ClosedError("the connection was closed before an answer") from error
        head = await wire.read_head(self.reader)
        body = await wire.read_body(self.reader, head)
        self.used = not head.closes
        return Answer(int(head.start[1]), head.headers, body, time.monotonic() - started)

    def close(self) -> None:
        """Let the connection go without waiting for its end."""
        with contextlib.suppress(Exception):
            self.writer.transport.abort()


@dataclass(slots=True)
class Client:
    """Requests to one gateway.

    Attributes:
        address: of the gateway.
        host: the Host header.
        context: trusts the gateway's certificate.
    """

    address: tuple[str, int]
    host: str
    context: ssl.SSLContext
    _idle: list[Connection] = field(default_factory=list[Connection])

    async def send(self, request: Request, patience: float = PATIENCE_SECONDS) -> Answer:
        """Send a request; a fault is an answer of status 0."""
        started = time.monotonic()
        try:
            async with asyncio.timeout(patience):
                return await self._send(request.encoded(self.host), started)
        except TimeoutError:
            return Answer(0, seconds=time.monotonic() - started, error=f"no answer in {patience:.0f} s")
        except (wire.ClosedError, OSError) as error:
            return Answer(0, seconds=time.monotonic() - started, error=str(error) or type(error).__name__)

    def close(self) -> None:
        """Close the kept connections."""
        while self._idle:
            self._idle.pop().close()

    async def _send(self, data: bytes, started: float) -> Answer:
        connection = await self._connection()
        try:
            return await self._exchange(connection, data, started)
        except wire.ClosedError:
            if not connection.used:
                raise
        # A kept connection turned out closed: a new one is taken, as every HTTP client does.
        return await self._exchange(await self._open(), data, started)

    async def _exchange(self, connection: Connection, data: bytes, started: float) -> Answer:
        try:
            answer = await connection.exchange(data, started)
        except BaseException:  # a request that is given up leaves half an answer in the connection
            connection.close()
            raise
        if connection.used:
            self._idle.append(connection)
        else:
            connection.close()
        return answer

    async def _connection(self) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if not connection.reader.at_eof():
                return connection
            connection.close()
        return await self._open()

    async def _open(self) -> Connection:
        return Connection(*await asyncio.open_connection(*self.address, ssl=self.context, server_hostname=self.host))
