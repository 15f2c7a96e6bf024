"""Which prompts are asked for, and through which gateway."""

import base64
import json
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.errors import WorkerError
from worker.precompute.prompts import Fill, Prompt, Shown, frequent, parse, plan
from worker.precompute.settings import from_environment

AHEAD = 300.0


def _prompt(name: str, tenant: str = "ab") -> Prompt:
    return Prompt(tenant, "api", "/v1/completions", name, name.encode())


def _shown(name: str, count: int, fresh: float | None = None, tenant: str = "ab") -> Shown:
    return Shown(_prompt(name, tenant), count, fresh)


def _planned(shown: Mapping[str, Sequence[Shown]], top: int) -> list[Fill]:
    return plan(shown, frequent(shown, top), AHEAD)


def test_what_is_frequent_over_all_gateways_comes_first() -> None:
    shown = {"one": [_shown("x", 5), _shown("y", 4)], "two": [_shown("y", 4)]}
    assert [each.prompt.digest for each in _planned(shown, 10)] == ["y", "y", "x", "x"]
    assert {each.prompt.digest for each in _planned(shown, 1)} == {"y"}


def test_a_missing_answer_is_asked_for_and_an_old_one_replaced() -> None:
    shown = {
        "one": [_shown("x", 5, AHEAD)],
        "two": [_shown("x", 5, AHEAD - 1)],
        "three": [_shown("x", 5, -1)],
        "four": [],
    }
    fills = _planned(shown, 10)
    assert fills == [
        Fill("four", _prompt("x"), refresh=False),
        Fill("two", _prompt("x"), refresh=True),
        Fill("three", _prompt("x"), refresh=True),
    ]


def test_the_same_prompt_of_two_tenants_is_two_prompts() -> None:
    shown = {"one": [_shown("x", 5, tenant="ab"), _shown("x", 3, tenant="cd")]}
    assert [each.prompt.tenant for each in _planned(shown, 10)] == ["ab", "cd"]


_LISTS = st.lists(
    st.builds(_shown, st.sampled_from("uvwxyz"), st.integers(2, 99), st.none() | st.floats(-1e4, 1e4)),
    unique_by=lambda each: each.prompt,
)


@given(st.dictionaries(st.sampled_from(["one", "two", "three"]), _LISTS), st.integers(1, 6))
def test_no_more_prompts_than_asked_for_and_none_twice_at_a_gateway(shown: dict[str, list[Shown]], top: int) -> None:
    fills = _planned(shown, top)
    places = [(each.gateway, each.prompt) for each in fills]
    assert len(set(places)) == len(places)
    assert len({prompt for _, prompt in places}) <= top
    known = {(gateway, each.prompt): each.fresh_seconds for gateway, every in shown.items() for each in every}
    assert all((known.get(place) is not None) == each.refresh for place, each in zip(places, fills, strict=True))
    assert all((known.get(place) or 0) < AHEAD for place in places)


def test_a_line_keeps_the_bytes_of_the_body() -> None:
    body = b'{"input": "\xff"}'
    line = {"tenant": "ab", "host": "api", "path": "/v1/embeddings", "digest": "cd", "count": 3}
    found = parse(json.dumps({**line, "body": base64.b64encode(body).decode()}).encode())
    assert (found.prompt.body, found.count, found.fresh_seconds) == (body, 3, None)


@pytest.mark.parametrize("line", [b"", b"[]", b"{}", b'{"body": "!"}', b'{"body": "", "tenant": "ab"}'])
def test_another_line_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        parse(line)


_GOOD = {
    "GATEWAY_HOST": "gateways", "GATEWAY_PORT": "8082", "TOP": "200", "IN_FLIGHT": "6",
    "DEADLINE_SECONDS": "240", "AHEAD_SECONDS": "300", "PATIENCE_SECONDS": "100",
}  # fmt: skip


def test_settings_come_from_the_environment() -> None:
    found = from_environment(_GOOD)
    assert (found.host, found.port, found.top, found.in_flight) == ("gateways", 8082, 200, 6)
    assert (found.deadline_seconds, found.ahead_seconds, found.patience_seconds) == (240, 300, 100)


@pytest.mark.parametrize("name", [name for name in _GOOD if name != "GATEWAY_HOST"])
@pytest.mark.parametrize("value", ["", "0", "-1", "x", "9999999"])
def test_a_wrong_number_is_told_by_name_with_what_is_allowed(name: str, value: str) -> None:
    with pytest.raises(WorkerError, match=f"{name} is '{value}': must be a whole number from 1 to"):
        from_environment({**_GOOD, name: value})


def test_gateways_must_be_named() -> None:
    with pytest.raises(WorkerError, match="GATEWAY_HOST is not set: must be"):
        from_environment({**_GOOD, "GATEWAY_HOST": " "})


_EXCHANGE = {
    "CACHE_HOST": "cache", "CACHE_PORT": "6379", "CACHE_PASSWORD_FILE": "/cache/password", "REVISION": "m@1",
    "LIFETIME_SECONDS": "3600", "LEAST_SECONDS": "540", "EXCHANGE_SECONDS": "30",
    "SHARED_HOST": "table", "SHARED_PORT": "6379", "SHARED_USER": "u", "SHARED_PASSWORD_FILE": "/table/password",
}  # fmt: skip


def test_where_gateways_share_no_cache_nothing_is_exchanged() -> None:
    assert from_environment(_GOOD).exchange is None
    found = from_environment({**_GOOD, **_EXCHANGE}).exchange
    assert found
    assert (found.cache.host, found.cache.tls, found.table.host, found.table.user) == ("cache", True, "table", "u")
    assert (found.revision, found.lifetime_seconds, found.least_seconds, found.seconds) == ("m@1", 3600, 540, 30)


@pytest.mark.parametrize("name", _EXCHANGE)
def test_what_is_missing_of_an_exchange_is_told_by_name(name: str) -> None:
    with pytest.raises(WorkerError, match=name):
        from_environment({**_GOOD, **_EXCHANGE, name: " "})
