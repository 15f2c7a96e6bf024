"""Who is let in, and how much of them: origin, key, token buckets, sizes, ids."""

from typing import TYPE_CHECKING, Any

import pytest
from gateway_rig import HEADERS, PROMPT, Gateway, eventually
from model_server import ModelServer

if TYPE_CHECKING:
    from conftest import Bench

# Tokens flow in at requests_per_second of all gateways: with this many, none flows in during a test.
GATEWAYS = 1000
BURST = 5
SMALL = {"requests_per_second": 1, "burst": BURST * GATEWAYS}


def _limited(bench: "Bench", server: ModelServer, **changes: Any) -> Gateway:
    gateway = bench.gateway(server, **changes)
    gateway.peers([server], gateways=GATEWAYS)
    # The share of capacity is small too; nothing is in flight at the same time here.
    return bench.stack.enter_context(gateway)


def test_only_the_entry_is_let_in_and_only_with_a_key(bench: "Bench") -> None:
    server = bench.server()
    gateway = bench.start(server)
    assert gateway.post(x_origin_verify="guessed").status == 403
    assert gateway.ask("POST", "/v1/embeddings", PROMPT, {}).status == 403
    assert gateway.ask("POST", "/v1/embeddings", PROMPT, {**HEADERS, "authorization": "Basic x"}).status == 401
    assert not server.requests
    own = {"x-origin-verify": HEADERS["x-origin-verify"], "x-api-key": "k"}
    assert gateway.ask("POST", "/v1/embeddings", PROMPT, own).status == 200


def test_without_a_token_on_disk_nothing_is_trusted(bench: "Bench") -> None:
    gateway = bench.gateway(bench.server())
    (gateway.folder / "origin/token").unlink()
    bench.stack.enter_context(gateway)
    assert gateway.post().status == 403
    assert gateway.post(x_origin_verify="").status == 403


def test_a_rotated_token_is_taken_without_a_reload(bench: "Bench") -> None:
    gateway = bench.start(bench.server())
    (gateway.folder / "origin/token").write_text("next\n")
    eventually(lambda: gateway.post(x_origin_verify="next").status == 200)
    assert gateway.post().status == 403


def test_a_key_never_leaves_the_gateway(bench: "Bench") -> None:
    server = bench.server()
    gateway = bench.start(server)
    gateway.post()
    eventually(lambda: gateway.log)
    [sent] = server.requests
    assert not {"authorization", "x-api-key", "x-origin-verify"} & sent.headers.keys()
    text = (gateway.folder / "access.log").read_text() + gateway.errors + str(sent)
    assert "key-of-one" not in text
    assert gateway.log[0]["tenant"] == sent.headers["x-tenant"]
    assert len(sent.headers["x-tenant"]) == 16


def test_a_client_gets_its_burst_and_is_told_what_remains(bench: "Bench") -> None:
    gateway = _limited(bench, bench.server(), client=SMALL)
    answers = [gateway.post(cloudfront_viewer_address="198.51.100.7:1") for _ in range(BURST + 1)]
    assert [answer.status for answer in answers] == [200] * BURST + [429]
    assert [int(answer.headers["ratelimit-remaining"]) for answer in answers] == [4, 3, 2, 1, 0, 0]
    assert {answer.headers["ratelimit-limit"] for answer in answers} == {str(BURST)}
    assert int(answers[-1].headers["retry-after"]) > 0
    assert b"rate_limited" in answers[-1].body
    assert gateway.post(cloudfront_viewer_address="198.51.100.8:1").status == 200
    assert gateway.metrics()['gateway_rate_limited_total{limit="client"}'] == 1


def test_a_tenant_has_one_bucket_for_all_its_clients(bench: "Bench") -> None:
    gateway = _limited(bench, bench.server(), tenant=SMALL, client=SMALL)
    clients = [f"198.51.100.{number}:1" for number in range(BURST + 1)]
    statuses = [gateway.post(cloudfront_viewer_address=client).status for client in clients]
    assert statuses == [200] * BURST + [429]
    assert gateway.post(cloudfront_viewer_address=clients[0], authorization="Bearer key-of-two").status == 200


def test_workers_share_a_bucket(bench: "Bench") -> None:
    gateway = _limited(bench, bench.server(), client=SMALL, cpu=2)
    statuses = [gateway.post().status for _ in range(4 * BURST)]
    assert statuses.count(200) == BURST


def test_ids_are_kept_when_they_are_sound_and_made_when_not(bench: "Bench") -> None:
    server = bench.server()
    gateway = bench.start(server)
    trace = "0af7651916cd43dd8448eb211c80319c"
    answer = gateway.post(x_request_id="mine-1", traceparent=f"00-{trace}-b7ad6b7169203331-01")
    sent = server.requests[0].headers
    assert (answer.headers["x-request-id"], sent["x-request-id"]) == ("mine-1", "mine-1")
    assert sent["traceparent"].startswith(f"00-{trace}-")
    assert "b7ad6b7169203331" not in sent["traceparent"]
    made = gateway.post(x_request_id="a b", traceparent="00-nonsense").headers["x-request-id"]
    assert len(made) == 32
    assert server.requests[1].headers["traceparent"].split("-")[1] == made


def test_what_is_too_large_or_unknown_is_refused_in_the_same_shape(bench: "Bench") -> None:
    server = bench.server()
    gateway = bench.start(server, body_limit_kib=1)
    large = gateway.post(b" " * 2000)
    assert (large.status, large.headers["content-type"]) == (413, "application/json")
    assert b'"code":413' in large.body
    assert gateway.ask("GET", "/admin", b"").status == 404
    assert not server.requests
    assert gateway.post().headers["server"] in {"nginx", "openresty"}


@pytest.mark.parametrize("path", ["/ready", "/healthz"])
def test_health_needs_no_key(bench: "Bench", path: str) -> None:
    assert bench.start(bench.server()).ask("GET", path, b"", {}).status == 200
