"""Which prompts to ask for, and through which gateway; pure."""

import base64
import binascii
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a gateway knows an answer by: a tenant's own, so that no tenant gets what was made for another.

    Attributes:
        tenant: as the gateway calls it, never its API key.
        host: that clients asked.
        path: of the API.
        digest: of the body.
        body: the request's, as the client sent it.
    """

    tenant: str
    host: str
    path: str
    digest: str
    body: bytes = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Shown:
    """A frequent prompt of one gateway.

    Attributes:
        prompt: what was asked for.
        count: how often.
        fresh_seconds: how long its answer there is fresh, s; negative when stale, None when there is none.
    """

    prompt: Prompt
    count: int
    fresh_seconds: float | None


@dataclass(frozen=True, slots=True)
class Fill:
    """A request to make.

    Attributes:
        gateway: address of the one to ask.
        prompt: what to ask for.
        refresh: whether an answer that is there is to be replaced.
    """

    gateway: str
    prompt: Prompt
    refresh: bool


def parse(line: bytes) -> Shown:
    """Return one line of a gateway's list; raises ValueError for one that is none."""
    try:
        found: dict[str, Any] = json.loads(line)
        body = base64.b64decode(found["body"], validate=True)
        prompt = Prompt(found["tenant"], found["host"], found["path"], found["digest"], body)
        fresh = found.get("fresh_seconds")
        return Shown(prompt, int(found["count"]), None if fresh is None else float(fresh))
    except (KeyError, TypeError, binascii.Error) as error:
        raise ValueError(f"a line without {error}") from error


def frequent(shown: Mapping[str, Sequence[Shown]], top: int) -> list[Prompt]:
    """Return the prompts to look after, `top` at most: what all gateways together saw most often comes first.

    Args:
        shown: each gateway's list, by its address.
        top: prompts, a count.
    """
    counts: Counter[Prompt] = Counter()
    for each in (each for every in shown.values() for each in every):
        counts[each.prompt] += each.count
    return [prompt for prompt, _ in counts.most_common(top)]


def plan(shown: Mapping[str, Sequence[Shown]], prompts: Sequence[Prompt], ahead_seconds: float) -> list[Fill]:
    """Return the requests to make: first where an answer is missing, then by how often all gateways saw the prompt.

    Args:
        shown: each gateway's list, by its address.
        prompts: what to look after, the most frequent first.
        ahead_seconds: answers that are fresh for longer are left alone.
    """
    fresh = {(gateway, each.prompt): each.fresh_seconds for gateway, every in shown.items() for each in every}
    # What is missing, or unknown there: an answer that is there after all is a hit, and costs no GPU.
    wanted = ((gateway, prompt, fresh.get((gateway, prompt))) for prompt in prompts for gateway in shown)
    fills = [
        Fill(gateway, prompt, refresh=left is not None)
        for gateway, prompt, left in wanted
        if left is None or left < ahead_seconds
    ]
    # A client waits for what is missing; what is old is served until a new one is there.
    return sorted(fills, key=lambda fill: fill.refresh)
