import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import DATABASE, DATABASE_PARAMETERS, DEPLOYMENT

from tests.policies.mutation import changed
from tests.policies.pool_files import MEMBERS, proxy
from tests.policies.samples import linked, resource, said

NAME = "limit-pool-connections"
MUTATIONS = (
    changed(DEPLOYMENT, "llm-prod-a-proxysql", ("spec", "replicas"), 100),
    changed(DATABASE, "llm-prod-db-witness", ("instanceClass",), "db.t4g.medium"),
    changed(DATABASE, "llm-dr-db", ("instanceClass",), "db.t4g.micro", "dr"),
)
# Of 32 GiB nine tenths, in pieces of 12,582,880 bytes.
XLARGE = 2457


def pods(replicas: Value = 2.0, surge: Value = 1.0, site: str = "a", name: Value = "proxysql") -> Resource:
    spec: Value = {"replicas": replicas, "strategy": {"rollingUpdate": {"maxSurge": surge}}}
    return resource(DEPLOYMENT, {"metadata": {"name": name}, "spec": spec}, f"{site}-pods", provider=site)


def member(kind: Value = "db.r7g.xlarge") -> Resource:
    return resource(DATABASE, {"instanceClass": kind})


def told(most: Value) -> tuple[Resource, Resource]:
    parameters: Value = [{"name": "max_connections", "value": most}]
    group = resource(DATABASE_PARAMETERS, {"parameters": parameters}, "group")
    return group, linked(member(), parameterGroupName=group)


def test_holds() -> None:
    assert said(NAME, pods(), proxy(), member()) == []
    assert said(NAME, pods(), proxy(), pods(site="b"), proxy(site="b"), *told("375")) == []
    assert said(NAME, pods(), proxy(), *told("{DBInstanceClassMemory/12582880}")) == []
    assert said(NAME, member("db.t4g.medium")) == []
    assert said(NAME, pods(1000.0, name="web"), proxy(), member()) == []


@pytest.mark.parametrize(
    ("resources", "message"),
    [
        ([pods(), proxy(), *told("187")], "takes 187 connections, pools open 150, may open 149 of them"),
        ([pods(), proxy(), pods(site="b"), proxy(site="b"), *told("374")],
         "takes 374 connections, pools open 300, may open 299 of them"),
        ([pods(), proxy(servers=MEMBERS.replace("50", "700", 1)), member()],
         f"takes {XLARGE} connections, pools open 2100, may open 1965 of them"),
        ([pods(8.0, None), proxy(servers=MEMBERS.replace("50", "200")), member()],
         f"takes {XLARGE} connections, pools open 2000, may open 1965 of them"),
        ([pods(None, 39.0), proxy(), member()], f"takes {XLARGE} connections, pools open 2000, may open 1965 of them"),
        ([pods(), proxy(servers=MEMBERS.replace("50", "400")), member("db.m7g.large")],
         "takes 614 connections, pools open 1200, may open 491 of them"),
        ([pods(), proxy(), member("db.x2g.large")],
         "instanceClass db.x2g.large says nothing of its memory; set the parameter max_connections"),
        ([pods(), proxy(), member("db.t4g.micro")],
         "instanceClass db.t4g.micro says nothing of its memory; set the parameter max_connections"),
    ],
    ids=range(8),
)  # fmt: skip
def test_fails(resources: list[Resource], message: str) -> None:
    assert said(NAME, *resources) == [("fail", message)]


def test_what_stays_free_and_who_holds_pools_are_settings() -> None:
    assert len(said(NAME, pods(), proxy(), *told("160"), headroom_percent=10)) == 1
    assert said(NAME, pods(), proxy(), *told("160"), headroom_percent=0) == []
    assert said(NAME, pods(), proxy(), *told("1"), proxies=("pgbouncer",)) == []


@pytest.mark.parametrize(
    ("resources", "path"),
    [
        ([pods(UNKNOWN), proxy(), member()], "spec.replicas"),
        ([pods(surge=UNKNOWN), proxy(), member()], "spec.strategy.rollingUpdate.maxSurge"),
        ([pods(), proxy(servers=UNKNOWN), member()], "data.servers.cnf"),
        ([pods(), proxy(), member(UNKNOWN)], "instanceClass"),
        ([pods(), proxy(), *told(UNKNOWN)], "parameterGroupName"),
    ],
    ids=range(5),
)
def test_unknown_is_undecided(resources: list[Resource], path: str) -> None:
    assert said(NAME, *resources) == [("unknown", f"{path} is not known before the update")]
