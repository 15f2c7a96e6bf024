"""The way to a region's member: encrypted, as a user of its own, with the password of a file."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from redis.asyncio import RedisCluster
from redis.exceptions import RedisClusterException, RedisError

from keyspace.errors import KeyspaceError

_CONNECT_SECONDS: Final = 3
_ANSWER_SECONDS: Final = 5
_HIGHEST_PORT: Final = 65535


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Where the table is and who asks.

    Attributes:
        host: the member's own name, which the certificates of its nodes have.
        port: TCP port.
        user: name of the user.
        password_file: file that holds the password.
        ca_file: certificates to trust instead of the system's; None for those.
    """

    host: str
    port: int
    user: str
    password_file: Path
    ca_file: Path | None

    def password(self) -> str:
        """Return the password; raises KeyspaceError where the file can not be read."""
        try:
            return self.password_file.read_text().strip()
        except OSError as error:
            raise KeyspaceError(
                f"SHARED_PASSWORD_FILE {self.password_file} can not be read ({error.strerror}): mount the Secret"
            ) from None


def from_environment(variables: Mapping[str, str]) -> Access:
    """Return what the environment says; raises KeyspaceError for a variable that is missing or holds something else."""
    port, trusted = variables.get("SHARED_PORT", "6379"), variables.get("SHARED_CA_FILE", "")
    if not port.isdecimal() or not 1 <= int(port) <= _HIGHEST_PORT:
        raise KeyspaceError(f"SHARED_PORT is {port!r}: must be a whole number from 1 to {_HIGHEST_PORT}; correct it")
    return Access(
        host=_text(variables, "SHARED_HOST"),
        port=int(port),
        user=_text(variables, "SHARED_USER"),
        password_file=Path(_text(variables, "SHARED_PASSWORD_FILE")),
        ca_file=Path(trusted) if trusted else None,
    )


def _text(variables: Mapping[str, str], name: str) -> str:
    text = variables.get(name, "").strip()
    if not text:
        raise KeyspaceError(f"{name} is not set; set it")
    return text


@asynccontextmanager
async def connected(access: Access) -> AsyncGenerator[RedisCluster]:
    """Yield a client that finds the shard of each key; MemoryDB speaks as a cluster, of however many shards.

    Raises:
        KeyspaceError: the table does not answer, or refuses a command.
    """
    client = RedisCluster(host=access.host, port=access.port, username=access.user, **_options(access))
    try:
        yield client
    except (RedisError, RedisClusterException, OSError) as error:
        raise KeyspaceError(
            f"the shared table at {access.host}:{access.port} does not take it ({error}): check its address, the"
            " rights of the user, and that pods reach it"
        ) from error
    finally:
        await client.aclose()


def _options(access: Access) -> dict[str, Any]:
    return {
        "password": access.password(),
        "ssl": True,
        "ssl_ca_certs": str(access.ca_file) if access.ca_file else None,
        "ssl_check_hostname": True,
        "socket_connect_timeout": _CONNECT_SECONDS,
        "socket_timeout": _ANSWER_SECONDS,
    }
