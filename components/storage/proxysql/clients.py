"""The property files of clients on the JVM, from the numbers that ProxySQL has too; pure.

HikariCP reads its file by itself, `new HikariConfig(path)`; all its times are in ms:
https://github.com/brettwooldridge/HikariCP#gear-configuration-knobs-baby
OkHttp reads no file; these are the names by which Spring Cloud OpenFeign makes its client and connection pool:
https://docs.spring.io/spring-cloud-openfeign/reference/appendix.html
"""

from collections.abc import Mapping
from typing import Final

from components.naming import DATA
from components.pools import HOST, Pools
from components.ports import MYSQL_PORT

HIKARI: Final = "hikari.properties"
OKHTTP: Final = "okhttp.properties"
_FEIGN: Final = "spring.cloud.openfeign"
# Least that HikariCP takes, ms, and how often an idle connection is used otherwise, as a part of its longest idleness.
_LEAST_KEEPALIVE: Final = 30_000
_KEEPALIVES: Final = 5
# An idle time that is not well below the lifetime is ignored; this is what it is by default.
_LIFETIMES: Final = 3


def files(pools: Pools, read_seconds: int) -> Mapping[str, str]:
    """Return the files by name; `read_seconds` is the longest silence of an HTTP answer, s."""
    return {HIKARI: _text(_hikari(pools)), OKHTTP: _text(_okhttp(pools, read_seconds))}


def _hikari(pools: Pools) -> Mapping[str, int | str]:
    return {
        "poolName": HOST,
        # Each client has a schema of its own, and says so itself.
        "jdbcUrl": f"jdbc:mysql://{HOST}.{DATA}.svc:{MYSQL_PORT}/?sslMode=REQUIRED",
        "maximumPoolSize": pools.size,
        # Only connections beyond this are ever idle for too long.
        "minimumIdle": pools.idle_connections,
        "connectionTimeout": pools.connect_milliseconds,
        "idleTimeout": pools.idle_milliseconds,
        # So that ProxySQL sees the ones that are kept.
        "keepaliveTime": max(_LEAST_KEEPALIVE, pools.idle_milliseconds // _KEEPALIVES),
        "maxLifetime": pools.idle_milliseconds * _LIFETIMES,
    }


def _okhttp(pools: Pools, read_seconds: int) -> Mapping[str, int | str]:
    return {
        f"{_FEIGN}.okhttp.enabled": "true",
        f"{_FEIGN}.httpclient.hc5.enabled": "false",
        # OkHttp's own limit is of idle connections.
        f"{_FEIGN}.httpclient.max-connections": pools.size,
        f"{_FEIGN}.httpclient.time-to-live": pools.idle_milliseconds,
        f"{_FEIGN}.httpclient.time-to-live-unit": "milliseconds",
        f"{_FEIGN}.httpclient.connection-timeout": pools.connect_milliseconds,
        f"{_FEIGN}.httpclient.ok-http.read-timeout": f"{read_seconds}s",
    }


def _text(properties: Mapping[str, int | str]) -> str:
    """Return properties as `java.util.Properties` reads them; none of ours needs an escape."""
    return "".join(f"{name}={value}\n" for name, value in properties.items())
