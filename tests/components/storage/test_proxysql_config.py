"""ProxySQL's configuration, read as libconfig reads it: what it says follows from the settings, and nothing else."""

import re
import tempfile
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import engine
import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st
from proxysql_rig import ACCOUNTS, GROUP, REPLICA, pools, rendered

from components.settings import Settings, SettingsError
from components.storage.proxysql import config

WRITER, BACKUP, READER, OFFLINE = 10, 20, 30, 40
# Of https://proxysql.com/documentation/global-variables/: least and most of each that ProxySQL takes.
BOUNDS = {
    "threads": (1, 255),
    "max_connections": (1, 1_000_000),
    "connect_timeout_server": (10, 120_000),
    "connect_timeout_server_max": (10, 3_600_000),
    "connect_retries_on_failure": (0, 1000),
    "free_connections_pct": (0, 100),
    "connection_max_age_ms": (0, 86_400_000),
    "default_query_timeout": (1000, 1_728_000_000),
    "max_transaction_time": (1000, 1_728_000_000),
    "max_transaction_idle_time": (1000, 1_728_000_000),
    "max_allowed_packet": (8192, 1_073_741_824),
    "monitor_groupreplication_healthcheck_interval": (100, 604_800_000),
    "monitor_groupreplication_healthcheck_timeout": (100, 600_000),
    "monitor_groupreplication_healthcheck_max_timeout_count": (1, 10),
    "monitor_read_only_interval": (100, 604_800_000),
    "monitor_read_only_timeout": (100, 600_000),
}
SETTINGS = st.builds(
    pools,
    size=st.integers(2, 1000),
    connect_milliseconds=st.integers(1000, 120_000),
    idle_milliseconds=st.integers(60_000, 3_600_000),
    clients=st.integers(1, 100_000),
    statement_milliseconds=st.integers(1000, 60_000),
    transaction_milliseconds=st.integers(60_000, 3_600_000),
    packet_mib=st.integers(1, 1024),
)
HOSTS = st.lists(st.from_regex(r"[a-z][a-z0-9.-]{0,40}", fullmatch=True), min_size=1, max_size=9, unique=True)


@pytest.fixture
def prod(tmp_path: Path) -> dict[str, Any]:
    return rendered(tmp_path, pools())


def test_the_numbers_of_the_requirements(prod: dict[str, Any]) -> None:
    variables = prod["mysql_variables"]
    assert {server["max_connections"] for server in prod["mysql_servers"]} == {50}
    assert variables["connect_timeout_server_max"] == 30_000
    assert variables["connection_max_age_ms"] == 600_000


def test_one_writer_its_backups_and_all_for_reads(prod: dict[str, Any]) -> None:
    (group,) = prod["mysql_group_replication_hostgroups"]
    assert group["writer_hostgroup"] == WRITER
    assert (group["backup_writer_hostgroup"], group["reader_hostgroup"], group["offline_hostgroup"]) == (
        BACKUP, READER, OFFLINE,
    )  # fmt: skip
    assert (group["max_writers"], group["writer_is_also_reader"]) == (1, 1)
    assert group["max_transactions_behind"] > 0
    assert [server["hostgroup"] for server in prod["mysql_servers"]] == [WRITER, READER, READER]
    assert "mysql_replication_hostgroups" not in prod


def test_a_replica_is_read_from_until_it_says_that_it_is_one_no_more(tmp_path: Path) -> None:
    found = rendered(tmp_path, pools(), REPLICA)
    assert [dict(row) for row in found["mysql_replication_hostgroups"]] == [
        {"writer_hostgroup": WRITER, "reader_hostgroup": READER, "check_type": "read_only"}
    ]
    assert [server["hostgroup"] for server in found["mysql_servers"]] == [READER]
    assert "mysql_group_replication_hostgroups" not in found


def test_tls_to_members_and_from_clients(prod: dict[str, Any]) -> None:
    assert {server["use_ssl"] for server in prod["mysql_servers"]} == {1}
    assert {user["use_ssl"] for user in prod["mysql_users"]} == {1}
    variables = prod["mysql_variables"]
    assert (variables["have_ssl"], variables["ssl_p2s_ca"]) == (True, "/etc/proxysql/rds-ca.pem")


def test_admin_is_reached_by_its_own_pod_alone(prod: dict[str, Any]) -> None:
    admin = prod["admin_variables"]
    host, _, port = admin["mysql_ifaces"].rpartition(":")
    assert ip_address(host).is_loopback
    assert port == "6032"
    assert admin["admin_credentials"] == "admin:drawn"
    assert admin["web_enabled"] is False


def test_metrics_are_shown(prod: dict[str, Any]) -> None:
    admin = prod["admin_variables"]
    assert (admin["restapi_enabled"], admin["restapi_port"]) == (True, 6070)


def test_passwords_are_in_the_secret_and_nowhere_else(tmp_path: Path) -> None:
    found = rendered(tmp_path, pools(), password="s3cr3t")
    (user,) = found["mysql_users"]
    assert (user["username"], user["password"]) == (ACCOUNTS.user, "s3cr3t")
    variables = found["mysql_variables"]
    assert (variables["monitor_username"], variables["monitor_password"]) == (ACCOUNTS.monitor, "other")
    for text in config.files(pools(), ACCOUNTS, "us-east-1").values():
        assert not re.search(r'password\s*=\s*"', text)


# What an application may send, as ProxySQL's digest of it, and where it must go.
STATEMENTS = {
    "SELECT * FROM t WHERE a = ?": READER,
    "select a from t limit ?": READER,
    "SELECT a FROM t FOR UPDATE": WRITER,
    "SELECT a FROM t WHERE b=? FOR SHARE": WRITER,
    "SELECT a FROM t LOCK IN SHARE MODE": WRITER,
    "SELECT a FROM t for update skip locked": WRITER,
    "SELECT LAST_INSERT_ID()": WRITER,
    "SELECT GET_LOCK(?,?)": WRITER,
    "SELECT release_lock (?)": WRITER,
    "SELECT a INTO OUTFILE ? FROM t": WRITER,
    "SELECT a INTO @b FROM t": WRITER,
    "INSERT INTO t SELECT * FROM u": WRITER,
    "UPDATE t SET a=?": WRITER,
    "WITH c AS (SELECT ?) SELECT * FROM c": WRITER,
    "(SELECT a FROM t)": WRITER,
    "SHOW TABLES": WRITER,
    "BEGIN": WRITER,
}


@pytest.mark.parametrize(("statement", "hostgroup"), STATEMENTS.items())
def test_reads_are_split_from_what_writes_or_locks(prod: dict[str, Any], statement: str, hostgroup: int) -> None:
    assert _route(prod, statement) == hostgroup


def _route(found: dict[str, Any], statement: str) -> int:
    """Where ProxySQL sends it: by the first rule that fits, in the order of their ids, or else to the user's own."""
    for rule in sorted(found["mysql_query_rules"], key=lambda each: each["rule_id"]):
        assert (rule["active"], rule["apply"], rule["re_modifiers"]) == (1, 1, "CASELESS")
        if re.search(rule["match_digest"], statement, re.IGNORECASE):
            return rule["destination_hostgroup"]
    (user,) = found["mysql_users"]
    assert user["transaction_persistent"] == 1
    return user["default_hostgroup"]


@given(settings=SETTINGS, hosts=HOSTS, group=st.booleans())
def test_every_number_is_one_that_proxysql_takes(settings: Any, hosts: list[str], *, group: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = rendered(Path(folder), settings, config.Members(hosts=hosts, group=group))
    variables = found["mysql_variables"]
    for name, (least, most) in BOUNDS.items():
        assert least <= variables[name] <= most, name
    attempts = variables["connect_retries_on_failure"] * variables["connect_timeout_server"]
    assert attempts <= variables["connect_timeout_server_max"] == settings.connect_milliseconds
    assert [server["address"] for server in found["mysql_servers"]] == hosts
    assert {server["max_connections"] for server in found["mysql_servers"]} == {settings.size}


@given(settings=SETTINGS, hosts=HOSTS)
def test_all_proxies_choose_the_same_writer_and_spread_reads(settings: Any, hosts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = rendered(Path(folder), settings, config.Members(hosts=hosts, group=True))
    weights = [server["weight"] for server in found["mysql_servers"]]
    assert weights == sorted(set(weights), reverse=True)
    assert max(weights) / min(weights) < 1.01


@given(password=st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=41))
def test_every_password_arrives_as_it_is(password: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = rendered(Path(folder), pools(), password=password)
    assert found["mysql_users"][0]["password"] == password


def test_a_new_number_of_connections_changes_the_servers_alone() -> None:
    files = [config.files(pools(size=size), ACCOUNTS, "us-east-1") for size in (50, 60)]
    servers = [config.servers(pools(size=size), GROUP) for size in (50, 60)]
    assert files[0] == files[1]
    assert servers[0] != servers[1]


@pytest.mark.parametrize("region", ["us-east-1", "us-west-2"])
def test_the_authorities_are_those_of_the_regions_databases(region: str) -> None:
    found = x509.load_pem_x509_certificates(config.authorities(region).encode())
    names = {each.subject.rfc4514_string() for each in found}
    assert len(names) == 3
    for each in found:
        assert each.subject == each.issuer
        assert f"CN=Amazon RDS {region} Root CA" in each.subject.rfc4514_string()
        each.verify_directly_issued_by(each)


def test_a_region_without_authorities_says_where_they_are_to_be_had() -> None:
    with pytest.raises(
        ValueError, match=r"region eu-west-1: no certificate .*us-east-1, us-west-2; put those of https://"
    ):
        config.authorities("eu-west-1")


def test_a_transaction_may_take_as_long_as_a_statement() -> None:
    values = engine.values("prod")
    values["pools"]["transaction_milliseconds"] = 29_999
    with pytest.raises(SettingsError, match="transaction_milliseconds 29999 is below statement_milliseconds 30000"):
        Settings.parse(values)
