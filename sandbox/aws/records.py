"""Route 53 records: what a name may hold beside what it holds already, which moto does not ask.

moto takes away every record of a set identifier when one goes: those of other names are put back in the same request.
"""

from collections.abc import Iterator
from typing import Any

from sandbox.aws.cloud import Cloud, found
from sandbox.aws.ledger import Row
from sandbox.aws.record_rules import CODE, SIMPLE, require_valid
from sandbox.aws.rules import require
from sandbox.aws.spec import Reference, Spec, inputs
from sandbox.aws.zones import HEALTH_CHECK, ZONE
from sandbox.plugin.provider import ProviderError
from sandbox.plugin.wire import Props, rows, section

RECORD = "aws:route53/record:Record"
ROUTING = {
    "failoverRoutingPolicies": ("type", "Failover"), "latencyRoutingPolicies": ("region", "Region"),
    "weightedRoutingPolicies": ("weight", "Weight"),
}  # fmt: skip
PLACE = {"continent": "ContinentCode", "country": "CountryCode", "subdivision": "SubdivisionCode"}


def _zone_name(cloud: Cloud, zone: str) -> str:
    return cloud.client("route53").get_hosted_zone(Id=zone)["HostedZone"]["Name"].rstrip(".")


def full_name(name: str, zone: str) -> str:
    """A record's name as DNS has it, without the last dot; a program may leave the zone's name away."""
    bare = name.rstrip(".").lower()
    if not bare or bare == zone or bare.endswith(f".{zone}"):
        return bare or zone
    return f"{bare}.{zone}"


def record_set(props: Props, name: str) -> dict[str, Any]:
    """The record as Route 53 takes it."""
    made: dict[str, Any] = {"Name": f"{name}.", "Type": props["type"]} | _routing(props)
    if props.get("aliases"):
        alias = props["aliases"][0]
        made["AliasTarget"] = {
            "HostedZoneId": alias["zoneId"], "DNSName": f"{alias['name'].rstrip('.').lower()}.",
            "EvaluateTargetHealth": alias["evaluateTargetHealth"],
        }  # fmt: skip
    else:
        made |= {"TTL": props["ttl"], "ResourceRecords": [{"Value": _quoted(props, text)} for text in props["records"]]}
    for key, name_there in (("setIdentifier", "SetIdentifier"), ("healthCheckId", "HealthCheckId")):
        if props.get(key):
            made[name_there] = props[key]
    return made


def _quoted(props: Props, text: str) -> str:
    return f'"{text}"' if props["type"] in {"TXT", "SPF"} and not text.startswith('"') else text


def _routing(props: Props) -> dict[str, Any]:
    made: dict[str, Any] = {"MultiValueAnswer": True} if props.get("multivalueAnswerRoutingPolicy") else {}
    for policy, (name, key) in ROUTING.items():
        if props.get(policy):
            made[key] = props[policy][0][name]
    for place in rows(props, "geolocationRoutingPolicies"):
        made["GeoLocation"] = {PLACE[name]: value for name, value in place.items()}
    return made


def _all(cloud: Cloud, zone: str) -> Iterator[dict[str, Any]]:
    pages = cloud.client("route53").get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone)
    return (one for page in pages for one in page["ResourceRecordSets"])


def _held(cloud: Cloud, zone: str, name: str) -> list[dict[str, Any]]:
    """Every record of a name, of all types."""
    return [one for one in _all(cloud, zone) if one["Name"].rstrip(".").lower() == name]


def _key(record: dict[str, Any]) -> tuple[str, str | None]:
    return record["Type"], record.get("SetIdentifier")


def _require_neighbours(cloud: Cloud, zone: str, wanted: dict[str, Any], overwrite: bool) -> None:  # noqa: FBT001
    name = wanted["Name"].rstrip(".")
    held = _held(cloud, zone, name)
    require(
        overwrite or _key(wanted) not in [_key(one) for one in held],
        f"{CODE}: tried to create {wanted['Type']} record {name} but it already exists; "
        "give it to one stack, or set allowOverwrite",
    )
    others = [one for one in held if _key(one) != _key(wanted)]
    cname = [
        one["Type"] for one in others if "CNAME" in {one["Type"], wanted["Type"]} and one["Type"] != wanted["Type"]
    ]
    require(not cname, f"{CODE}: {wanted['Type']} record {name} stands beside {cname}; a CNAME stands alone")
    for one in others:
        if one["Type"] == wanted["Type"]:
            _require_same_policy(name, one, wanted)


def _require_same_policy(name: str, held: dict[str, Any], wanted: dict[str, Any]) -> None:
    marks = {"Failover", "Region", "Weight", "GeoLocation", "MultiValueAnswer"}
    old, new = (sorted(marks & record.keys()) or [SIMPLE] for record in (held, wanted))
    require(
        old == new,
        f"{CODE}: {wanted['Type']} record {name} has {', '.join(old)} already and cannot have {', '.join(new)}; "
        "all records of one name and type have one routing policy",
    )
    for mark in ("Failover", "Region", "GeoLocation"):
        require(
            mark not in wanted or held[mark] != wanted[mark],
            f"{CODE}: {wanted['Type']} record {name} has {mark} {wanted.get(mark)} already, "
            f"as {held.get('SetIdentifier')}",
        )


def _require_target(cloud: Cloud, zone: str, wanted: dict[str, Any]) -> None:
    """An alias into its own zone names a record that is there, of the same type."""
    alias = section(wanted, "AliasTarget")
    target = str(alias.get("DNSName", "")).rstrip(".")
    if alias.get("HostedZoneId") == zone and wanted["Type"] not in [one["Type"] for one in _held(cloud, zone, target)]:
        raise ProviderError(
            f"{CODE}: tried to create an alias that targets {target}, type {wanted['Type']} in zone {zone}, "
            "but that target was not found; make it first"
        )


def _write(cloud: Cloud, props: Props, *, overwrite: bool) -> str:
    zone = _zone_name(cloud, props["zoneId"])
    name = full_name(props["name"], zone)
    require_valid(props, name, zone)
    wanted = record_set(props, name)
    _require_neighbours(cloud, props["zoneId"], wanted, overwrite)
    _require_target(cloud, props["zoneId"], wanted)
    _change(cloud, props["zoneId"], [("UPSERT", wanted)])
    return name


def _change(cloud: Cloud, zone: str, changes: list[tuple[str, dict[str, Any]]]) -> None:
    batch = [{"Action": action, "ResourceRecordSet": record} for action, record in changes]
    cloud.client("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": batch})


def _create(cloud: Cloud, props: Props) -> tuple[str, Props]:
    name = _write(cloud, props, overwrite=bool(props.get("allowOverwrite")))
    parts = (props["zoneId"], name, props["type"], props.get("setIdentifier"))
    return "_".join(part for part in parts if part), {"fqdn": name}


def _own(cloud: Cloud, row: Row) -> dict[str, Any] | None:
    zone, wanted = row.inputs["zoneId"], (row.inputs["type"], row.inputs.get("setIdentifier"))
    if not found(lambda: cloud.client("route53").get_hosted_zone(Id=zone)):
        return None
    return next((one for one in _held(cloud, zone, row.outputs["fqdn"]) if _key(one) == wanted), None)


def _read(cloud: Cloud, row: Row) -> Props | None:
    held = _own(cloud, row)
    if held is None:
        return None
    wanted, seen = record_set(row.inputs, row.outputs["fqdn"]), dict[str, Any]()
    for name, key in (("ttl", "TTL"), ("healthCheckId", "HealthCheckId")):
        if held.get(key) != wanted.get(key):
            seen[name] = held.get(key)
    values = [one["Value"] for one in rows(held, "ResourceRecords")]
    if sorted(values) != sorted(one["Value"] for one in rows(wanted, "ResourceRecords")):
        seen["records"] = values
    return seen | _seen_routing(wanted, held)


def _seen_routing(wanted: dict[str, Any], held: dict[str, Any]) -> Props:
    seen: Props = {}
    if section(held, "AliasTarget") != section(wanted, "AliasTarget"):
        alias = section(held, "AliasTarget")
        names = {"name": "DNSName", "zoneId": "HostedZoneId", "evaluateTargetHealth": "EvaluateTargetHealth"}
        seen["aliases"] = [{name: alias.get(key) for name, key in names.items()}] if alias else []
    if held.get("Weight") != wanted.get("Weight"):
        seen["weightedRoutingPolicies"] = [{"weight": held.get("Weight")}]
    return seen


def _update(cloud: Cloud, row: Row, news: Props) -> Props:
    del row
    _write(cloud, news, overwrite=True)
    return {}


def _delete(cloud: Cloud, row: Row) -> None:
    own = _own(cloud, row)
    if own is None:
        return
    pages = (
        cloud.client("route53").get_paginator("list_resource_record_sets").paginate(HostedZoneId=row.inputs["zoneId"])
    )
    mine = own.get("SetIdentifier")
    records = [one for page in pages for one in page["ResourceRecordSets"]]
    others = [one for one in records if mine and one.get("SetIdentifier") == mine and one != own]
    _change(cloud, row.inputs["zoneId"], [("DELETE", own), *(("UPSERT", one) for one in others)])


SPECS = (
    Spec(
        RECORD,
        inputs(
            "zoneId!* name!* type* ttl records aliases.name aliases.zoneId aliases.evaluateTargetHealth "
            "setIdentifier! healthCheckId allowOverwrite failoverRoutingPolicies.type latencyRoutingPolicies.region "
            "weightedRoutingPolicies.weight geolocationRoutingPolicies.continent geolocationRoutingPolicies.country "
            "geolocationRoutingPolicies.subdivision multivalueAnswerRoutingPolicy"
        ),
        _create, _read, _update, _delete, computed=("fqdn",), identity=("zoneId", "name", "type", "setIdentifier"),
        references=(
            Reference("zoneId", ZONE, everywhere=True), Reference("healthCheckId", HEALTH_CHECK, everywhere=True),
        ),
    ),
)  # fmt: skip
