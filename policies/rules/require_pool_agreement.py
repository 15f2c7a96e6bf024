"""D15: each pool on the way to the database has the same numbers as the one behind it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from rules import _pools
from rules._pools import HIKARI, OKHTTP, PROXYSQL, SERVERS
from rules._resource import UNKNOWN, Resource
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._stack import by_cluster

_FEIGN: Final = "spring.cloud.openfeign.httpclient"
_SAME: Final[Mapping[tuple[str, str], Mapping[str, str]]] = {
    (SERVERS, _pools.PER_SERVER): {HIKARI: "maximumPoolSize", OKHTTP: f"{_FEIGN}.max-connections"},
    (PROXYSQL, "connect_timeout_server_max"): {HIKARI: "connectionTimeout", OKHTTP: f"{_FEIGN}.connection-timeout"},
    (PROXYSQL, "connection_max_age_ms"): {HIKARI: "idleTimeout", OKHTTP: f"{_FEIGN}.time-to-live"},
}
"""ProxySQL's settings, and what clients call the same."""

_CLOSES: Final = "wait_timeout"
"""When ProxySQL closes a client's idle connection, ms."""

_IDLE: Final = "idleTimeout"
# https://github.com/brettwooldridge/HikariCP#frequently-used
_LATE_MILLISECONDS: Final = 30_000


def _check(resources: Sequence[Resource]) -> Iterator[Finding]:
    for objects in by_cluster(resources).values():
        maps = [each for name in (PROXYSQL, HIKARI, OKHTTP) for each in _pools.holding(name, objects)]
        unique = list({each.urn: each for each in maps}.values())
        unknown = [(each, name) for each in unique for name, text in _pools.files(each) if text is UNKNOWN]
        if unknown:
            yield from (undecided(each, "data", name) for each, name in unknown)
            continue
        for proxy in _pools.holding(PROXYSQL, objects):
            for client in unique:
                yield from _check_client(proxy, client)


def _check_client(proxy: Resource, client: Resource) -> Iterator[Finding]:
    own = dict(_pools.files(client))
    for (file, setting), names in _SAME.items():
        wanted = _pools.number(proxy.get("data", file), setting)
        for theirs, name in names.items():
            if theirs in own and (found := _pools.number(own[theirs], name)) != wanted:
                yield failure(client, f"{theirs}: {name} is {found}, {setting} of ProxySQL is {wanted}")
    if HIKARI in own:
        yield from _check_idle(proxy, client)


def _check_idle(proxy: Resource, client: Resource) -> Iterator[Finding]:
    closes = _pools.number(proxy.get("data", PROXYSQL), _CLOSES) or 0
    idle = _pools.number(client.get("data", HIKARI), _IDLE) or 0
    if closes <= idle + _LATE_MILLISECONDS:
        yield failure(
            client, f"{HIKARI}: {_IDLE} is {idle}, must be more than {_LATE_MILLISECONDS} below {_CLOSES} {closes}"
        )


RULE = StackRule(
    id="D15",
    name="require-pool-agreement",
    severity=Severity.MEDIUM,
    what="Clients' pools have ProxySQL's size and times, and close an idle connection before ProxySQL does.",
    why=(
        "A client that waits shorter than ProxySQL gives up on what would have come, and one that keeps a connection"
        " longer takes one that is closed already."
    ),
    source="https://github.com/brettwooldridge/HikariCP#frequently-used",
    fix="Render all of them from the settings pools.size, pools.connect_milliseconds and pools.idle_milliseconds.",
    check=_check,
)
