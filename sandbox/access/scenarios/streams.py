"""Long answers through a reload: server-sent events, and gRPC streams that a killed model server breaks too."""

import asyncio
import hashlib
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc

from sandbox.access.load import CLIENTS, OK, TENANTS, Sample
from sandbox.access.model.http import events_of
from sandbox.access.model.protocol import STREAM, Request, StreamResponse
from sandbox.access.model.streams import checksum
from sandbox.access.rig import HOST, Rig
from sandbox.access.scenarios.scenario import Found, Scenario, Timeline
from sandbox.access.site import Site
from sandbox.rehearsal.figures import Figure, at_least, at_most

SSE_STREAMS = 500
SSE_SECONDS, SSE_TOKENS = 30.0, 60
OPENING_SECONDS = 10.0
GRPC_STREAMS = 1000
GRPC_CONNECTIONS = 5
"""HTTP/2 allows a server to bound the streams of a connection; a hundred each stay below every usual bound."""

GRPC_SECONDS, GRPC_PAUSE = 40.0, 1.0
CONTENT_BYTES = 256


async def _reload(rig: Rig, scale: float) -> Found:
    """Open streams, then give the gateway a new certificate, so that consul-template reloads it."""
    count, seconds = int(SSE_STREAMS * scale), SSE_SECONDS * max(scale, 0.5)
    site, line = next(iter(rig.sites.values())), Timeline(rig.load())
    workers = _workers(site)
    opening = OPENING_SECONDS * scale
    # Every stream holds a slot of a model server for all its time.
    async with rig.scaled_out([site]), asyncio.TaskGroup() as group:
        await rig.set_models(seconds=seconds)
        line.load.started = time.monotonic()
        for number in range(count):
            group.create_task(_stream(rig, line, number, opening * number / count))
        await line.at(opening + 2)
        line.mark(f"certificate renewed with {count} streams open: Nginx reloads")
        site.renew_certificate()
        taken = await rig.until(lambda: bool(_workers(site) - workers), "Nginx has new workers")
    await rig.set_models()
    samples = line.load.samples
    whole = sum(_is_whole(each) for each in samples)
    figures = [
        at_most("streams broken", count - whole, 0, f"of {count}", "every token and [DONE]"),
        Figure("streams refused", sum(each.answer.status not in {0, OK} for each in samples), f"of {count}"),
        Figure("from the new certificate to new workers", taken, "s"),
    ]
    return Found(figures, samples, line.marks)


async def _stream(rig: Rig, line: Timeline, number: int, begin: float) -> None:
    await line.at(begin)
    name = next(iter(rig.sites))
    request = rig.source.chat(number % CLIENTS, f"tenant-{number % TENANTS}", stream=True, max_tokens=SSE_TOKENS)
    at = line.load.now
    line.load.samples.append(Sample(at, name, "stream", await line.load.clients[name].send(request, 4 * SSE_SECONDS)))


def _is_whole(sample: Sample) -> bool:
    events = list(events_of(sample.answer.body))
    return sample.answer.status == OK and len(events) == SSE_TOKENS + 1 and events[-1] == "[DONE]"


def _workers(site: Site) -> set[int]:
    """Pids of Nginx's workers."""
    pid = site.daemon(site.layout.gateway, "nginx").pid()
    try:
        return {int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}
    except FileNotFoundError:
        return set()


@dataclass(slots=True)
class Streamed:
    """What one gRPC stream saw.

    Attributes:
        server: that answered.
        answers: in order and with the right checksum.
        wrong: out of order, or with another checksum.
        status: by which it ended.
        why: what the client was told with it.
    """

    server: str = ""
    answers: int = 0
    wrong: int = 0
    status: grpc.StatusCode = grpc.StatusCode.OK
    why: str = ""


@dataclass(slots=True)
class Streams:
    """Many bidirectional streams to one gateway.

    Attributes:
        until: when they end, by the monotonic clock.
    """

    rig: Rig
    until: float = math.inf
    found: list[Streamed] = field(default_factory=list[Streamed])

    def open(self, site: Site) -> list[grpc.aio.Channel]:
        """Connections to a site's gateway."""
        credentials = grpc.ssl_channel_credentials(site.trust.authority.read_bytes())
        options = [
            ("grpc.ssl_target_name_override", HOST),
            ("grpc.use_local_subchannel_pool", 1),
            ("grpc.enable_retries", 0),
        ]
        host, port = site.address
        return [grpc.aio.secure_channel(f"{host}:{port}", credentials, options) for _ in range(GRPC_CONNECTIONS)]

    async def run(self, channel: grpc.aio.Channel, number: int) -> None:
        """One stream: a message a second, each answered before the next is sent."""
        streamed = Streamed()
        self.found.append(streamed)
        headers = self.rig.source.headers(number % CLIENTS, f"tenant-{number % TENANTS}")
        call: Any = channel.stream_stream(STREAM, Request.SerializeToString, StreamResponse.FromString)(
            metadata=tuple(headers.items())
        )
        try:
            await self._exchange(call, streamed, number)
        except (grpc.aio.AioRpcError, asyncio.InvalidStateError):  # the latter where a message is sent after the end
            streamed.status, streamed.why = await call.code(), await call.details()

    async def _exchange(self, call: Any, streamed: Streamed, number: int) -> None:
        sent = 0
        while time.monotonic() < self.until:
            content = hashlib.sha256(f"{number} {sent}".encode()).digest() * (CONTENT_BYTES // 32)
            identity = f"{number}-{sent}"
            await call.write(Request(model_name="stand-in", id=identity, raw_input_contents=[content]))
            answer = await call.read()
            if not isinstance(answer, StreamResponse):
                break  # the end of the stream
            got = answer.infer_response
            streamed.server = got.model_name
            right = got.id == identity and list(got.raw_output_contents) == [checksum([content])]
            streamed.answers, streamed.wrong, sent = streamed.answers + right, streamed.wrong + (not right), sent + 1
            await asyncio.sleep(GRPC_PAUSE)
        await call.done_writing()
        streamed.status = await call.code()


async def _grpc(rig: Rig, scale: float) -> Found:
    count, seconds = int(GRPC_STREAMS * scale), GRPC_SECONDS * max(scale, 0.4)
    sites = list(rig.sites.values())
    victim = sites[0].layout.models[0]
    # Every stream holds a slot of a model server for all its time.
    async with rig.scaled_out(sites), asyncio.TaskGroup() as group:
        await rig.set_models(seconds=0)
        streams = Streams(rig)
        channels = [channel for site in sites for channel in streams.open(site)]
        for number in range(count):
            group.create_task(streams.run(channels[number % len(channels)], number))
            await asyncio.sleep(seconds / 4 / count)
        # From here, so that they are still open when the model server dies, however long it took to open them.
        streams.until = time.monotonic() + seconds * 3 / 4
        await asyncio.sleep(seconds / 8)
        opened = sum(each.answers > 0 for each in streams.found)
        for site in sites:
            site.reload()
        await asyncio.sleep(seconds / 4)
        broken_by_reload = sum(each.status is not grpc.StatusCode.OK for each in streams.found)
        sites[0].kill(victim, "model")
    for channel in channels:
        await channel.close()
    await rig.set_models()
    return Found(_grpc_figures(streams.found, victim.name, opened, broken_by_reload))


def _grpc_figures(found: Sequence[Streamed], victim: str, opened: int, reloaded: int) -> list[Figure]:
    lost = [each for each in found if each.status is not grpc.StatusCode.OK]
    there = [each for each in found if each.server == victim]
    unavailable = sum(each.status is grpc.StatusCode.UNAVAILABLE for each in lost)
    kinds = ", ".join(sorted({f"{each.status.name} {each.why}".strip() for each in lost}))
    return [
        at_least("streams open at once", opened, len(found), "streams"),
        at_most("answers out of order or with a wrong checksum", sum(each.wrong for each in found), 0, "answers",
                f"{sum(each.answers for each in found)} right"),
        at_most("streams broken by the reload", reloaded, 0, "streams"),
        at_least("streams of the killed server told UNAVAILABLE", unavailable, len(there), f"of {len(there)}", kinds),
        at_most("streams of others broken", len(lost) - sum(each in there for each in lost), 0, "streams",
                f"{len(there)} were on the killed server"),
    ]  # fmt: skip


SCENARIOS = (
    Scenario("reload", "Nginx reloads with 500 streams of server-sent events open", _reload),
    Scenario("grpc", "1,000 gRPC streams through a reload and the death of a model server", _grpc),
)
