"""D1: a MySQL group is set up as RDS asks, and goes on without any one zone.

The parameters and the way in which RDS takes each are AWS's own list, for MySQL 8.4.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from rules._database import ENABLED, GROUP, members, of_groups, parameters, unknown
from rules._quorum import Group
from rules._resource import UNKNOWN, Resource, Value
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._stack import of_type, sources
from rules._types import DATABASE_SUBNETS, SUBNET

_LEAST: Final = 3
_STATIC, _DYNAMIC = "pending-reboot", "immediate"
_WANTED: Final[Mapping[str, tuple[str, str]]] = {
    ENABLED: ("1", _STATIC),
    "rds.custom_dns_resolution": ("1", _STATIC),
    "enforce_gtid_consistency": ("ON", _STATIC),
    "gtid-mode": ("ON", _STATIC),
    "binlog_format": ("ROW", _DYNAMIC),
    "replica_preserve_commit_order": ("ON", _DYNAMIC),
}
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# 8.0.35 and later have the plugin too, but 8.0 has left standard support:
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/MySQL.Concepts.VersionMgmt.html
_VERSION: Final = re.compile(r"8\.4(\.\d+)?")


def _check(resources: Sequence[Resource]) -> Iterator[Finding]:
    yield from unknown(resources)
    for each in of_groups(resources):
        yield from _check_parameters(each)
    for found in members(resources).values():
        yield from _check_members(found, resources)


def _check_parameters(group: Resource) -> Iterator[Finding]:
    given = parameters(group)
    for name, wanted in _WANTED.items():
        if given.get(name) != wanted:
            value, method = given.get(name, ("not set", "no"))
            yield failure(group, f"{name} is {value} with apply method {method}, must be {wanted[0]} with {wanted[1]}")
    named, method = given.get(GROUP, ("not set", "no"))
    if not _UUID.fullmatch(str(named)) or method != _STATIC:
        yield failure(group, f"{GROUP} is {named} with apply method {method}, must be a UUID with {_STATIC}")


def _check_members(found: Sequence[Resource], resources: Sequence[Resource]) -> Iterator[Finding]:
    for each in found:
        if not _VERSION.fullmatch(str(each.get("engineVersion"))) and each.get("engineVersion") is not UNKNOWN:
            yield failure(each, f"engineVersion is {each.get('engineVersion')}, must be 8.4")
    if found and (len(found) < _LEAST or len(found) % 2 == 0):
        yield failure(found[-1], f"its group has {len(found)} members, must be odd and at least {_LEAST}")
    zones = [(each, _zones(each, resources)) for each in found]
    blanks = [each for each, places in zones if UNKNOWN in places]
    yield from (undecided(each, "availabilityZone") for each in blanks)
    if len(found) >= _LEAST and not blanks:
        yield from _check_zones(zones)


def _zones(member: Resource, resources: Sequence[Resource]) -> list[Value]:
    """Return every zone that a member may be in: its own, or those of its subnets where RDS chooses."""
    own = member.get("availabilityZone")
    if own is not None:
        return [own]
    groups = sources(member, "dbSubnetGroupName", of_type(resources, DATABASE_SUBNETS))
    subnets = [each for group in groups for each in sources(group, "subnetIds", of_type(resources, SUBNET))]
    return [each.get("availabilityZone") for each in subnets] or [UNKNOWN]


def _check_zones(zones: Sequence[tuple[Resource, Sequence[Value]]]) -> Iterator[Finding]:
    group = Group(zones={each.urn: frozenset(map(str, places)) for each, places in zones})
    for zone in group.fatal_zones():
        inside = [each for each, places in zones if zone in places]
        names = ", ".join(sorted(each.name for each in inside))
        yield failure(inside[-1], f"the loss of zone {zone} may take the majority: {names} may be there")


RULE = StackRule(
    id="D1",
    name="require-database-majority",
    severity=Severity.CRITICAL,
    what="A MySQL group has AWS's parameters, an odd number of members, and a majority without any one zone.",
    why="A group without a majority takes no writes, and RDS documents no way to go on with those that are left.",
    source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-active-active-clusters-parameters.html",
    fix=(
        "Put members into three zones or five; give one with a standby a subnet group of its own, whose second zone"
        " has no other member; set the parameters as components/storage/mysql/parameters.py does."
    ),
    check=_check,
)
