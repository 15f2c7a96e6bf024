"""The ConfigMaps of pools as rules see them, in small; and how a test breaks one of the real program."""

from dataclasses import replace

from rules._pools import HIKARI, OKHTTP, PROXYSQL, SERVERS
from rules._remedy import edited
from rules._resource import Resource, Value
from rules._types import CONFIG_MAP

from tests.policies.mutation import Mutation
from tests.policies.samples import resource

FEIGN = "spring.cloud.openfeign.httpclient"
CNF = """\
mysql_variables=
{
	max_connections=2000
	connect_timeout_server_max=30000
	connection_max_age_ms=600000
	wait_timeout=660000
}
"""
MEMBERS = """\
mysql_servers=
(
	{
		max_connections=50
	},
	{
		max_connections=50
	}
)
"""
HIKARI_TEXT = "maximumPoolSize=50\nconnectionTimeout=30000\nidleTimeout=600000\n"
OKHTTP_TEXT = f"{FEIGN}.max-connections=50\n{FEIGN}.connection-timeout=30000\n{FEIGN}.time-to-live=600000\n"


def proxy(cnf: Value = CNF, servers: Value = MEMBERS, site: str = "a") -> Resource:
    data: Value = {PROXYSQL: cnf, SERVERS: servers}
    return resource(CONFIG_MAP, {"metadata": {"name": "proxysql"}, "data": data}, f"{site}-proxysql", provider=site)


def clients(hikari: Value = HIKARI_TEXT, okhttp: Value = OKHTTP_TEXT, site: str = "a") -> Resource:
    data: Value = {HIKARI: hikari, OKHTTP: okhttp}
    return resource(CONFIG_MAP, {"metadata": {"name": "pools"}, "data": data}, f"{site}-clients", provider=site)


def with_line(name: str, file: str, old: str, new: str, stack: str = "prod", also: tuple[str, ...] = ()) -> Mutation:
    """Break one line of a real site's file."""

    def change(it: Resource) -> Resource:
        text = it.get("data", file)
        assert isinstance(text, str)
        assert f"{old}\n" in text, f"{file} has no {old}"
        return replace(it, props=edited(it.props, {("data", file): text.replace(f"{old}\n", f"{new}\n")}))

    return Mutation(CONFIG_MAP, name, change, stack, new, also)
