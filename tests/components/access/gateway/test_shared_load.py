"""What two levels save of a load after Zipf's law, beside gateways that keep answers each for itself."""

import bisect
import contextlib
import itertools
import json
import random
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pytest
from gateway_rig import CHAT, HEADERS, Gateway
from model_server import ModelServer
from queue_rig import RedisServer

from sandbox.access.scenarios.caching import (
    CACHE_TENANTS,
    EXPONENT,
    HIT_PERCENT,
    OWN_PART,
    PROMPTS,
    RATE,
    SAVED_PERCENT,
    SECONDS,
    SEED,
)
from sandbox.rehearsal.figures import share

if TYPE_CHECKING:
    from conftest import Bench

REQUESTS = round(RATE * SECONDS)
START_PERCENT = 58.0
"""Hits before there was a second level, %, by the specification."""
HITS = {"HIT", "STALE", "UPDATING"}


def _load() -> Iterator[tuple[bytes, dict[str, str]]]:
    """Bodies and headers of the bench's scenario `cache`."""
    generator = random.Random(SEED)
    weights = list(itertools.accumulate(1 / rank**EXPONENT for rank in range(1, PROMPTS + 1)))
    for number in range(REQUESTS):
        rank = bisect.bisect(weights, generator.random() * weights[-1])
        body = {"temperature": 0, "messages": [rank], "stream": generator.random() < OWN_PART}
        yield json.dumps(body).encode(), {**HEADERS, "authorization": f"Bearer tenant-{number % CACHE_TENANTS}"}


def _run(gateways: Sequence[Gateway], server: ModelServer) -> tuple[float, float]:
    """Send the load to the gateways by chance; the shares of hits on either level and of requests saved, %."""
    chosen, before, cacheable, hits = random.Random(SEED), len(server.requests), 0, 0
    with contextlib.ExitStack() as stack:
        opened = [stack.enter_context(gateway.connection()) for gateway in gateways]
        for body, headers in _load():
            connection = chosen.choice(opened)
            connection.request("POST", CHAT, body, headers)
            got = connection.getresponse()
            got.read()
            assert got.status == 200
            own, shared = got.headers.get("x-cache"), got.headers.get("x-shared-cache")
            cacheable += own is not None
            hits += own in HITS or shared == "HIT"
    asked = len(server.requests) - before
    return share(hits, cacheable), 100 - share(asked, REQUESTS)


# The least and the most of a site, and the most of both, which is where prod would begin without the second level.
@pytest.mark.parametrize(("count", "most"), [(2, HIT_PERCENT), (8, HIT_PERCENT), (16, START_PERCENT)])
def test_what_two_levels_save(bench: "Bench", store: RedisServer, count: int, most: float) -> None:
    server = bench.server()
    alone = _run([bench.start(server) for _ in range(count)], server)
    both = _run([bench.sharing(store, server) for _ in range(count)], server)
    print(f"{count} gateways, hits and requests saved: alone {alone}, with both levels {both}")
    assert both[0] >= HIT_PERCENT
    assert alone[0] < most
    assert both[1] >= SAVED_PERCENT > alone[1]
