"""Forms the group once: each attempt looks at all members anew and takes one step, so a run may end anywhere.

Two runs at once never make two groups. An attempt holds a lock on every member that answers, and the group is only
started when all answer, none is in a group, and by the session that holds that member's lock: a session that is lost
takes its lock along, and can no longer start anything.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-active-active-clusters-setting-up.html
"""

import logging
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

from database import accounts, seeds
from database.errors import DatabaseError, NotYetError
from database.membership import Begin, Done, Join, Refuse, Step, Wait, decide
from database.server import Login, Server
from database.settings import BootstrapSettings

LOCK: Final = "group-replication-bootstrap"
REPLICATION_USER: Final = "rdsgrprepladmin"
"""RDS names it: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-stored-proc-active-active-clusters.html"""

_RETENTION: Final = "binlog retention hours"
_FIRST_PAUSE_SECONDS: Final = 0.2
_LONGEST_PAUSE_SECONDS: Final = 5.0
# A member that joins answers when it is in, or has given up.
_ANSWER_SECONDS: Final = 300.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Passwords:
    """What the bootstrap logs in with, and what members show each other."""

    master: Login
    replication: str


class Bootstrap:
    """One run; `groups` are the members' parameter groups."""

    def __init__(self, settings: BootstrapSettings, passwords: Passwords, groups: seeds.ParameterGroups) -> None:
        self._settings, self._passwords, self._groups = settings, passwords, groups
        self._members = settings.where.members
        self._told = ""

    def run(self) -> None:
        """Take steps until all members are online in one group.

        Raises:
            DatabaseError: only people can go on, or the deadline has passed.
        """
        end, pause = time.monotonic() + self._settings.deadline_seconds, _FIRST_PAUSE_SECONDS
        while True:
            try:
                if self._attempt():
                    return
                pause = _FIRST_PAUSE_SECONDS
            except NotYetError as error:
                if time.monotonic() + pause > end:
                    raise DatabaseError(f"not done in {self._settings.deadline_seconds} s: {error}") from None
                self._tell(str(error))
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
            time.sleep(pause)

    def _attempt(self) -> bool:
        """Take one step; tell whether there is none left."""
        wanted = seeds.wanted(self._members)
        for group in seeds.ensure(self._groups, self._settings.parameter_groups, wanted):
            self._tell(f"parameter group {group}: {seeds.PARAMETER} is now {wanted}")
        with ExitStack() as opened:
            servers = self._open(opened)
            for server in servers.values():
                self._check(server, wanted)
                _lock(server)
            return self._take(self._decide(servers), servers)

    def _open(self, opened: ExitStack) -> Mapping[str, Server]:
        servers: dict[str, Server] = {}
        for member in self._members:
            server = Server(
                member,
                self._passwords.master,
                self._settings.where.ca_file,
                hidden=[self._passwords.replication],
                answer_seconds=_ANSWER_SECONDS,
            )
            try:
                servers[member.name] = opened.enter_context(server)
            except NotYetError as error:
                self._tell(str(error))
        return servers

    def _check(self, server: Server, wanted: str) -> None:
        expected = {
            "group_replication_group_name": self._settings.group_name,
            "gtid_mode": "ON",
            "enforce_gtid_consistency": "ON",
        }
        found = server.variables(*expected, seeds.PARAMETER)
        for name, value in expected.items():
            if found.get(name, "").lower() != value.lower():
                raise DatabaseError(
                    f"{server.member.name}: {name} is {found.get(name)!r}, must be {value!r};"
                    " correct its parameter group, then reboot it"
                )
        if found.get(seeds.PARAMETER) != wanted:
            raise NotYetError(f"{server.member.name}: {seeds.PARAMETER} is not {wanted!r} yet; RDS applies it")

    def _decide(self, servers: Mapping[str, Server]) -> Step:
        seen = {name: server.standing(self._settings.group_name) for name, server in servers.items()}
        return decide([member.name for member in self._members], seen)

    def _take(self, step: Step, servers: Mapping[str, Server]) -> bool:
        match step:
            case Wait(why):
                raise NotYetError(why)
            case Refuse(why):
                raise DatabaseError(why)
            case Begin(name):
                self._start(servers[name], first=True)
            case Join(name, leave_first):
                self._start(servers[name], first=False, leave_first=leave_first)
            case Done():
                self._finish(servers)
                return True
        return False

    def _start(self, server: Server, *, first: bool, leave_first: bool = False) -> None:
        self._retain(server)
        if not server.value("SELECT COUNT(*) FROM mysql.user WHERE User = %s", REPLICATION_USER):
            server.rows("CALL mysql.rds_group_replication_create_user(%s)", self._passwords.replication)
        if leave_first:
            server.rows("CALL mysql.rds_group_replication_stop()")
        server.rows("CALL mysql.rds_group_replication_set_recovery_channel(%s)", self._passwords.replication)
        self._tell(f"{server.member.name}: {'starts the group' if first else 'joins the group'}")
        server.rows("CALL mysql.rds_group_replication_start(%s)", int(first))

    def _retain(self, server: Server) -> None:
        hours = str(self._settings.binlog_hours)
        found = {str(name): str(value) for name, value, *_ in server.rows("CALL mysql.rds_show_configuration")}
        if found.get(_RETENTION) != hours:
            server.rows("CALL mysql.rds_set_configuration(%s, %s)", _RETENTION, self._settings.binlog_hours)
            self._tell(f"{server.member.name}: keeps binary logs for {hours} h")

    def _finish(self, servers: Mapping[str, Server]) -> None:
        for server in servers.values():
            self._retain(server)
        where = self._settings.where
        login = accounts.monitor(where.monitor_password_file)
        if accounts.ensure(servers, login, where.ca_file):
            self._tell(f"user {login.user!r} reads the group's state")
        self._tell(f"{', '.join(servers)} are online in one group")

    def _tell(self, text: str) -> None:
        """Log it, unless it was the last thing that was."""
        if text != self._told:
            _log.info("%s", text)
        self._told = text


def _lock(server: Server) -> None:
    if server.value("SELECT GET_LOCK(%s, 0)", LOCK) != 1:
        raise NotYetError(f"{server.member.name}: another run is at work; it is waited for")
