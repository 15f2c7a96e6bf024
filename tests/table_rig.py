"""A real Redis set up as MemoryDB Multi-Region is: a cluster, TLS, one user, and the refused commands taken out."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from queue_rig import RedisServer
from redis import Redis

from keyspace.commands import access_string
from keyspace.connection import Access
from sandbox.controlplane.pki import Authority
from sandbox.process import free_port

REFUSED = (
    "EXPIRE", "PEXPIRE", "EXPIREAT", "PEXPIREAT", "TTL", "PTTL", "PERSIST", "SETEX", "PSETEX", "GETEX",
    "LPUSH", "RPUSH", "LPOP", "LRANGE", "BLPOP", "BRPOP", "XADD", "XREAD", "EVAL", "EVALSHA", "FCALL", "FUNCTION",
    "RENAME", "RENAMENX", "FLUSHALL", "FLUSHDB", "SETBIT", "PFADD", "GEOADD", "COPY", "MOVE", "SWAPDB",
)  # fmt: skip
"""What the service refuses, or is not known to take:
https://docs.aws.amazon.com/memorydb/latest/devguide/multi-Region.SupportedCommands.html"""

USER, PASSWORD, ADMIN = "llm-prod-shared", "word-of-16-letters", "administrator"
SLOTS = 16384


@dataclass
class Member:
    """A running member.

    Attributes:
        server: its process.
        access: how pods reach it.
        admin: its administrator, who may do all that the server knows.
    """

    server: RedisServer
    access: Access
    admin: Redis

    def start(self) -> None:
        self.server.start()
        self.asked("CLUSTER", "ADDSLOTSRANGE", 0, SLOTS - 1)
        self.server.await_line("Cluster state changed: ok")

    def asked(self, *words: str | int) -> Any:
        """What the administrator is answered."""
        return cast("Any", self.admin).execute_command(*words)


def variables(access: Access) -> dict[str, str]:
    """What a program in a pod is told of it."""
    return {
        "SHARED_HOST": access.host,
        "SHARED_PORT": str(access.port),
        "SHARED_USER": access.user,
        "SHARED_PASSWORD_FILE": str(access.password_file),
        "SHARED_CA_FILE": str(access.ca_file),
    }


def member(program: Path, folder: Path, authority: Authority) -> Member:
    """A member, not started."""
    pair, trusted = authority.issue("member", service="localhost"), authority.pair.certificate
    options = ["--cluster-enabled", "yes", "--tls-cluster", "yes", "--cluster-port", str(free_port())]
    options += ["--tls-cert-file", str(pair.certificate), "--tls-key-file", str(pair.key), "--tls-auth-clients", "no"]
    options += ["--tls-ca-cert-file", str(trusted)]
    options += ["--user", "default", "off", "--user", ADMIN, "on", f">{PASSWORD}", "~*", "+@all"]
    options += ["--user", USER, f">{PASSWORD}", *access_string().split()]
    options += [word for each in REFUSED for word in ("--rename-command", each, "")]
    server = RedisServer(program, folder / "redis", [*options, "--port", "0", "--tls-port"])
    word = folder / "password"
    folder.mkdir(parents=True, exist_ok=True)
    word.write_text(f"{PASSWORD}\n")
    access = Access(host="localhost", port=server.port, user=USER, password_file=word, ca_file=trusted)
    admin = Redis(
        host="localhost", port=server.port, username=ADMIN, password=PASSWORD, ssl=True, ssl_ca_certs=str(trusted)
    )
    return Member(server, access, admin)
