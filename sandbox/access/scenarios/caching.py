"""Repeated prompts are answered from the cache, and never to anybody else than who may have the answer."""

import bisect
import itertools
import json
import random
from collections.abc import Callable, Sequence
from typing import Any

from sandbox.access.client import Answer, Client, Request
from sandbox.access.load import CLIENTS, OK, Stream
from sandbox.access.model.http import events_of
from sandbox.access.rig import Rig, control
from sandbox.access.scenarios.scenario import Found, Scenario, Timeline
from sandbox.access.site import Site
from sandbox.rehearsal.figures import at_least, at_most, share

PROMPTS, EXPONENT = 400, 1.0
"""Distinct prompts, and how steeply the k-th is asked less often than the first: 1/k^EXPONENT (Zipf's law)."""

CACHE_TENANTS = 2
RATE, SECONDS = 120.0, 75.0
OWN_PART = 0.15
"""Requests that no cache may answer: streamed ones."""

HIT_PERCENT, SAVED_PERCENT = 89.0, 72.0
SEED = 20_240_501
ROUTE = "/v1/chat/completions"


async def _zipf(rig: Rig, scale: float) -> Found:
    site, line = next(iter(rig.sites.values())), Timeline(rig.load())
    name = site.layout.name
    before = await _served(site)

    async def act(line: Timeline) -> None:
        line.mark(
            f"{PROMPTS} prompts of {CACHE_TENANTS} tenants each, in numbers after Zipf; {OWN_PART:.0%} are streamed"
        )

    await line.run([Stream(lambda: name, RATE, _prompts(rig), SECONDS * scale)], act)
    asked = await _served(site) - before
    answers = [each.answer for each in line.load.samples]
    cacheable = [each for each in answers if "x-cache" in each.headers]
    hits = sum(each.headers["x-cache"] in {"HIT", "STALE", "UPDATING"} for each in cacheable)
    failed = sum(each.status != OK for each in answers)
    figures = [
        at_least(
            "hits of cacheable requests", share(hits, len(cacheable)), HIT_PERCENT, "%", f"{hits} of {len(cacheable)}"
        ),
        at_least(
            "upstream requests saved",
            100 - share(asked, len(answers)),
            SAVED_PERCENT,
            "%",
            f"{asked} of {len(answers)} asked",
        ),
        at_most("requests not answered", failed, 0, "requests"),
    ]
    return Found(figures, line.load.samples, line.marks)


async def _tenants(rig: Rig, scale: float) -> Found:
    del scale  # it sends a dozen requests
    client, source = rig.client(next(iter(rig.sites))), rig.source
    prompt = f"what may be shared, {random.random()}"
    same: dict[str, Any] = {"prompt": prompt, "temperature": 0}

    async def twice(tenant: str, **more: Any) -> tuple[str, str]:
        return (await _identity(client, source.chat(1, tenant, **{**same, **more})),
                await _identity(client, source.chat(1, tenant, **{**same, **more})))  # fmt: skip

    first, second = await twice("tenant-one"), await twice("tenant-two")
    own = [await twice("tenant-one", **more) for more in ({"user": "someone"}, {"stream": True}, {"temperature": 1})]
    marked = [await _personalised(client, source.chat(1, "tenant-one", **same)) for _ in range(2)]
    client.close()
    shared = len({*first} & {*second}) + len({*marked} & {*first})
    figures = [
        at_most("answers shared by two tenants, or personalised", shared, 0, "answers"),
        at_most(
            "personalised or streamed answers repeated", sum(a == b for a, b in [*own, tuple(marked)]), 0, "answers"
        ),
        at_least(
            "a tenant's own answer kept for it", int(first[0] == first[1]) + int(second[0] == second[1]), 2, "of 2"
        ),
    ]
    return Found(figures)


def _prompts(rig: Rig) -> Callable[[], Request]:
    """Requests with prompts after Zipf's law, of tenants in turn, every so many streamed."""
    generator, source = random.Random(SEED), rig.source
    weights = list(itertools.accumulate(1 / rank**EXPONENT for rank in range(1, PROMPTS + 1)))
    count = itertools.count()

    def make() -> Request:
        number = next(count)
        rank = bisect.bisect(weights, generator.random() * weights[-1])
        streamed: dict[str, object] = {"stream": True} if generator.random() < OWN_PART else {}
        tenant = f"tenant-{number % CACHE_TENANTS}"
        return source.chat(number % CLIENTS, tenant, f"zipf {rank}", temperature=0, **streamed)

    return make


async def _served(site: Site) -> int:
    """Requests that the site's model servers have answered so far."""
    answers = [await control(pod, {}) for pod in site.layout.models]
    return sum(count for each in answers for route, count in each["served"].items() if route.endswith(ROUTE))


async def _personalised(client: Client, request: Request) -> str:
    return await _identity(client, Request(request.path, {**request.headers, "x-personalised": "1"}, request.body))


async def _identity(client: Client, request: Request) -> str:
    """The id that the model server gave its answer, different for each."""
    answer = await client.send(request)
    return (
        _first_event(answer) if answer.headers.get("content-type", "").startswith("text/event-stream") else _id(answer)
    )


def _first_event(answer: Answer) -> str:
    return json.loads(next(events_of(answer.body)))["id"]


def _id(answer: Answer) -> str:
    return json.loads(answer.body)["id"] if answer.status == OK else f"status {answer.status}, {answer.error}"


SCENARIOS: Sequence[Scenario] = (
    Scenario("cache", "prompts repeated after Zipf's law", _zipf),
    Scenario("tenants", "two tenants, personalised and streamed answers: nothing is shared", _tenants),
)
