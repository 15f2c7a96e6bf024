"""The files of ProxySQL's ConfigMap and Secret, as text; pure.

The form is libconfig's: https://hyperrealm.github.io/libconfig/libconfig_manual.html#Configuration-Files
Names and defaults of variables and tables: https://proxysql.com/documentation/global-variables/ and
https://proxysql.com/documentation/main-runtime/, and of the group's hostgroups:
https://proxysql.com/documentation/group-replication-configuration/
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from components.pools import Pools
from components.ports import MYSQL_PORT, PROXYSQL_ADMIN_PORT, PROXYSQL_METRICS_PORT, PROXYSQL_PORT

FILE: Final = "proxysql.cnf"
SERVERS: Final = "servers.cnf"
"""The members, in a file of its own: it is known later than all the rest, and taken up by itself."""
AUTHORITIES: Final = "rds-ca.pem"
FILES: Final = "/etc/proxysql"
SECRETS: Final = "/run/secrets/proxysql"
RUN: Final = "/run/proxysql"
DATA: Final = "/var/lib/proxysql"

WRITER: Final = 10
BACKUP_WRITER: Final = 20
READER: Final = 30
OFFLINE: Final = 40

_THREADS: Final = 2
_ATTEMPTS: Final = 10
_IDLE_PERCENT: Final = 10
# What clients are told of the server: MySQL 8.4, which the members are.
_SERVER_VERSION: Final = "8.4.0"
# HikariCP closes an idle connection up to 30 s late: https://github.com/brettwooldridge/HikariCP#frequently-used
_CLIENT_MARGIN_MILLISECONDS: Final = 60_000
# A member whose queue of transactions is longer than this is not read from.
_TRANSACTIONS_BEHIND: Final = 100
# Weights that are about the same for reads, and none equal: the heaviest that is well is the writer, so that each
# ProxySQL chooses the same. (converge_group_replication_config in
# https://github.com/sysown/proxysql/blob/v2.7.1/lib/MySQL_HostGroups_Manager.cpp)
_WEIGHT: Final = 1000

_HERE: Final = Path(__file__).parent
_AUTHORITIES: Final = Path(__file__).parents[3] / "database" / AUTHORITIES
# A certificate below the line that names its region and its kind.
_AUTHORITY: Final = re.compile(
    r"^# (\S+ \S+ \S+)\n(-----BEGIN CERTIFICATE-----\n[^-]+-----END CERTIFICATE-----\n)", re.MULTILINE
)
_SCRIPTS: Final = ("init.sh", "reload.sh", "drain.sh")
# libconfig has `$` and braces of its own: only `@{name}` is replaced.
_PLACE: Final = re.compile(r"@\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """Names of accounts of the database, whose passwords stand in the Secret.

    Attributes:
        user: whom clients log in as.
        monitor: who looks at the members; it may read `performance_schema`.
    """

    user: str
    monitor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """The database.

    Attributes:
        hosts: names of the members, or of the replica alone; the first is the writer as long as it is well.
        group: whether they are a group; a replica that stands alone is written to when it is promoted.
    """

    hosts: Sequence[str]
    group: bool


def files(pools: Pools, accounts: Accounts, region: str) -> Mapping[str, str]:
    """Return the ConfigMap's data without the members: file name to text.

    Raises:
        ValueError: the authorities of the region's databases are not known.
    """
    values = {**_paths(), **_ports(), **_routing(accounts), **_limits(pools)}
    text = (_HERE / "files" / FILE).read_text()
    rendered = _PLACE.sub(lambda place: str(values[place[1]]), text)
    scripts = {name: (_HERE / "files" / name).read_text() for name in _SCRIPTS}
    return {FILE: rendered, **scripts, AUTHORITIES: authorities(region)}


def authorities(region: str) -> str:
    """Return the certificates that the region's databases are known by, as PEM.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html#UsingWithRDS.SSL.CertificatesAllRegions
    """
    known = dict(_AUTHORITY.findall(_AUTHORITIES.read_text()))
    listed = [text for name, text in known.items() if name.split()[0] == region]
    if not listed:
        raise ValueError(
            f"region {region}: no certificate authorities of its databases, there are those of"
            f" {', '.join(sorted({name.split()[0] for name in known}))}; put those of"
            f" https://truststore.pki.rds.amazonaws.com/{region}/{region}-bundle.pem into database/{AUTHORITIES},"
            f" each below a line like `# {region} RSA2048 G1`"
        )
    return "".join(listed)


def _paths() -> Mapping[str, str]:
    return {"data": DATA, "run": RUN, "secrets": SECRETS, "files": FILES, "authorities": f"{FILES}/{AUTHORITIES}"}


def _ports() -> Mapping[str, int]:
    return {"port": PROXYSQL_PORT, "admin_port": PROXYSQL_ADMIN_PORT, "metrics_port": PROXYSQL_METRICS_PORT}


def _routing(accounts: Accounts) -> Mapping[str, int | str]:
    return {"writer": WRITER, "reader": READER, "user": accounts.user, "monitor": accounts.monitor}


def _limits(pools: Pools) -> Mapping[str, int | str]:
    return {
        "threads": _THREADS,
        "server_version": _SERVER_VERSION,
        "clients": pools.clients,
        "connect_milliseconds": pools.connect_milliseconds,
        "attempt_milliseconds": pools.connect_milliseconds // _ATTEMPTS,
        "attempts": _ATTEMPTS,
        "idle_percent": _IDLE_PERCENT,
        "idle_milliseconds": pools.idle_milliseconds,
        "client_idle_milliseconds": pools.idle_milliseconds + _CLIENT_MARGIN_MILLISECONDS,
        "statement_milliseconds": pools.statement_milliseconds,
        "transaction_milliseconds": pools.transaction_milliseconds,
        "packet_bytes": pools.packet_mib * 1024 * 1024,
    }


def servers(pools: Pools, members: Members) -> str:
    """Return the text of SERVERS."""
    count = len(members.hosts)
    listed = [
        {
            "address": host,
            "port": MYSQL_PORT,
            "hostgroup": WRITER if members.group and not place else READER,
            "max_connections": pools.size,
            "weight": _WEIGHT + count - place,
            "use_ssl": 1,
        }
        for place, host in enumerate(members.hosts)
    ]
    routing = _of_group() if members.group else _of_replica()
    return _list("mysql_servers", listed) + routing


def _of_group() -> str:
    """Return where the members go, by what the group says of them.

    The writer is read from too. With 2, the backup writers alone would be, but ProxySQL then moves the writer anew at
    each check (update_group_replication_set_writer in the file above).
    """
    return _list(
        "mysql_group_replication_hostgroups",
        [
            {
                "writer_hostgroup": WRITER,
                "backup_writer_hostgroup": BACKUP_WRITER,
                "reader_hostgroup": READER,
                "offline_hostgroup": OFFLINE,
                "max_writers": 1,
                "writer_is_also_reader": 1,
                "max_transactions_behind": _TRANSACTIONS_BEHIND,
            }
        ],
    )


def _of_replica() -> str:
    """Return where a replica goes: to the writers when it says that it is `read_only` no more."""
    row = {"writer_hostgroup": WRITER, "reader_hostgroup": READER, "check_type": "read_only"}
    return _list("mysql_replication_hostgroups", [row])


def _list(name: str, groups: Sequence[Mapping[str, int | str]]) -> str:
    rows = ",\n".join("\t{\n" + "".join(_setting(*each) for each in group.items()) + "\t}" for group in groups)
    return f"{name}=\n(\n{rows}\n)\n"


def _setting(name: str, value: int | str) -> str:
    return f"\t\t{name}={_quoted(value) if isinstance(value, str) else value}\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def words(user: str, monitor: str) -> Mapping[str, str]:
    """Return the Secret's files: passwords of the accounts, each as the setting that the other file includes."""
    return {"user.cnf": f"password={_quoted(user)}\n", "monitor.cnf": f"monitor_password={_quoted(monitor)}\n"}
