"""D16: all pools together open fewer connections than a member of the database takes."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from rules import _pools
from rules._pools import SERVERS
from rules._resource import UNKNOWN, Resource, Value, dig, items
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._setting import Names, WholeNumber
from rules._stack import by_cluster, of_type, sources
from rules._types import DATABASE, DATABASE_PARAMETERS, DEPLOYMENT

_PROXIES = Names(name="proxies", what="names of Deployments that hold pools", default=("proxysql",))
_HEADROOM = WholeNumber(
    name="headroom_percent",
    what="connections of a member that stay free for replication, jobs and people, %",
    default=20,
    minimum=0,
    maximum=90,
)
_NAME: Final = ("metadata", "name")
_REPLICAS: Final = ("spec", "replicas")
_SURGE: Final = ("spec", "strategy", "rollingUpdate", "maxSurge")
_PARAMETER: Final = "max_connections"
# What RDS takes where no parameter says otherwise; the memory is what its processes leave of the class's:
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html#RDS_Limits.MaxConnections
_BYTES_PER_CONNECTION: Final = 12_582_880
_LEFT_PERCENT: Final = 90
_CLASS: Final = re.compile(r"db\.(?P<family>[a-z])\d\w*\.(?P<count>\d*)(?P<size>large|xlarge)")
# GiB of a `large`, by family: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Summary.html
_GIB: Final = {"r": 16, "m": 8, "t": 8}


def _check(resources: Sequence[Resource], *, proxies: tuple[str, ...], headroom_percent: int) -> Iterator[Finding]:
    pools = [
        (each, objects)
        for objects in by_cluster(resources).values()
        for each in of_type(objects, DEPLOYMENT)
        if each.get(*_NAME) in proxies
    ]
    unknown = [finding for each, objects in pools for finding in _unknown(each, objects)]
    if unknown or not pools:
        yield from unknown
        return
    opened = sum(_pods(each) * _size(objects) for each, objects in pools)
    for member in of_type(resources, DATABASE):
        yield from _check_member(member, resources, opened, headroom_percent)


def _unknown(proxy: Resource, objects: Sequence[Resource]) -> Iterator[Finding]:
    yield from (undecided(proxy, *path) for path in (_REPLICAS, _SURGE) if proxy.get(*path) is UNKNOWN)
    for each in _pools.holding(SERVERS, objects):
        if each.get("data", SERVERS) is UNKNOWN:
            yield undecided(each, "data", SERVERS)


def _pods(proxy: Resource) -> int:
    """Return how many pods there are at most, in an update."""
    replicas, surge = proxy.get(*_REPLICAS), proxy.get(*_SURGE)
    count = int(replicas) if isinstance(replicas, int | float) else 1
    # A share, as where none is given, is a quarter, rounded up:
    # https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#max-surge
    return count + (int(surge) if isinstance(surge, int | float) else -(-count // 4))


def _size(objects: Sequence[Resource]) -> int:
    """Return the connections that one pod opens to one member at most."""
    return max(
        (
            number
            for each in _pools.holding(SERVERS, objects)
            for number in _pools.numbers(each.get("data", SERVERS), _pools.PER_SERVER)
        ),
        default=0,
    )


def _check_member(member: Resource, resources: Sequence[Resource], opened: int, headroom: int) -> Iterator[Finding]:
    for key, most in (("parameterGroupName", _told(member, resources)), ("instanceClass", _of_class(member))):
        if most is UNKNOWN:
            yield undecided(member, key)
            return
        if isinstance(most, int):
            if opened > (allowed := most * (100 - headroom) // 100):
                yield failure(member, f"takes {most} connections, pools open {opened}, may open {allowed} of them")
            return
    kind = member.get("instanceClass")
    yield failure(member, f"instanceClass {kind} says nothing of its memory; set the parameter {_PARAMETER}")


def _told(member: Resource, resources: Sequence[Resource]) -> Value:
    """Return how many connections its parameters let a member take; None where they leave it to its class."""
    groups = sources(member, "parameterGroupName", of_type(resources, DATABASE_PARAMETERS))
    listed = [each for group in groups for each in items(group.get("parameters"))]
    for value in (dig(each, "value") for each in listed if dig(each, "name") == _PARAMETER):
        return int(value) if isinstance(value, str) and value.isdigit() else UNKNOWN if value is UNKNOWN else None
    return None


def _of_class(member: Resource) -> Value:
    """Return how many connections a member takes by its class; None where that is not known."""
    kind = member.get("instanceClass")
    found = _CLASS.fullmatch(str(kind))
    if found is None or found["family"] not in _GIB:
        return UNKNOWN if kind is UNKNOWN else None
    larges = 1 if found["size"] == "large" else 2 * int(found["count"] or 1)
    return larges * _GIB[found["family"]] * 2**30 * _LEFT_PERCENT // 100 // _BYTES_PER_CONNECTION


RULE = StackRule(
    id="D16",
    name="limit-pool-connections",
    severity=Severity.HIGH,
    what="The pools of all sites, in an update, open fewer connections to a database's instance than it takes.",
    why=(
        "Beyond max_connections the database refuses everybody, replication's own jobs and people among them, and a"
        " busy day becomes an outage."
    ),
    source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html#RDS_Limits.MaxConnections",
    fix="Lower pools.size, or take a larger database.instance_class.",
    settings=(_PROXIES, _HEADROOM),
    check=_check,
)
