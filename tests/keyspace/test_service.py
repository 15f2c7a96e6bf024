"""The tables on a real Redis that refuses what the service refuses."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeVar

import engine
import pytest
import table_rig
from redis.exceptions import NoPermissionError, ResponseError
from table_rig import REFUSED, Member

from keyspace.commands import PREFIX
from keyspace.connection import Access, connected
from keyspace.errors import KeyspaceError
from keyspace.names import EXPIRY, LEAST_LIFETIME, Spans
from keyspace.sweeper import listed, sweep
from keyspace.table import PAGE, Client, Codec, Entry, Table, ask, now_milliseconds

TEXT: Codec[str] = Codec(encode=str.encode, decode=bytes.decode)
Answer = TypeVar("Answer")


def with_client(access: Access, work: Callable[[Client], Awaitable[Answer]]) -> Answer:
    async def run() -> Answer:
        async with connected(access) as client:
            return await work(client)

    return asyncio.run(run())


def table(client: Client, clock: Callable[[], int] = now_milliseconds) -> Table[str]:
    return Table(client=client, spans=Spans(table="answers", lifetime=LEAST_LIFETIME), codec=TEXT, clock=clock)


def test_a_value_is_there_for_its_lifetime_and_then_swept(member: Member) -> None:
    async def work(client: Client) -> None:
        now = now_milliseconds()
        await table(client, lambda: now).put("what is: this?", "an answer: with a colon")
        assert await table(client, lambda: now + LEAST_LIFETIME - 1).get("what is: this?") == "an answer: with a colon"
        assert await table(client, lambda: now + LEAST_LIFETIME).get("what is: this?") is None
        await table(client, lambda: now + LEAST_LIFETIME - 1).put("what is: this?", "another")
        assert await table(client, lambda: now + LEAST_LIFETIME).get("what is: this?") == "another"
        assert await listed(client) == 2
        assert await sweep(client, now) == 0
        assert await sweep(client, now + 2 * LEAST_LIFETIME) == 1
        assert await table(client, lambda: now + LEAST_LIFETIME).get("what is: this?") == "another"
        assert await sweep(client, now + 3 * LEAST_LIFETIME) == 1
        assert await listed(client) == 0

    with_client(member.access, work)
    assert member.asked("DBSIZE") == 0


def test_a_value_may_be_over_sooner_and_no_later(member: Member) -> None:
    async def work(client: Client) -> None:
        now = now_milliseconds()
        there = table(client, lambda: now)
        await there.put("short", "answer", now + 1000)
        await there.put("long", "answer", now + 2 * LEAST_LIFETIME)
        assert await there.entry("short") == Entry("answer", now + 1000)
        assert await there.entry("long") == Entry("answer", now + LEAST_LIFETIME)
        assert await table(client, lambda: now + 1000).entry("short") is None

    with_client(member.access, work)


def test_all_keys_of_a_table_are_listed_once_until_they_are_over(member: Member) -> None:
    async def work(client: Client) -> None:
        now = now_milliseconds()
        other = Spans(table="other", lifetime=LEAST_LIFETIME)
        await Table(client=client, spans=other, codec=TEXT, clock=lambda: now).put("other", "answer")
        await table(client, lambda: now - 3 * LEAST_LIFETIME).put("over", "answer")
        for number in range(PAGE + 1):
            await table(client, lambda: now).put(f"{number}: {number}", "answer")
        later = now + LEAST_LIFETIME - 1
        await table(client, lambda: later).put("0: 0", "answer")
        found = await table(client, lambda: later).keys()
        assert (found[0], len(found)) == ("0: 0", PAGE + 1)
        assert {*found} == {f"{number}: {number}" for number in range(PAGE + 1)}

    with_client(member.access, work)


def test_a_deleted_key_is_gone_in_both_its_spans(member: Member) -> None:
    async def work(client: Client) -> None:
        now = now_milliseconds()
        for later in (0, LEAST_LIFETIME - 1):
            await table(client, lambda later=later: now + later).put("key", str(later))
        there = table(client, lambda: now + LEAST_LIFETIME - 1)
        assert await there.get("key") == str(LEAST_LIFETIME - 1)
        await there.delete("key")
        assert await there.get("key") is None

    with_client(member.access, work)
    assert member.asked("KEYS", "*") == [EXPIRY.encode()]


def test_more_entries_than_one_look_finds_are_all_swept(member: Member) -> None:
    async def work(client: Client) -> int:
        now = now_milliseconds()
        for number in range(1_201):
            await table(client, lambda: now).put(str(number), "answer")
        return await sweep(client, now + 2 * LEAST_LIFETIME)

    assert with_client(member.access, work) == 1_201
    assert member.asked("DBSIZE") == 0


def test_a_writer_that_slept_too_long_lists_its_name_again(member: Member) -> None:
    async def work(client: Client) -> None:
        begin = now_milliseconds()
        times = iter([begin, begin + 3 * LEAST_LIFETIME])
        await table(client, lambda: next(times)).put("key", "answer")
        assert await sweep(client, begin + 3 * LEAST_LIFETIME) == 1

    with_client(member.access, work)
    assert member.asked("DBSIZE") == 0


@pytest.mark.parametrize("command", REFUSED)
def test_the_server_refuses_what_the_service_does(member: Member, command: str) -> None:
    with pytest.raises(ResponseError, match="unknown command"):
        member.asked(command, f"{PREFIX}key", 1, 1)


@pytest.mark.parametrize(
    "words",
    [
        ("HSET", f"{PREFIX}key", "a", "b"),
        ("INCR", f"{PREFIX}key"),
        ("KEYS", "*"),
        ("CONFIG", "GET", "*"),
        ("ACL", "LIST"),
        ("GET", "limits:tenant"),
        ("DEL", "limits:tenant"),
    ],
)
def test_the_users_rights_are_no_more_than_the_module_needs(member: Member, words: tuple[str, ...]) -> None:
    async def work(client: Client) -> Any:
        options: dict[str, Any] = {"target_nodes": "random"} if words[0] in {"KEYS", "CONFIG", "ACL"} else {}
        with pytest.raises(NoPermissionError):
            await client.execute_command(*words, **options)

    with_client(member.access, work)


@pytest.mark.parametrize(
    "words", [("EXPIRE", "key", 1), ("SET", "key", "value", "EX", 1), ("ZADD", "key", "NX", 1, "m")]
)
def test_the_module_sends_nothing_that_another_region_would_not_take(words: tuple[str, ...]) -> None:
    class Nobody:
        async def execute_command(self, *_: Any) -> Any:
            raise AssertionError("it was sent")

    with pytest.raises(KeyspaceError, match=r"is not for the shared table: only get with 1, set with 2, "):
        asyncio.run(ask(Nobody(), *words))


def sweep_command(access: Access, **more: str) -> subprocess.CompletedProcess[str]:
    own = {"PATH": os.environ["PATH"], "PYTHONPATH": str(engine.ROOT)}
    variables = {**own, **table_rig.variables(access), **more}
    return subprocess.run(
        [sys.executable, "-m", "keyspace"], env=variables, capture_output=True, text=True, check=False
    )


def test_the_command_sweeps_and_says_what_it_did(member: Member) -> None:
    async def work(client: Client) -> None:
        now = now_milliseconds()
        await table(client, lambda: now - 3 * LEAST_LIFETIME).put("old", "answer")
        await table(client).put("new", "answer")

    with_client(member.access, work)
    assert json.loads(sweep_command(member.access).stdout) == {"swept": 1, "left": 1}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"SHARED_HOST": ""}, "error: SHARED_HOST is not set; set it"),
        ({"SHARED_PORT": "many"}, "error: SHARED_PORT is 'many': must be a whole number from 1 to 65535; correct it"),
        ({"SHARED_PORT": "1"}, "error: the shared table at localhost:1 does not take it"),
        ({"SHARED_PASSWORD_FILE": "/none"}, "error: SHARED_PASSWORD_FILE /none can not be read (No such file"),
        ({"SHARED_HOST": "127.0.0.1"}, ""),
        ({"SHARED_USER": "another"}, "does not take it"),
    ],
)
def test_what_is_wrong_is_one_line(member: Member, more: dict[str, str], said: str) -> None:
    ran = sweep_command(member.access, **more)
    assert (ran.returncode == 0) == (said == "")
    assert said in ran.stderr
    assert len(ran.stderr.splitlines()) == (1 if said else 0), ran.stderr


def test_a_name_that_no_table_made_stops_the_sweep_with_a_word(member: Member) -> None:
    member.asked("ZADD", EXPIRY, 1, "shared:foreign")
    ran = sweep_command(member.access)
    assert ran.returncode == 1
    assert "has 'shared:foreign', which no table made" in ran.stderr


def test_a_certificate_of_another_name_is_not_taken(member: Member) -> None:
    with pytest.raises(KeyspaceError, match="does not take it"):
        with_client(replace(member.access, ca_file=None), listed)
