"""An open-loop load: requests leave at their time whether or not earlier ones were answered, as real clients' do."""

import asyncio
import itertools
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.access.client import Answer, Client, Request

OK = 200
CLIENTS = 250
"""Client addresses of the load: enough that none of them meets the limit of one address."""

TENANTS = 20


@dataclass(frozen=True, slots=True)
class Sample:
    """One request as its client saw it.

    Attributes:
        at: seconds from the start of the load to the sending.
        site: whose gateway it was sent to.
        kind: what the scenario calls it.
    """

    at: float
    site: str
    kind: str
    answer: Answer

    @property
    def failed(self) -> bool:
        """Whether the client got no answer, or a server's error; to be told to come later (429) is an answer."""
        return self.answer.status == 0 or self.answer.status >= 500  # noqa: PLR2004 RFC 9110: a server's errors


@dataclass(frozen=True, slots=True)
class Source:
    """Makes the requests of a load.

    Attributes:
        origin_token: what the gateway takes as the sign of CloudFront.
    """

    origin_token: str
    _count: Iterator[int] = field(default_factory=itertools.count)

    def headers(self, client: int, tenant: str) -> dict[str, str]:
        """The headers of a request that came through CloudFront from one client."""
        address = f"198.18.{client // 250}.{client % 250 + 1}:4711"
        return {
            "x-origin-verify": self.origin_token, "cloudfront-viewer-address": address,
            "authorization": f"Bearer key-of-{tenant}",
        }  # fmt: skip

    def chat(self, client: int, tenant: str, prompt: str | None = None, **more: Any) -> Request:
        """A chat request; with a prompt of its own that no cache can know, unless one is given."""
        text = f"prompt {next(self._count)} of {time.monotonic_ns()}" if prompt is None else prompt
        body = {"model": "stand-in", "messages": [{"role": "user", "content": text}], "temperature": 1, **more}
        return Request("/v1/chat/completions", self.headers(client, tenant), json.dumps(body).encode())

    def mixed(self) -> Request:
        """The next of an even mix of clients and tenants."""
        number = next(self._count)
        return self.chat(number % CLIENTS, f"tenant-{number % TENANTS}")


@dataclass(frozen=True, slots=True)
class Stream:
    """One even flow of requests.

    Attributes:
        site: whose gateway takes them; asked for each request, since an entry moves them.
        rate: requests/s.
        make: makes the next.
        kind: what its samples are called.
        begin: seconds after the load's start.
        end: seconds after the load's start.
    """

    site: Callable[[], str]
    rate: float
    make: Callable[[], Request]
    end: float
    kind: str = ""
    begin: float = 0.0


@dataclass(slots=True)
class Load:
    """Sends streams to the gateways and keeps what came back.

    Attributes:
        clients: by site.
        samples: in order of arrival.
    """

    clients: dict[str, Client]
    samples: list[Sample] = field(default_factory=list[Sample])
    started: float = field(default_factory=time.monotonic)

    @property
    def now(self) -> float:
        """Seconds since the load's start."""
        return time.monotonic() - self.started

    async def run(self, streams: Sequence[Stream]) -> list[Sample]:
        """Send the streams to their ends and wait for the last answer."""
        self.started = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for stream in streams:
                group.create_task(self._send(stream, group))
        for client in self.clients.values():
            client.close()
        await asyncio.sleep(0)  # the loop closes what was let go
        return self.samples

    async def _send(self, stream: Stream, group: asyncio.TaskGroup) -> None:
        for number in itertools.count():
            due = stream.begin + number / stream.rate
            if due >= stream.end:
                return
            await asyncio.sleep(max(0.0, due - self.now))
            group.create_task(self._one(stream))

    async def _one(self, stream: Stream) -> None:
        at, site = self.now, stream.site()
        answer = await self.clients[site].send(stream.make())
        self.samples.append(Sample(at, site, stream.kind, answer))
