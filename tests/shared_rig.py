"""Gateways that share answers in a Redis as the cache has it: TLS, a password, and eviction of what is used least."""

from collections.abc import Sequence
from pathlib import Path

from gateway_rig import Answer, Gateway
from queue_rig import RedisServer
from redis import Redis

PASSWORD = "word-of-the-store"
KEPT = b'{"model": "m", "messages": [], "temperature": 0}'
_SHARED = {"ttl_seconds": 3600, "largest_kib": 64, "timeout_milliseconds": 5000}
_CACHE = {"size_mib": 16, "fresh_seconds": 300, "stale_seconds": 3600}


def store(program: Path, tls: Path, folder: Path) -> RedisServer:
    """A Redis, not started; its certificate is for localhost."""
    options = {
        "tls-cert-file": tls / "tls.crt", "tls-key-file": tls / "tls.key", "tls-ca-cert-file": tls / "ca.crt",
        "tls-auth-clients": "no", "requirepass": PASSWORD, "appendonly": "no", "maxmemory-policy": "allkeys-lfu",
        "port": "0",
    }  # fmt: skip
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    return RedisServer(program, folder, [*words, "--tls-port"])


def client(of: RedisServer, tls: Path) -> Redis:
    """What shows a test what is in it."""
    return Redis("localhost", of.port, password=PASSWORD, ssl=True, ssl_ca_certs=str(tls / "ca.crt"))


def keys(shown: Redis, kind: str) -> Sequence[bytes]:
    """Its keys of one kind, `answer` or `lock`."""
    found = shown.keys(f"{kind}|*")  # pyright: ignore[reportUnknownMemberType] - its keyword arguments have no type
    return [key for key in found if isinstance(key, bytes)]


def is_idle(shown: Redis) -> bool:
    """Whether nobody is at an answer: a timer brings it there, after the client has it."""
    return not keys(shown, "lock")


def cache(**changes: int) -> dict[str, object]:
    """Settings of a cache with both levels; `changes` are those of the shared one."""
    return {**_CACHE, "shared": {**_SHARED, **changes}}


def came(answer: Answer) -> tuple[int, str, str]:
    """Its status, and what the gateway's own cache and the shared one say."""
    return answer.status, answer.headers.get("x-cache", ""), answer.headers.get("x-shared-cache", "")


def counted(of: Gateway, result: str) -> float:
    """How many of a gateway's requests came to the shared cache with that result."""
    return of.metrics().get(f'gateway_shared_cache_total{{result="{result}"}}', 0)
