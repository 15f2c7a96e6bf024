"""The model server as clients see it, and each of its faults."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any

from sandbox.access import wire
from sandbox.access.model import http
from sandbox.access.model.answers import STREAM_TOKENS, Answers
from sandbox.access.model.behaviour import Behaviour
from sandbox.process import free_port

Ask = Callable[[str, bytes], Coroutine[Any, Any, tuple[int, bytes]]]


def with_server(act: Callable[[Behaviour, Ask], Coroutine[Any, Any, None]], *, slots: int = 2) -> None:
    async def run() -> None:
        behaviour, port = Behaviour(slots, 0.0), free_port()
        server = await asyncio.start_server(http.Server(behaviour, Answers("one")).serve, "127.0.0.1", port)

        async def ask(start: str, body: bytes) -> tuple[int, bytes]:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(wire.message(f"{start} HTTP/1.1", {"host": "one"}, body))
            head = await wire.read_head(reader)
            answer = int(head.start[1]), await wire.read_body(reader, head)
            writer.close()
            await writer.wait_closed()
            return answer

        async with server:
            await act(behaviour, ask)

    asyncio.run(run())


def chat(**more: Any) -> bytes:
    return json.dumps({"messages": [{"role": "user", "content": "hello"}], **more}).encode()


def test_a_chat_is_answered_by_a_server_that_names_itself_and_differently_each_time() -> None:
    async def act(_: Behaviour, ask: Ask) -> None:
        found = [json.loads((await ask("POST /v1/chat/completions", chat()))[1]) for _ in range(2)]
        assert found[0]["system_fingerprint"] == "one"
        assert found[0]["choices"] == found[1]["choices"]
        assert found[0]["id"] != found[1]["id"]

    with_server(act)


def test_a_stream_has_an_event_for_each_token_and_an_end() -> None:
    async def act(_: Behaviour, ask: Ask) -> None:
        events = list(http.events_of((await ask("POST /v1/chat/completions", chat(stream=True)))[1]))
        assert len(events) == STREAM_TOKENS + 1
        assert [json.loads(each)["choices"][0]["delta"]["content"] for each in events[:2]] == ["0 ", "1 "]
        assert events[-1] == "[DONE]"

    with_server(act)


def test_a_failing_server_is_well_by_its_health_check() -> None:
    async def act(behaviour: Behaviour, ask: Ask) -> None:
        await behaviour.set_mode("failing")
        assert (await ask("POST /v1/chat/completions", chat()))[0] == 500
        assert (await ask("GET /health", b""))[0] == 200

    with_server(act)


def test_a_hung_server_answers_nothing_until_it_is_well() -> None:
    async def act(behaviour: Behaviour, ask: Ask) -> None:
        await behaviour.set_mode("hung")
        asked = [asyncio.create_task(ask(start, b"{}")) for start in ("GET /health", "POST /v1/embeddings")]
        done, _ = await asyncio.wait(asked, timeout=0.2)
        assert not done
        await behaviour.set_mode("well")
        assert [status for status, _ in await asyncio.gather(*asked)] == [200, 200]

    with_server(act)


def test_more_than_its_slots_wait_and_are_counted() -> None:
    async def act(behaviour: Behaviour, ask: Ask) -> None:
        behaviour.seconds = 0.2
        asked = [asyncio.create_task(ask("POST /v1/completions", chat())) for _ in range(3)]
        async with asyncio.timeout(10):
            while not behaviour.waiting:  # noqa: ASYNC110 - no event tells it
                await asyncio.sleep(0.01)
        assert b'vllm:num_requests_waiting{engine="0"} 1\n' in (await ask("GET /metrics", b""))[1]
        await asyncio.gather(*asked)
        assert (behaviour.running, behaviour.waiting) == (0, 0)
        assert behaviour.served == {"POST /v1/completions": 3}

    with_server(act)


def test_what_it_does_not_know_it_says() -> None:
    async def act(_: Behaviour, ask: Ask) -> None:
        assert (await ask("GET /v2/nothing", b""))[0] == 404
        assert (await ask("POST /v1/embeddings", b"no json"))[0] == 400

    with_server(act)
