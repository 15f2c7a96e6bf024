"""The property files of clients on the JVM, read as Java reads them: their numbers are ProxySQL's."""

import tempfile
from pathlib import Path
from typing import Any

import javaproperties
from hypothesis import given
from hypothesis import strategies as st
from proxysql_rig import pools, rendered

from components.storage.proxysql import clients

FEIGN = "spring.cloud.openfeign"
# Of https://github.com/brettwooldridge/HikariCP#gear-configuration-knobs-baby, besides names of what cannot be in a file.
HIKARI = {
    "poolName", "jdbcUrl", "maximumPoolSize", "minimumIdle", "connectionTimeout", "idleTimeout", "keepaliveTime",
    "maxLifetime",
}  # fmt: skip
# Of https://docs.spring.io/spring-cloud-openfeign/reference/appendix.html
OPENFEIGN = {
    f"{FEIGN}.okhttp.enabled", f"{FEIGN}.httpclient.hc5.enabled", f"{FEIGN}.httpclient.max-connections",
    f"{FEIGN}.httpclient.time-to-live", f"{FEIGN}.httpclient.time-to-live-unit",
    f"{FEIGN}.httpclient.connection-timeout", f"{FEIGN}.httpclient.ok-http.read-timeout",
}  # fmt: skip


def read(settings: Any, file: str) -> dict[str, str]:
    return javaproperties.loads(clients.files(settings, 300)[file])


def test_hikari_by_its_own_names_and_in_its_own_unit() -> None:
    found = read(pools(), "hikari.properties")
    assert set(found) == HIKARI
    assert (found["maximumPoolSize"], found["connectionTimeout"], found["idleTimeout"]) == ("50", "30000", "600000")
    assert found["jdbcUrl"] == "jdbc:mysql://mysql.data.svc:3306/?sslMode=REQUIRED"


def test_okhttp_by_the_names_that_make_its_pool() -> None:
    found = read(pools(), "okhttp.properties")
    assert set(found) == OPENFEIGN
    assert found[f"{FEIGN}.httpclient.max-connections"] == "50"
    assert found[f"{FEIGN}.httpclient.connection-timeout"] == "30000"
    assert (found[f"{FEIGN}.httpclient.time-to-live"], found[f"{FEIGN}.httpclient.time-to-live-unit"]) == (
        "600000", "milliseconds",
    )  # fmt: skip
    assert found[f"{FEIGN}.httpclient.ok-http.read-timeout"] == "300s"


def test_no_file_has_a_login() -> None:
    for text in clients.files(pools(), 300).values():
        assert not {"username", "password"} & {name.rpartition(".")[2] for name in javaproperties.loads(text)}


@given(
    size=st.integers(2, 1000),
    connect=st.integers(1000, 120_000),
    idle=st.integers(60_000, 3_600_000),
)
def test_hikari_takes_every_number_and_closes_before_proxysql_does(size: int, connect: int, idle: int) -> None:
    settings = pools(size=size, connect_milliseconds=connect, idle_milliseconds=idle)
    texts = read(settings, "hikari.properties")
    found = {name: int(text) for name, text in texts.items() if text.isdigit()}
    assert found["connectionTimeout"] >= 250
    # An idle time only counts below the size, and a second below the lifetime.
    assert 1 <= found["minimumIdle"] < found["maximumPoolSize"]
    assert 10_000 <= found["idleTimeout"] < found["maxLifetime"] - 1000
    assert 30_000 <= found["keepaliveTime"] < found["maxLifetime"]
    with tempfile.TemporaryDirectory() as folder:
        closes = rendered(Path(folder), settings)["mysql_variables"]["wait_timeout"]
    assert found["keepaliveTime"] < closes
    assert found["idleTimeout"] + 30_000 < closes
