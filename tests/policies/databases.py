"""A MySQL group and a copy as rules see them: sound, until a test changes what it is about."""

from collections.abc import Mapping
from dataclasses import replace

from rules._resource import Resource, Value
from rules._types import DATABASE, DATABASE_PARAMETERS, DATABASE_SUBNETS, METRIC_ALARM, SUBNET

from tests.policies.samples import linked, resource

GROUP = "group_replication_group_name"
UUID = "11111111-2222-3333-4444-555555555555"
STATIC = {
    "rds.group_replication_enabled": "1",
    "rds.custom_dns_resolution": "1",
    "enforce_gtid_consistency": "ON",
    "gtid-mode": "ON",
    GROUP: UUID,
}
DYNAMIC = {"binlog_format": "ROW", "replica_preserve_commit_order": "ON"}
WINDOWS = ("mon:10:00-mon:11:00", "tue:10:00-tue:11:00", "wed:10:00-wed:11:00", "thu:10:00-thu:11:00")


def parameters(changes: Mapping[str, Value] | None = None, static: str = "pending-reboot") -> Resource:
    """A parameter group of members, with some values changed; None leaves one out."""
    values: dict[str, Value] = {**STATIC, **(changes or {})}
    given = [_parameter(name, value, static) for name, value in values.items() if value is not None]
    given += [_parameter(name, value, None) for name, value in DYNAMIC.items()]
    return resource(DATABASE_PARAMETERS, {"parameters": given}, "members")


def _parameter(name: str, value: Value, method: Value) -> Value:
    return {"name": name, "value": value, "applyMethod": method}


def member(number: int, zone: Value, group: Resource, **changes: Value) -> Resource:
    """A member in a zone, with some inputs changed."""
    sound: dict[str, Value] = {
        "engineVersion": "8.4.8",
        "availabilityZone": zone,
        "autoMinorVersionUpgrade": False,
        "maintenanceWindow": WINDOWS[number],
    }
    return linked(resource(DATABASE, sound | changes, f"member-{number}"), parameterGroupName=group)


def group(*zones: Value, **changes: Value) -> list[Resource]:
    """A group of a member for each zone; the changes are the first one's."""
    made = parameters()
    return [made, *(member(at, zone, made, **(changes if at == 0 else {})) for at, zone in enumerate(zones))]


def with_standby(found: list[Resource], *zones: Value) -> list[Resource]:
    """The first member of a group where RDS chooses one of the zones."""
    own = [resource(SUBNET, {"availabilityZone": zone}, f"subnet-{at}") for at, zone in enumerate(zones)]
    subnets = replace(resource(DATABASE_SUBNETS, {}), references={"subnetIds": tuple(each.urn for each in own)})
    first = replace(found[1], props={**found[1].props, "availabilityZone": None, "multiAz": True})
    first = replace(first, references={**first.references, "dbSubnetGroupName": (subnets.urn,)})
    return [*own, subnets, found[0], first, *found[2:]]


def alarm(database: Resource, metric: str, way: str, threshold: Value, **changes: Value) -> Resource:
    """An alarm of a database that tells somebody."""
    sound: dict[str, Value] = {
        "metricName": metric,
        "comparisonOperator": way,
        "threshold": threshold,
        "treatMissingData": "breaching",
        "alarmActions": ["arn:aws:sns:topic"],
    }
    return linked(resource(METRIC_ALARM, sound | changes, f"{metric}-{way}"), dimensions=database)
