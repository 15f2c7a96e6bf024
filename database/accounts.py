"""The account that reads the group's state; the group itself brings it to all members."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from database.errors import DatabaseError, NotYetError
from database.server import DeniedError, Login, Server
from database.settings import MONITOR, Member

_ANSWER_SECONDS: Final = 10


def monitor(password_file: Path) -> Login:
    """Return the account with the password that its file has now; raises DatabaseError for an empty one."""
    password = password_file.read_text().strip()
    if not password:
        raise DatabaseError(f"MONITOR_PASSWORD_FILE {password_file} is empty; mount the secret that has it")
    return Login(MONITOR, password)


def ensure(servers: Mapping[str, Server], login: Login, ca_file: Path) -> bool:
    """Make the account, or give it its new password, on one member where any refuses it; tell whether it did.

    Raises:
        NotYetError: the group has not brought it to all members yet.
    """
    members = [server.member for server in servers.values()]
    if not _refusing(members, login, ca_file):
        return False
    _make(next(iter(servers.values())), login)
    if late := _refusing(members, login, ca_file):
        raise NotYetError(f"{', '.join(late)} does not know user {login.user!r} yet; the group brings it")
    return True


def _make(server: Server, login: Login) -> None:
    server.rows("CREATE USER IF NOT EXISTS %s@'%%' IDENTIFIED BY %s REQUIRE SSL", login.user, login.password)
    server.rows("ALTER USER %s@'%%' IDENTIFIED BY %s REQUIRE SSL", login.user, login.password)
    server.rows("GRANT SELECT ON performance_schema.* TO %s@'%%'", login.user)


def _refusing(members: Sequence[Member], login: Login, ca_file: Path) -> list[str]:
    refused: list[str] = []
    for member in members:
        try:
            with Server(member, login, ca_file, answer_seconds=_ANSWER_SECONDS) as server:
                server.value("SELECT COUNT(*) FROM performance_schema.replication_group_members")
        except DeniedError:
            refused.append(member.name)
    return refused
