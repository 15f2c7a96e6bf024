import pytest
from rules._pools import HIKARI, OKHTTP, PROXYSQL, SERVERS
from rules._resource import UNKNOWN, Resource

from tests.policies.pool_files import CNF, FEIGN, HIKARI_TEXT, MEMBERS, OKHTTP_TEXT, clients, proxy, with_line
from tests.policies.samples import said

NAME = "require-pool-agreement"
CLIENTS = "llm-prod-a-proxysql-clients"
MUTATIONS = (
    with_line(CLIENTS, HIKARI, "maximumPoolSize=50", "maximumPoolSize=60"),
    with_line(CLIENTS, HIKARI, "connectionTimeout=30000", "connectionTimeout=5000"),
    with_line("llm-prod-b-proxysql-clients", OKHTTP, f"{FEIGN}.time-to-live=600000", f"{FEIGN}.time-to-live=600"),
    with_line("llm-dr-c-proxysql", SERVERS, "\t\tmax_connections=50", "\t\tmax_connections=40", "dr"),
    with_line("llm-prod-b-proxysql", PROXYSQL, "\twait_timeout=660000", "\twait_timeout=600000"),
)


def test_holds() -> None:
    assert said(NAME, proxy(), clients(), proxy(site="b")) == []
    assert said(NAME, clients()) == []


def test_each_cluster_is_held_against_its_own() -> None:
    other = CNF.replace("600000", "700000").replace("660000", "760000")
    assert said(NAME, proxy(), clients(), proxy(other, site="b")) == []


@pytest.mark.parametrize(
    ("resources", "message"),
    [
        ([proxy(), clients(HIKARI_TEXT.replace("=50", "=51"))],
         "hikari.properties: maximumPoolSize is 51, max_connections of ProxySQL is 50"),
        ([proxy(), clients(HIKARI_TEXT.replace("connectionTimeout=30000\n", ""))],
         "hikari.properties: connectionTimeout is None, connect_timeout_server_max of ProxySQL is 30000"),
        ([proxy(), clients(okhttp=OKHTTP_TEXT.replace("600000", "600"))],
         f"okhttp.properties: {FEIGN}.time-to-live is 600, connection_max_age_ms of ProxySQL is 600000"),
        ([proxy(CNF.replace("660000", "630000")), clients()],
         "hikari.properties: idleTimeout is 600000, must be more than 30000 below wait_timeout 630000"),
    ],
    ids=range(4),
)  # fmt: skip
def test_fails(resources: list[Resource], message: str) -> None:
    assert said(NAME, *resources) == [("fail", message)]


def test_servers_that_differ_fail_for_each_client() -> None:
    odd = proxy(servers=MEMBERS.replace("50", "40", 1))
    assert {message for _, message in said(NAME, odd, clients())} == {
        "hikari.properties: maximumPoolSize is 50, max_connections of ProxySQL is None",
        f"okhttp.properties: {FEIGN}.max-connections is 50, max_connections of ProxySQL is None",
    }


@pytest.mark.parametrize(
    ("resources", "path"),
    [
        ([proxy(UNKNOWN), clients()], "data.proxysql.cnf"),
        ([proxy(servers=UNKNOWN), clients()], "data.servers.cnf"),
        ([proxy(), clients(UNKNOWN)], "data.hikari.properties"),
        ([proxy(), clients(okhttp=UNKNOWN)], "data.okhttp.properties"),
    ],
    ids=range(4),
)
def test_unknown_is_undecided(resources: list[Resource], path: str) -> None:
    assert said(NAME, *resources) == [("unknown", f"{path} is not known before the update")]
