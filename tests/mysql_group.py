"""What RDS adds to MySQL, played: its procedures, the parameters that it applies, and the group's membership.

Membership is a table on a server of its own; members reach it by FEDERATED tables, and replicate from each other as
members do. What is not played: certification, flow control, the detection of a loss, and RDS's own texts of errors.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pymysql
from mysql_servers import Mysqld, Relay

from sandbox.process import wait_until

PROCEDURES = Path(__file__).parent / "database" / "rds_procedures.sql"
GROUP = "6f0c3a52-0a4e-4f3e-9d0c-6b1f3c1f7a11"
SEEDS = "group_replication_group_seeds"
REPLICATION_USER = "rdsgrprepladmin"
_TABLES = {
    "members": "(uuid CHAR(36) PRIMARY KEY, host VARCHAR(60), port INT, grp CHAR(36), state VARCHAR(20))",
    "made": "(id CHAR(36) PRIMARY KEY, starter CHAR(36))",
    "parameters": "(name VARCHAR(64) PRIMARY KEY, value VARCHAR(1024))",
}


class Registry:
    """The membership that members share, and what RDS does by itself: it applies parameters, members replicate."""

    def __init__(self, server: Mysqld, members: Sequence[Mysqld], seeds: Callable[[], str]) -> None:
        self._server, self._members, self._seeds = server, members, seeds
        self._applied = ""
        self._uuids = {str(each.value("SELECT @@server_uuid")): each for each in members}
        self._ended = threading.Event()
        self._still = threading.Lock()
        self.broken: Exception | None = None
        self._thread = threading.Thread(target=self._live, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()

    def reset(self) -> None:
        """Make everything as RDS hands it over: parameters applied, no group, super-read-only."""
        with self._still:
            self._applied = ""
            self._server.ask(
                "DELETE FROM registry.members", "DELETE FROM registry.made", "DELETE FROM registry.parameters"
            )
            for each in self._members:
                each.ask("STOP SLAVE", "RESET SLAVE ALL", "CALL standin.fresh()")

    def members(self) -> dict[str, tuple[str, str]]:
        """Group and state of each member, by its server's number."""
        rows = self._server.ask("SELECT uuid, grp, state FROM registry.members")
        return {str(self._uuids[uuid].number): (grp, state) for uuid, grp, state in rows}

    def made(self) -> int:
        """How many groups were ever started."""
        return int(self._server.value("SELECT COUNT(*) FROM registry.made"))

    def set(self, member: Mysqld, grp: str, state: str) -> None:
        """Put a member into a group and state, whatever it was in."""
        uuid = member.value("SELECT @@server_uuid")
        with self._still:
            self._server.put(
                "REPLACE INTO registry.members VALUES (%s, '127.0.0.1', %s, %s, %s)", uuid, member.port, grp, state
            )

    def forget(self, member: Mysqld) -> None:
        """Take a member out of its group, as a reboot does."""
        with self._still:
            uuid = member.value("SELECT @@server_uuid")
            self._server.put("DELETE FROM registry.members WHERE uuid = %s", uuid)
            member.ask("STOP SLAVE", "SET GLOBAL super_read_only = ON")

    def _live(self) -> None:
        while not self._ended.wait(0.05):
            with self._still:
                try:
                    self._apply()
                    self._recover()
                except pymysql.MySQLError as error:
                    self.broken = error

    def _apply(self) -> None:
        if (seeds := self._seeds()) != self._applied:
            self._server.put("REPLACE INTO registry.parameters VALUES (%s, %s)", SEEDS, seeds)
            self._applied = seeds

    def _recover(self) -> None:
        """Let those that joined replicate from all others with the password they were given, and be online."""
        rows = self._server.ask("SELECT uuid, grp, state FROM registry.members")
        for uuid, grp, state in rows:
            if state == "RECOVERING":
                others = [self._uuids[other] for other, its, _ in rows if its == grp and other != uuid]
                became = "ONLINE" if self._connect(self._uuids[uuid], others) else "ERROR"
                self._server.put("UPDATE registry.members SET state = %s WHERE uuid = %s", became, uuid)

    def _connect(self, joiner: Mysqld, others: Sequence[Mysqld]) -> bool:
        password = joiner.value("SELECT password FROM standin.channel")
        for source, target in [(other, joiner) for other in others] + [(joiner, other) for other in others]:
            channel = f"FOR CHANNEL 'from_{source.number}'"
            if _knows(target, source):
                target.ask(f"STOP SLAVE {channel}")
            target.ask(
                f"CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT={source.port},"
                f" MASTER_USER='{REPLICATION_USER}', MASTER_PASSWORD='{password}', MASTER_AUTO_POSITION=1,"
                f" GET_MASTER_PUBLIC_KEY=1, MASTER_CONNECT_RETRY=1 {channel}",
                f"START SLAVE {channel}",
            )
            if not wait_until(lambda target=target, source=source: _replicates(target, source), 5):
                target.ask(f"STOP SLAVE {channel}")
                return False
        joiner.ask("SET GLOBAL super_read_only = OFF", "SET GLOBAL read_only = OFF")
        return True


def _knows(target: Mysqld, source: Mysqld) -> bool:
    asked = "SELECT 1 FROM performance_schema.replication_connection_configuration WHERE CHANNEL_NAME = %s"
    return bool(target.put(asked, f"from_{source.number}"))


def _replicates(target: Mysqld, source: Mysqld) -> bool:
    asked = "SELECT SERVICE_STATE FROM performance_schema.replication_connection_status WHERE CHANNEL_NAME = %s"
    return target.put(asked, f"from_{source.number}") == [("ON",)]


def furnish(ground: Mysqld, members: Sequence[Mysqld], relays: Sequence[Relay], login: tuple[str, str]) -> None:
    """Make the registry on `ground`, and members of the others, with a master user of name and password `login`."""
    ground.ask(
        "CREATE DATABASE registry",
        "CREATE USER registry@'%' IDENTIFIED WITH mysql_native_password BY ''",
        "GRANT ALL ON registry.* TO registry@'%'",
        *(f"CREATE TABLE registry.{name} {columns}" for name, columns in _TABLES.items()),
    )
    place = f"ENGINE=FEDERATED CONNECTION='mysql://registry@127.0.0.1:{ground.port}/registry"
    tables = {name: f"{columns} {place}/{name}'" for name, columns in _TABLES.items()}
    for member, relay in zip(members, relays, strict=True):
        own = {
            "uuid": str(member.value("SELECT @@server_uuid")), "port": str(member.port), "seen": str(relay.port),
            "master": login[0], "password": login[1], "group": GROUP,
        }  # fmt: skip
        member.ask(*_statements({**tables, **own}))


def _statements(words: Mapping[str, str]) -> Sequence[str]:
    text = PROCEDURES.read_text()
    for name, value in words.items():
        text = text.replace(f"@{name}@", value)
    return [each.strip() for each in text.split(";;") if each.strip()]
