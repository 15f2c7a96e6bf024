"""Route 53 hosted zones and health checks.

moto forgets which alarm or routing control a health check follows: for these the ledger's word stands.
"""

import secrets
from typing import Any

from sandbox.aws.bags import pick
from sandbox.aws.cloud import Cloud, found, vanish
from sandbox.aws.ledger import Row
from sandbox.aws.network import VPC
from sandbox.aws.rules import require, require_between, require_one_of
from sandbox.aws.spec import Reference, Spec, inputs
from sandbox.aws.tags import mapping, pairs, reconcile
from sandbox.plugin.wire import Props, rows, section

ZONE = "aws:route53/zone:Zone"
HEALTH_CHECK = "aws:route53/healthCheck:HealthCheck"
COMMENT = "Managed by Pulumi"
"""What Pulumi's provider writes where the program gives no comment."""

BY_AWS = ("NS", "SOA")
CHECK = {
    "type": "Type", "fqdn": "FullyQualifiedDomainName", "ipAddress": "IPAddress", "port": "Port",
    "resourcePath": "ResourcePath", "searchString": "SearchString", "requestInterval": "RequestInterval",
    "failureThreshold": "FailureThreshold", "measureLatency": "MeasureLatency", "invertHealthcheck": "Inverted",
    "disabled": "Disabled", "enableSni": "EnableSNI", "regions": "Regions", "childHealthchecks": "ChildHealthChecks",
    "childHealthThreshold": "HealthThreshold",
}  # fmt: skip
FOLLOWS = ("cloudwatchAlarmName", "cloudwatchAlarmRegion", "insufficientDataHealthStatus", "routingControlArn")
PROBES = ("HTTP", "HTTPS", "HTTP_STR_MATCH", "HTTPS_STR_MATCH", "TCP")
TYPES = (*PROBES, "CALCULATED", "CLOUDWATCH_METRIC", "RECOVERY_CONTROL")
INTERVALS = (10, 30)
BOUNDS = {"failureThreshold": (1, 10), "port": (1, 65535), "childHealthThreshold": (0, 256)}
REGIONS = 3
"""Seconds, checks in a row and, of regions that check, the least
(https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html)."""


def _retag(cloud: Cloud, kind: str, row: Row, news: Props) -> None:
    change = cloud.client("route53").change_tags_for_resource
    identity = {"ResourceType": kind, "ResourceId": row.id}
    reconcile(
        row.inputs, news, lambda gone: change(**identity, RemoveTagKeys=gone),
        lambda tags: change(**identity, AddTags=pairs(tags)),
    )  # fmt: skip


def _tag(cloud: Cloud, kind: str, identity: str, props: Props) -> None:
    if props.get("tags"):
        cloud.client("route53").change_tags_for_resource(
            ResourceType=kind, ResourceId=identity, AddTags=pairs(props["tags"])
        )


def _tags(cloud: Cloud, kind: str, identity: str) -> dict[str, str]:
    answer = cloud.client("route53").list_tags_for_resource(ResourceType=kind, ResourceId=identity)
    return mapping(answer["ResourceTagSet"].get("Tags"))


def _create_zone(cloud: Cloud, props: Props) -> tuple[str, Props]:
    vpcs = [_vpc(cloud, vpc) for vpc in rows(props, "vpcs")]
    made = cloud.client("route53").create_hosted_zone(
        Name=props["name"], CallerReference=secrets.token_hex(16),
        HostedZoneConfig={"Comment": props.get("comment", COMMENT), "PrivateZone": bool(vpcs)},
        **({"VPC": vpcs[0]} if vpcs else {}),
    )  # fmt: skip
    zone = made["HostedZone"]["Id"].rsplit("/", 1)[1]
    for vpc in vpcs[1:]:
        cloud.client("route53").associate_vpc_with_hosted_zone(HostedZoneId=zone, VPC=vpc)
    _tag(cloud, "hostedzone", zone, props)
    servers: list[str] = section(made, "DelegationSet").get("NameServers") or []
    return zone, {
        "arn": f"arn:aws:route53:::hostedzone/{zone}", "zoneId": zone, "nameServers": sorted(servers),
        "primaryNameServer": servers[0] if servers else "",
    }  # fmt: skip


def _vpc(cloud: Cloud, vpc: Props) -> dict[str, str]:
    return {"VPCId": vpc["vpcId"], "VPCRegion": vpc.get("vpcRegion", cloud.region)}


def _read_zone(cloud: Cloud, row: Row) -> Props | None:
    answer = found(lambda: cloud.client("route53").get_hosted_zone(Id=row.id))
    if not answer:
        return None
    comment = answer["HostedZone"]["Config"].get("Comment")
    held = [vpc["VPCId"] for vpc in rows(answer, "VPCs")]
    given = [vpc for vpc in rows(row.inputs, "vpcs") if vpc["vpcId"] in held]
    strange = [{"vpcId": vpc} for vpc in held if vpc not in {one["vpcId"] for one in given}]
    seen: Props = {"vpcs": given + strange, "tags": _tags(cloud, "hostedzone", row.id)}
    return seen | ({} if comment == row.inputs.get("comment", COMMENT) else {"comment": comment})


def _update_zone(cloud: Cloud, row: Row, news: Props) -> Props:
    client = cloud.client("route53")
    if news.get("comment") != row.inputs.get("comment"):
        client.update_hosted_zone_comment(Id=row.id, Comment=news.get("comment", COMMENT))
    old, new = ([_vpc(cloud, vpc) for vpc in rows(props, "vpcs")] for props in (row.inputs, news))
    for vpc in [vpc for vpc in new if vpc not in old]:
        client.associate_vpc_with_hosted_zone(HostedZoneId=row.id, VPC=vpc)
    for vpc in [vpc for vpc in old if vpc not in new]:
        client.disassociate_vpc_from_hosted_zone(HostedZoneId=row.id, VPC=vpc)
    _retag(cloud, "hostedzone", row, news)
    return {}


def _delete_zone(cloud: Cloud, row: Row) -> None:
    client = cloud.client("route53")
    held = rows(found(lambda: client.list_resource_record_sets(HostedZoneId=row.id)), "ResourceRecordSets")
    own = [record for record in held if record["Type"] not in BY_AWS]
    require(
        not own or bool(row.inputs.get("forceDestroy")),
        f"HostedZoneNotEmpty: zone {row.inputs['name']} holds {len(own)} records besides its own; "
        "delete them first, or set forceDestroy",
    )
    for record in own:
        batch: Props = {"Changes": [{"Action": "DELETE", "ResourceRecordSet": record}]}
        vanish(lambda batch=batch: client.change_resource_record_sets(HostedZoneId=row.id, ChangeBatch=batch))
    vanish(lambda: client.delete_hosted_zone(Id=row.id))


def _require_check(props: Props) -> None:
    kind, code = props["type"], "InvalidInput"
    require_one_of("type", kind, TYPES, code)
    for name, bounds in BOUNDS.items():
        require_between(name, props.get(name), bounds, code)
    require_one_of("requestInterval", props.get("requestInterval", INTERVALS[1]), INTERVALS, code)
    regions: list[str] = props.get("regions") or []
    require(
        not regions or len(regions) >= REGIONS,
        f"{code}: regions are {regions}; at least {REGIONS} are needed, or none given for all",
    )
    _require_subject(props, kind)


def _require_subject(props: Props, kind: str) -> None:
    needs = {
        "CALCULATED": ("childHealthchecks",), "CLOUDWATCH_METRIC": FOLLOWS[:2], "RECOVERY_CONTROL": FOLLOWS[3:],
        "HTTP_STR_MATCH": ("searchString",), "HTTPS_STR_MATCH": ("searchString",),
    }  # fmt: skip
    missing = [name for name in needs.get(kind, ()) if not props.get(name)]
    require(not missing, f"InvalidInput: a health check of type {kind} needs {', '.join(missing)}")
    require(
        kind not in PROBES or bool(props.get("fqdn") or props.get("ipAddress")),
        f"InvalidInput: a health check of type {kind} needs fqdn or ipAddress; neither is given",
    )


def _config(props: Props) -> dict[str, Any]:
    config = {key: props[name] for name, key in CHECK.items() if name in props}
    if "cloudwatchAlarmName" in props:
        config["AlarmIdentifier"] = {
            "Name": props["cloudwatchAlarmName"], "Region": props["cloudwatchAlarmRegion"],
        }  # fmt: skip
    return config | {
        key: props[name]
        for name, key in (
            ("insufficientDataHealthStatus", "InsufficientDataHealthStatus"),
            ("routingControlArn", "RoutingControlArn"),
        )
        if name in props
    }


def _create_check(cloud: Cloud, props: Props) -> tuple[str, Props]:
    _require_check(props)
    made = cloud.client("route53").create_health_check(
        CallerReference=props.get("referenceName", "") + secrets.token_hex(16), HealthCheckConfig=_config(props)
    )["HealthCheck"]
    identity: str = made["Id"]
    _tag(cloud, "healthcheck", identity, props)
    return identity, {"arn": f"arn:aws:route53:::healthcheck/{identity}"}


def _read_check(cloud: Cloud, row: Row) -> Props | None:
    answer = found(lambda: cloud.client("route53").get_health_check(HealthCheckId=row.id))
    if not answer:
        return None
    config = answer["HealthCheck"]["HealthCheckConfig"]
    seen = {name: config.get(key) for name, key in CHECK.items()}
    return pick(seen, row.inputs) | {"tags": _tags(cloud, "healthcheck", row.id)}


def _update_check(cloud: Cloud, row: Row, news: Props) -> Props:
    _require_check(news)
    fixed = ("Type", "RequestInterval", "MeasureLatency")
    config = {key: value for key, value in _config(news).items() if key not in fixed}
    cloud.client("route53").update_health_check(HealthCheckId=row.id, **config)
    _retag(cloud, "healthcheck", row, news)
    return {}


SPECS = (
    Spec(
        ZONE, inputs("name!* comment vpcs.vpcId vpcs.vpcRegion forceDestroy tags"),
        _create_zone, _read_zone, _update_zone, _delete_zone,
        computed=("arn", "zoneId", "nameServers", "primaryNameServer"),
        references=(Reference("vpcs.vpcId", VPC, blocks=True, everywhere=True),),
    ),
    Spec(
        HEALTH_CHECK,
        inputs(
            "type!* fqdn ipAddress port resourcePath searchString requestInterval! failureThreshold measureLatency! "
            "invertHealthcheck disabled enableSni regions childHealthchecks childHealthThreshold referenceName! tags "
            + " ".join(FOLLOWS)
        ),
        _create_check, _read_check, _update_check,
        lambda cloud, row: vanish(lambda: cloud.client("route53").delete_health_check(HealthCheckId=row.id)),
        computed=("arn",),
        references=(Reference("childHealthchecks", HEALTH_CHECK, everywhere=True),),
    ),
)  # fmt: skip
