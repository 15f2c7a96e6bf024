"""Connections to Redis: encrypted, with the password of a file, and without hidden retries."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from redis.asyncio import Connection, ConnectionPool, Redis, SSLConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.credentials import CredentialProvider
from redis.exceptions import (
    BusyLoadingError,
    ConnectionError,  # noqa: A004
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    TimeoutError,  # noqa: A004
)

from worker.settings import RedisSettings

FULL = OutOfMemoryError
"""What a write is answered by a store that evicts nothing and has no memory left; nothing of it was carried out."""

AWAY = (ConnectionError, TimeoutError, BusyLoadingError, ReadOnlyError, FULL, OSError)
"""What Redis being away, loading, full, or just no longer the primary, looks like: it passes."""

REDIS_ERRORS = (RedisError, OSError)

_CONNECT_SECONDS = 3
_ANSWER_SECONDS = 15
"""Longer than the wait for a job, which is 10 s at most: bullmq/worker.py, `maximumBlockTimeout`."""


@dataclass(frozen=True)
class _PasswordFile(CredentialProvider):
    """The password as the file has it now."""

    path: Path

    def get_credentials(self) -> tuple[str]:
        return (self.path.read_text().strip(),)


class _NamedConnection(SSLConnection):
    """A TLS connection to one name that holds the certificate against another."""

    def __init__(self, *, server_name: str, **options: Any) -> None:
        super().__init__(**options)  # pyright: ignore[reportUnknownMemberType] - redis types its options in part
        self._server_name = server_name

    def _connection_arguments(self) -> Mapping[str, Any]:
        given = cast("Mapping[str, Any]", super()._connection_arguments())  # pyright: ignore[reportUnknownMemberType] - as above
        return {**given, "server_hostname": self._server_name}


def connect(settings: RedisSettings, *, single: bool = False, text: bool = True) -> Redis:
    """Return a client that connects when it is first used; `single` makes all its commands share one connection.

    What it is answered is text, or bytes where that is not asked for.

    A command that fails is not sent again: it may have been carried out, and only its sender knows what that means.
    """
    pool = ConnectionPool(
        **_transport(settings),
        host=settings.host,
        port=settings.port,
        credential_provider=_PasswordFile(settings.password_file) if settings.password_file else None,
        decode_responses=text,
        retry=Retry(NoBackoff(), 0),
        socket_connect_timeout=_CONNECT_SECONDS,
        socket_timeout=_ANSWER_SECONDS,
        socket_keepalive=True,
        health_check_interval=0,
    )
    client = Redis(connection_pool=pool, single_connection_client=single)
    client.auto_close_connection_pool = True
    return client


def _transport(settings: RedisSettings) -> dict[str, Any]:
    if not settings.tls:
        return {"connection_class": Connection}
    return {
        "connection_class": _NamedConnection,
        "server_name": settings.server_name or settings.host,
        "ssl_ca_certs": str(settings.ca_file) if settings.ca_file else None,
        "ssl_check_hostname": True,
    }
