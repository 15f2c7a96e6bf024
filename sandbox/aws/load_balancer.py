"""Load balancers of Elastic Load Balancing v2.

moto writes `app/` into the ARN of every kind and one zone id for every region; AWS writes `net/` for a network one.
A network load balancer's subnets cannot be taken away, so a change of them is a new one.
"""

from typing import Any

from sandbox.aws.attributes import Attribute, seen, wanted
from sandbox.aws.cloud import Cloud, found, vanish
from sandbox.aws.elb_tags import retag_elb, tags_of
from sandbox.aws.ledger import Row
from sandbox.aws.network import SUBNET
from sandbox.aws.rules import require, require_one_of
from sandbox.aws.security import GROUP
from sandbox.aws.spec import Reference, Spec, inputs
from sandbox.aws.tags import mapping, pairs
from sandbox.plugin.wire import Props, rows

BALANCER = "aws:lb/loadBalancer:LoadBalancer"
KINDS = ("application", "network", "gateway")
ZONES = {"application": 2, "network": 1, "gateway": 1}
"""Zones that a load balancer needs at least
(https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html)."""

ATTRIBUTES = {
    "enableDeletionProtection": Attribute("deletion_protection.enabled", "false"),
    "enableCrossZoneLoadBalancing": Attribute("load_balancing.cross_zone.enabled", "false"),
    "enableZonalShift": Attribute("zonal_shift.config.enabled", "false"),
    "dnsRecordClientRoutingPolicy": Attribute("dns_record.client_routing_policy", "any_availability_zone"),
    "accessLogs.enabled": Attribute("access_logs.s3.enabled", "false"),
    "accessLogs.bucket": Attribute("access_logs.s3.bucket"),
    "accessLogs.prefix": Attribute("access_logs.s3.prefix"),
    "connectionLogs.enabled": Attribute("connection_logs.s3.enabled", "false"),
    "connectionLogs.bucket": Attribute("connection_logs.s3.bucket"),
    "connectionLogs.prefix": Attribute("connection_logs.s3.prefix"),
    "idleTimeout": Attribute("idle_timeout.timeout_seconds", "60"),
    "clientKeepAlive": Attribute("client_keep_alive.seconds", "3600"),
    "dropInvalidHeaderFields": Attribute("routing.http.drop_invalid_header_fields.enabled", "false"),
    "desyncMitigationMode": Attribute("routing.http.desync_mitigation_mode", "defensive"),
    "enableHttp2": Attribute("routing.http2.enabled", "true"),
    "enableWafFailOpen": Attribute("waf.fail_open.enabled", "false"),
    "preserveHostHeader": Attribute("routing.http.preserve_host_header.enabled", "false"),
    "xffHeaderProcessingMode": Attribute("routing.http.xff_header_processing.mode", "append"),
}
"""The last lines are of application load balancers
(https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html)."""


def _kind(props: Props) -> str:
    return props.get("loadBalancerType", "application")


def _subnets(props: Props) -> list[str]:
    given: list[str] = props.get("subnets") or []
    return given + [mapped["subnetId"] for mapped in rows(props, "subnetMappings")]


def _require_valid(cloud: Cloud, props: Props) -> None:
    require_one_of("loadBalancerType", _kind(props), KINDS)
    subnets = _subnets(props)
    require(bool(subnets), "ValidationError: a load balancer needs subnets or subnetMappings; none is given")
    placed = cloud.ec2.describe_subnets(SubnetIds=subnets)["Subnets"]
    zones = [subnet["AvailabilityZone"] for subnet in placed]
    require(
        len(set(zones)) == len(zones) and len({subnet["VpcId"] for subnet in placed}) == 1,
        f"InvalidConfigurationRequest: subnets are in zones {sorted(zones)}; one a zone, all of one VPC, is allowed",
    )
    least = ZONES[_kind(props)]
    require(
        len(zones) >= least,
        f"ValidationError: subnets are in zones {zones}; an {_kind(props)} load balancer needs at least {least}",
    )


def _require_new(cloud: Cloud, name: str) -> None:
    taken = [row for row in cloud.ledger.find(BALANCER, cloud.region) if row.inputs.get("name") == name]
    require(not taken, f"DuplicateLoadBalancerName: there is a load balancer {name!r} in {cloud.region} already")


def _create(cloud: Cloud, props: Props) -> tuple[str, Props]:
    _require_valid(cloud, props)
    _require_new(cloud, props["name"])
    made = cloud.client("elbv2").create_load_balancer(
        Name=props["name"], Type=_kind(props), Scheme="internal" if props.get("internal") else "internet-facing",
        IpAddressType=props.get("ipAddressType", "ipv4"), **_placing(props),
        **({"Tags": pairs(props["tags"])} if props.get("tags") else {}),
    )["LoadBalancers"][0]  # fmt: skip
    arn: str = made["LoadBalancerArn"]
    _set(cloud, arn, props, {})
    return arn, {
        "arn": arn, "arnSuffix": arn.split(":loadbalancer/", 1)[1], "dnsName": made["DNSName"],
        "zoneId": made["CanonicalHostedZoneId"], "vpcId": made["VpcId"],
    }  # fmt: skip


def _placing(props: Props) -> dict[str, Any]:
    names = {
        "subnetId": "SubnetId", "allocationId": "AllocationId", "privateIpv4Address": "PrivateIPv4Address",
        "ipv6Address": "IPv6Address",
    }  # fmt: skip
    given: dict[str, Any] = {"SecurityGroups": props["securityGroups"]} if props.get("securityGroups") else {}
    if props.get("subnetMappings"):
        given["SubnetMappings"] = [
            {names[key]: value for key, value in mapped.items()} for mapped in props["subnetMappings"]
        ]
        return given
    return given | {"Subnets": props["subnets"]}


def _set(cloud: Cloud, arn: str, news: Props, olds: Props) -> None:
    attributes = wanted(ATTRIBUTES, news, olds)
    if attributes:
        cloud.client("elbv2").modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=attributes)


def _read(cloud: Cloud, row: Row) -> Props | None:
    elb = cloud.client("elbv2")
    held = rows(found(lambda: elb.describe_load_balancers(LoadBalancerArns=[row.id])), "LoadBalancers")
    if not held:
        return None
    attributes = elb.describe_load_balancer_attributes(LoadBalancerArn=row.id)["Attributes"]
    return seen(ATTRIBUTES, row.inputs, mapping(attributes)) | {
        "securityGroups": held[0].get("SecurityGroups") or [],
        "tags": tags_of(cloud, row.id),
    }


def _update(cloud: Cloud, row: Row, news: Props) -> Props:
    elb = cloud.client("elbv2")
    groups = set[str](news.get("securityGroups") or ())
    if groups != set(row.inputs.get("securityGroups") or ()):
        _require_groups(row, groups)
        elb.set_security_groups(LoadBalancerArn=row.id, SecurityGroups=sorted(groups))
    _set(cloud, row.id, news, row.inputs)
    retag_elb(cloud, row, news)
    return {}


def _require_groups(row: Row, groups: set[str]) -> None:
    """A network load balancer that was made with security groups keeps some, one made without takes none
    (https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-security-groups.html).
    """  # noqa: D205
    before = bool(row.inputs.get("securityGroups"))
    require(
        _kind(row.inputs) != "network" or before == bool(groups),
        f"InvalidConfigurationRequest: securityGroups of network load balancer {row.inputs['name']} cannot become "
        f"{sorted(groups)}; one that was made {'with' if before else 'without'} groups stays so, make a new one",
    )


def _delete(cloud: Cloud, row: Row) -> None:
    elb = cloud.client("elbv2")
    held = found(lambda: elb.describe_load_balancer_attributes(LoadBalancerArn=row.id))
    require(
        mapping(held.get("Attributes")).get("deletion_protection.enabled") != "true",
        f"OperationNotPermitted: load balancer {row.inputs['name']} has deletion protection; "
        "set enableDeletionProtection to false and update first",
    )
    vanish(lambda: elb.delete_load_balancer(LoadBalancerArn=row.id))


SPECS = (
    Spec(
        BALANCER,
        inputs(
            "name! loadBalancerType! internal! ipAddressType! subnets! subnetMappings.subnetId! "
            "subnetMappings.allocationId! subnetMappings.privateIpv4Address! subnetMappings.ipv6Address! "
            "securityGroups tags " + " ".join(ATTRIBUTES)
        ),
        _create, _read, _update, _delete, computed=("arn", "arnSuffix", "dnsName", "zoneId", "vpcId"),
        identity=("name",), autoname=("name", 32),
        references=(
            Reference("subnets", SUBNET, blocks=True), Reference("subnetMappings.subnetId", SUBNET, blocks=True),
            Reference("subnetMappings.allocationId", "aws:ec2/eip:Eip", blocks=True),
            Reference("securityGroups", GROUP, blocks=True),
        ),
    ),
)  # fmt: skip
