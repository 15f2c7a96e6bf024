"""HTTP/1.1 as the load generator and the model servers speak it: enough of RFC 9112, and nothing that hides a fault."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass

LINE_END = b"\r\n"


class ClosedError(Exception):
    """The other end closed the connection before what was due."""


@dataclass(frozen=True, slots=True)
class Head:
    """The start line and the headers of a request or a response.

    Attributes:
        start: the start line's words, at most three.
        headers: by name in small letters; of a repeated one the last.
    """

    start: tuple[str, ...]
    headers: Mapping[str, str]

    @property
    def is_chunked(self) -> bool:
        """Whether the body comes in chunks."""
        return self.headers.get("transfer-encoding", "").lower() == "chunked"

    @property
    def length(self) -> int:
        """Bytes of a body that is not chunked."""
        return int(self.headers.get("content-length", 0))

    @property
    def closes(self) -> bool:
        """Whether the connection ends with this message."""
        return self.headers.get("connection", "").lower() == "close"


async def read_head(reader: asyncio.StreamReader) -> Head:
    """Read the start line and the headers.

    Raises:
        ClosedError: the connection ended before or within them.
    """
    try:
        block = await reader.readuntil(LINE_END * 2)
    except (asyncio.IncompleteReadError, ConnectionError) as error:
        raise ClosedError("the connection was closed before an answer") from error
    start, *lines = block.decode("latin-1").rstrip("\r\n").split("\r\n")
    pairs = (line.split(":", 1) for line in lines)
    return Head(tuple(start.split(" ", 2)), {name.lower(): value.strip() for name, value in pairs})


async def read_parts(reader: asyncio.StreamReader, head: Head) -> AsyncGenerator[bytes]:
    """The body as it comes: chunk by chunk, or whole.

    Raises:
        ClosedError: the connection ended within it.
    """
    try:
        if not head.is_chunked:
            yield await reader.readexactly(head.length)
            return
        while size := int((await reader.readuntil(LINE_END)).split(b";")[0], 16):
            part = await reader.readexactly(size + len(LINE_END))
            yield part[: -len(LINE_END)]
        await reader.readuntil(LINE_END)
    except (asyncio.IncompleteReadError, ConnectionError, ValueError) as error:
        raise ClosedError("the connection was closed within an answer") from error


async def read_body(reader: asyncio.StreamReader, head: Head) -> bytes:
    """The whole body.

    Raises:
        ClosedError: the connection ended within it.
    """
    return b"".join([part async for part in read_parts(reader, head)])


def message(start: str, headers: Mapping[str, str], body: bytes | None = b"") -> bytes:
    """A request or a response; its body is chunked, and follows, where None is given."""
    length = {"transfer-encoding": "chunked"} if body is None else {"content-length": str(len(body))}
    lines = [start, *(f"{name}: {value}" for name, value in {**headers, **length}.items()), "", ""]
    return "\r\n".join(lines).encode("latin-1") + (body or b"")


def chunk(data: bytes) -> bytes:
    """One chunk of a chunked body; the empty one ends it."""
    return f"{len(data):x}".encode() + LINE_END + data + LINE_END
