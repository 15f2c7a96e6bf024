"""Two regions, each with real gateways and a cache of its own, and the table between them: who has an answer made."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import shared_rig
import table_rig
from gateway_rig import Gateway, eventually, free_port
from model_server import ModelServer
from queue_rig import RedisServer
from redis import Redis
from shared_rig import KEPT, came
from table_rig import Member

from keyspace.names import EXPIRY
from worker.precompute.__main__ import main

if TYPE_CHECKING:
    from conftest import Bench

FRESH, LEAST, TTL = 300, 400, 3600


@dataclass(frozen=True)
class Region:
    """One region as its job sees it."""

    gateway: Gateway
    server: ModelServer
    store: RedisServer
    cache: Redis
    tls: Path
    table: Member
    more: dict[str, str] = field(default_factory=dict[str, str])

    def ask(self, times: int = 1) -> list[tuple[int, str, str]]:
        """Post the prompt, and wait until the cache has the answer."""
        found = [came(self.gateway.post(KEPT)) for _ in range(times)]
        eventually(lambda: shared_rig.is_idle(self.cache) and self.end())
        return found

    def end(self) -> int:
        """When the cache's only answer is over, ms; 0 where there is none."""
        keys = shared_rig.keys(self.cache, "answer")
        return int(self.cache.pexpiretime(keys[0].decode())) if keys else 0

    def ages(self, seconds: int) -> None:
        """Let the cache's only answer be over in some seconds."""
        (key,) = shared_rig.keys(self.cache, "answer")
        self.cache.expire(key, seconds)

    def job(self, capsys: pytest.CaptureFixture[str], revision: str = "model@1") -> tuple[dict[str, Any], str]:
        """Run the job; what it told, and of what it warned."""
        numbers = {
            "GATEWAY_PORT": self.gateway.prompts_port, "TOP": 10, "IN_FLIGHT": 1, "DEADLINE_SECONDS": 60,
            "AHEAD_SECONDS": 10_000, "PATIENCE_SECONDS": 30, "CACHE_PORT": self.store.port, "LIFETIME_SECONDS": TTL,
            "LEAST_SECONDS": LEAST, "EXCHANGE_SECONDS": 30,
        }  # fmt: skip
        word = self.tls / "word"
        word.write_text(shared_rig.PASSWORD)
        words = {
            "GATEWAY_HOST": "127.0.0.1", "REVISION": revision, "CACHE_HOST": "localhost",
            "CACHE_PASSWORD_FILE": str(word), "CACHE_CA_FILE": str(self.tls / "ca.crt"),
        }  # fmt: skip
        known = {**{name: str(value) for name, value in numbers.items()}, **words}
        capsys.readouterr()
        assert main({**known, **table_rig.variables(self.table.access), **self.more}) == 0
        told = capsys.readouterr()
        return json.loads(told.out), told.err


@pytest.fixture
def regions(
    bench: "Bench", store: RedisServer, other_store: RedisServer, table: Member, tls: Path
) -> Iterator[tuple[Region, Region]]:
    with ExitStack() as stack:
        made: list[Region] = []
        for each in (store, other_store):
            server = bench.server()
            gateway = bench.sharing(each, server, ttl_seconds=TTL)
            cache = stack.enter_context(shared_rig.client(each, tls))
            made.append(Region(gateway, server, each, cache, tls, table))
        yield made[0], made[1]


def test_what_one_region_has_made_is_there_in_a_cold_one(
    regions: tuple[Region, Region], capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = regions
    one.ask(2)
    told, _ = one.job(capsys)
    assert (told["brought"], told["shared"], told["filled"]) == (0, 1, 0)
    told, warned = other.job(capsys)
    assert (told["brought"], told["shared"], told["requests"], warned) == (1, 0, 0, "")
    assert other.end() == one.end()
    assert other.ask() == [(200, "MISS", "HIT")]
    assert (len(one.server.requests), len(other.server.requests)) == (1, 0)
    answers = [
        (answer.body, answer.headers["content-type"]) for answer in (each.gateway.post(KEPT) for each in regions)
    ]
    assert answers[0] == answers[1]


def test_of_two_regions_one_computes_what_both_ask_for_again(
    regions: tuple[Region, Region], capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = regions
    one.ask(2)
    one.job(capsys)
    other.job(capsys)
    other.ask(2)
    for each in regions:
        each.ages(FRESH - 1)
    for name in one.table.asked("KEYS", "*"):
        one.table.asked("DEL", name)
    told, _ = one.job(capsys)
    assert (told["brought"], told["filled"]) == (0, 1)
    eventually(lambda: shared_rig.is_idle(one.cache) and one.end() > other.end())
    told, _ = one.job(capsys)
    assert told["found"] == 1
    told, _ = other.job(capsys)
    assert (told["brought"], told["found"], told["filled"]) == (1, 1, 0)
    assert (len(one.server.requests), len(other.server.requests)) == (2, 0)


def test_an_answer_gets_no_older_by_travelling(
    regions: tuple[Region, Region], capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = regions
    one.ask(2)
    end = one.end()
    for each in (one, other, one):
        each.job(capsys)
    other.ask(2)
    told, _ = other.job(capsys)
    assert (told["brought"], told["shared"]) == (0, 0)
    assert one.end() == other.end() == end


def test_another_revision_finds_nothing(regions: tuple[Region, Region], capsys: pytest.CaptureFixture[str]) -> None:
    one, other = regions
    one.ask(2)
    one.job(capsys)
    told, _ = other.job(capsys, revision="model@2")
    assert (told["brought"], other.end()) == (0, 0)


def test_what_may_not_be_kept_here_is_not_brought(
    regions: tuple[Region, Region], capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = regions
    one.ask(2)
    one.job(capsys)
    (key,) = shared_rig.keys(one.cache, "answer")
    other.cache.set(key, "", px=60_000)
    told, _ = other.job(capsys)
    assert (told["brought"], other.cache.get(key)) == (0, b"")


def test_an_answer_that_goes_soon_is_not_worth_the_way(
    regions: tuple[Region, Region], capsys: pytest.CaptureFixture[str]
) -> None:
    one, _ = regions
    one.ask(2)
    one.ages(LEAST - 10)
    told, _ = one.job(capsys)
    assert told["shared"] == 0
    assert one.table.asked("ZCARD", EXPIRY) == 0


@pytest.mark.parametrize(
    ("away", "said"),
    [
        ("SHARED_PORT", "warning: the shared table at localhost:"),
        ("CACHE_PORT", "warning: the region's cache at localhost:"),
    ],
)
def test_without_one_of_the_stores_the_job_does_the_rest_and_says_so(
    regions: tuple[Region, Region], capsys: pytest.CaptureFixture[str], away: str, said: str
) -> None:
    one, _ = regions
    one.ask(2)
    one.ages(FRESH - 1)
    told, warned = replace(one, more={away: str(free_port())}).job(capsys)
    assert told["filled"] == 1
    assert None in (told["brought"], told["shared"])
    assert said in warned
    assert all(line.endswith("this run goes on without other regions") for line in warned.splitlines())
