"""Settings of the bootstrap and of the exporter, from the environment; a wrong one is told in one line."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from database.errors import DatabaseError

MOST_MEMBERS: Final = 9
"""https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-active-active-clusters.html"""

MONITOR: Final = "monitor"
"""The account that reads the group's state, and nothing else."""

TRUSTED: Final = Path(__file__).parent / "rds-ca.pem"
"""Who signs the members' certificates.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
"""

_DAY_SECONDS: Final = 86400
_MOST_HOURS: Final = 168
"""https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-stored-proc-configuring.html"""


@dataclass(frozen=True, slots=True)
class Member:
    """One server of the group: its name here, and where it answers."""

    name: str
    host: str
    port: int

    @property
    def address(self) -> str:
        """Host and port, as the group's seeds have them."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """What both commands need.

    Attributes:
        members: of the group, those first that start it when no member knows more than another.
        ca_file: certificates that the members' are held against.
        monitor_password_file: the password of the account `monitor`, read when it is needed.
    """

    members: Sequence[Member]
    ca_file: Path
    monitor_password_file: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class BootstrapSettings:
    """What the bootstrap does.

    Attributes:
        where: the members.
        region: AWS region of their parameter groups and secrets.
        group_name: UUID of the group.
        parameter_groups: RDS parameter groups of the members.
        master_secret: ARN of the secret that holds `username` and `password` of the master user, as JSON.
        replication_secret: ARN of the secret that is the replication user's password.
        binlog_hours: how long members keep binary logs for others to catch up, h.
        deadline_seconds: how long it waits for members, for parameters and for another run, s.
    """

    where: Where
    region: str
    group_name: str
    parameter_groups: Sequence[str]
    master_secret: str
    replication_secret: str
    binlog_hours: int
    deadline_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSettings:
    """What the exporter does: `where` are the members, and it listens at `listen_host` and `listen_port`."""

    where: Where
    listen_host: str
    listen_port: int


@dataclass(frozen=True, slots=True)
class _Environment:
    """Reads variables one by one."""

    variables: Mapping[str, str]

    def text(self, name: str, what: str, default: str = "") -> str:
        text = self.variables.get(name, default).strip()
        if not text:
            raise DatabaseError(f"{name} is not set: must be {what}; set it")
        return text

    def whole(self, name: str, default: int, most: int) -> int:
        text = self.variables.get(name, str(default)).strip()
        if not text.isdecimal() or not 1 <= int(text) <= most:
            raise DatabaseError(f"{name} is {text!r}: must be a whole number from 1 to {most}; correct it")
        return int(text)

    def file(self, name: str, default: str = "") -> Path:
        text = self.text(name, "a file", default)
        if not Path(text).is_file():
            raise DatabaseError(f"{name} is {text!r}: no such file; mount it, or name another")
        return Path(text)

    def json(self, name: str, what: str) -> object:
        text = self.text(name, what)
        try:
            return json.loads(text)
        except ValueError as error:
            raise DatabaseError(f"{name} is {text!r}: must be {what}, as JSON ({error}); correct it") from None


def for_bootstrap(variables: Mapping[str, str]) -> BootstrapSettings:
    """Return the bootstrap's settings; raises DatabaseError for a variable that is missing or holds something else."""
    read = _Environment(variables)
    return BootstrapSettings(
        where=_where(read),
        region=read.text("AWS_REGION", "the region of the members"),
        group_name=_uuid(read.text("GROUP_NAME", "the group's UUID")),
        parameter_groups=_texts(read, "PARAMETER_GROUPS"),
        master_secret=read.text("MASTER_SECRET_ARN", "the ARN of the master user's secret"),
        replication_secret=read.text("REPLICATION_SECRET_ARN", "the ARN of the replication password's secret"),
        binlog_hours=read.whole("BINLOG_HOURS", _MOST_HOURS, _MOST_HOURS),
        deadline_seconds=read.whole("DEADLINE_SECONDS", 1200, _DAY_SECONDS),
    )


def for_export(variables: Mapping[str, str]) -> ExportSettings:
    """Return the exporter's settings; raises DatabaseError as `for_bootstrap` does."""
    read = _Environment(variables)
    return ExportSettings(
        where=_where(read),
        listen_host=read.text("LISTEN_HOST", "an address", "127.0.0.1"),
        listen_port=read.whole("LISTEN_PORT", 9104, 65535),
    )


def _where(read: _Environment) -> Where:
    return Where(
        members=_members(read),
        ca_file=read.file("CA_FILE", str(TRUSTED)),
        monitor_password_file=read.file("MONITOR_PASSWORD_FILE"),
    )


def _members(read: _Environment) -> Sequence[Member]:
    what = 'member names to "host:port"'
    found = read.json("MEMBERS", what)
    if not isinstance(found, dict) or not 1 <= len(cast("dict[str, object]", found)) <= MOST_MEMBERS:
        raise DatabaseError(f"MEMBERS is {found!r}: must be 1 to {MOST_MEMBERS} {what}; correct it")
    members = [_member(name, str(address)) for name, address in cast("dict[str, object]", found).items()]
    if len({each.address for each in members}) < len(members):
        raise DatabaseError(f"MEMBERS is {found!r}: two have one address, each must have its own; correct it")
    return members


def _member(name: str, address: str) -> Member:
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal():
        raise DatabaseError(f"MEMBERS has {name} at {address!r}: must be host:port, as host:3306; correct it")
    return Member(name, host, int(port))


def _texts(read: _Environment, name: str) -> Sequence[str]:
    found = read.json(name, "a list of names")
    texts = cast("list[object]", found) if isinstance(found, list) else []
    if not texts or not all(isinstance(each, str) and each for each in texts):
        raise DatabaseError(f"{name} is {found!r}: must be a list of names, one or more; correct it")
    return [str(each) for each in texts]


def _uuid(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise DatabaseError(f"GROUP_NAME is {text!r}: must be a UUID; take the parameter group's") from None
