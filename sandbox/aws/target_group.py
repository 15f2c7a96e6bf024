"""Target groups of Elastic Load Balancing v2.

moto cannot change the matcher of a group that is not HTTP or HTTPS: for it the ledger's word stands.
"""

from typing import Any

from sandbox.aws.attributes import Attribute, seen, wanted
from sandbox.aws.bags import pick
from sandbox.aws.cloud import Cloud, found, vanish
from sandbox.aws.elb_tags import retag_elb, tags_of
from sandbox.aws.ledger import Row
from sandbox.aws.network import VPC
from sandbox.aws.rules import require, require_between, require_one_of
from sandbox.aws.spec import Reference, Spec, inputs
from sandbox.aws.tags import mapping, pairs
from sandbox.plugin.wire import Props, rows, section

TARGETS = "aws:lb/targetGroup:TargetGroup"
HTTP = ("HTTP", "HTTPS")
PROTOCOLS = (*HTTP, "TCP", "TLS", "UDP", "TCP_UDP", "GENEVE")
CHECK_PROTOCOLS = (*HTTP, "TCP")
BOUNDS = {
    "interval": (5, 300), "timeout": (2, 120), "healthyThreshold": (2, 10), "unhealthyThreshold": (2, 10),
}  # fmt: skip
"""Seconds, and checks in a row
(https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html)."""

DRAINING = (0, 3600)
"""Seconds (https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html)."""

CHECK = {
    "enabled": "HealthCheckEnabled", "interval": "HealthCheckIntervalSeconds", "path": "HealthCheckPath",
    "port": "HealthCheckPort", "protocol": "HealthCheckProtocol", "timeout": "HealthCheckTimeoutSeconds",
    "healthyThreshold": "HealthyThresholdCount", "unhealthyThreshold": "UnhealthyThresholdCount",
}  # fmt: skip
COUNT, PERCENT = "minimum_healthy_targets.count", "minimum_healthy_targets.percentage"
HEALTH = "target_group_health"
ATTRIBUTES = {
    "deregistrationDelay": Attribute("deregistration_delay.timeout_seconds", "300"),
    "connectionTermination": Attribute("deregistration_delay.connection_termination.enabled", "false"),
    "preserveClientIp": Attribute("preserve_client_ip.enabled"),
    "proxyProtocolV2": Attribute("proxy_protocol_v2.enabled", "false"),
    "slowStart": Attribute("slow_start.duration_seconds", "0"),
    "loadBalancingAlgorithmType": Attribute("load_balancing.algorithm.type", "round_robin"),
    "loadBalancingCrossZoneEnabled": Attribute("load_balancing.cross_zone.enabled", "use_load_balancer_configuration"),
    "stickiness.enabled": Attribute("stickiness.enabled", "false"),
    "stickiness.type": Attribute("stickiness.type"),
    "targetHealthStates.enableUnhealthyConnectionTermination": Attribute(
        "target_health_state.unhealthy.connection_termination.enabled", "true"
    ),
    "targetHealthStates.unhealthyDrainingInterval": Attribute(
        "target_health_state.unhealthy.draining_interval_seconds", "0"
    ),
    "targetGroupHealth.dnsFailover.minimumHealthyTargetsCount": Attribute(f"{HEALTH}.dns_failover.{COUNT}", "1"),
    "targetGroupHealth.dnsFailover.minimumHealthyTargetsPercentage": Attribute(
        f"{HEALTH}.dns_failover.{PERCENT}", "off"
    ),
    "targetGroupHealth.unhealthyStateRouting.minimumHealthyTargetsCount": Attribute(
        f"{HEALTH}.unhealthy_state_routing.{COUNT}", "1"
    ),
    "targetGroupHealth.unhealthyStateRouting.minimumHealthyTargetsPercentage": Attribute(
        f"{HEALTH}.unhealthy_state_routing.{PERCENT}", "off"
    ),
}


def _require_valid(props: Props) -> None:
    check = section(props, "healthCheck")
    require_one_of("protocol", props["protocol"], PROTOCOLS)
    require_between("port", props["port"], (1, 65535))
    require_between("deregistrationDelay", props.get("deregistrationDelay"), DRAINING)
    for name, bounds in BOUNDS.items():
        require_between(f"healthCheck.{name}", check.get(name), bounds)
    protocol = check.get("protocol", props["protocol"] if props["protocol"] in HTTP else "TCP")
    require_one_of("healthCheck.protocol", protocol, CHECK_PROTOCOLS)
    interval, timeout = check.get("interval", 30), check.get("timeout", 0)
    require(
        timeout < interval,
        f"ValidationError: healthCheck.timeout is {timeout} s and interval {interval} s; "
        "the timeout must be smaller than the interval",
    )
    _require_http(check, protocol)


def _require_http(check: Props, protocol: str) -> None:
    for name in ("path", "matcher"):
        require(
            protocol in HTTP or name not in check,
            f"ValidationError: healthCheck.{name} goes with protocol HTTP or HTTPS; protocol is {protocol}",
        )
    path = check.get("path", "/")
    require(path.startswith("/"), f"ValidationError: healthCheck.path is {path!r}; it must begin with /")


def _check(props: Props) -> dict[str, Any]:
    check = section(props, "healthCheck")
    given = {key: check[name] for name, key in CHECK.items() if name in check}
    return given | ({"Matcher": {"HttpCode": str(check["matcher"])}} if "matcher" in check else {})


def _create(cloud: Cloud, props: Props) -> tuple[str, Props]:
    _require_valid(props)
    version = {"ProtocolVersion": props["protocolVersion"]} if "protocolVersion" in props else {}
    made = cloud.client("elbv2").create_target_group(
        Name=props["name"], Protocol=props["protocol"], Port=props["port"], VpcId=props["vpcId"],
        TargetType=props.get("targetType", "instance"), IpAddressType=props.get("ipAddressType", "ipv4"),
        **version, **_check(props), **({"Tags": pairs(props["tags"])} if props.get("tags") else {}),
    )["TargetGroups"][0]  # fmt: skip
    arn: str = made["TargetGroupArn"]
    _set(cloud, arn, props, {})
    return arn, {"arn": arn, "arnSuffix": arn.rsplit(":", 1)[1], "loadBalancerArns": []}


def _set(cloud: Cloud, arn: str, news: Props, olds: Props) -> None:
    attributes = wanted(ATTRIBUTES, news, olds)
    if attributes:
        cloud.client("elbv2").modify_target_group_attributes(TargetGroupArn=arn, Attributes=attributes)


def _read(cloud: Cloud, row: Row) -> Props | None:
    elb = cloud.client("elbv2")
    held = rows(found(lambda: elb.describe_target_groups(TargetGroupArns=[row.id])), "TargetGroups")
    if not held:
        return None
    given = section(row.inputs, "healthCheck")
    check = given | pick({name: held[0].get(key) for name, key in CHECK.items()}, given)
    if "matcher" in given and row.inputs["protocol"] in HTTP:
        check["matcher"] = held[0]["Matcher"]["HttpCode"]
    attributes = mapping(elb.describe_target_group_attributes(TargetGroupArn=row.id)["Attributes"])
    tags = tags_of(cloud, row.id)
    checked = {"healthCheck": check} if given else {}
    return seen(ATTRIBUTES, row.inputs, attributes) | checked | {"tags": tags}


def _update(cloud: Cloud, row: Row, news: Props) -> Props:
    _require_valid(news)
    elb = cloud.client("elbv2")
    if _check(news) != _check(row.inputs):
        elb.modify_target_group(TargetGroupArn=row.id, **_check(news))
    _set(cloud, row.id, news, row.inputs)
    retag_elb(cloud, row, news)
    return {}


SPECS = (
    Spec(
        TARGETS,
        inputs(
            "name! port!* protocol!* protocolVersion! vpcId!* targetType! ipAddressType! healthCheck.matcher tags "
            + " ".join(f"healthCheck.{name}" for name in CHECK) + " " + " ".join(ATTRIBUTES)
        ),
        _create, _read, _update, lambda cloud, row: vanish(
            lambda: cloud.client("elbv2").delete_target_group(TargetGroupArn=row.id)
        ),
        computed=("arn", "arnSuffix", "loadBalancerArns"), identity=("name",), autoname=("name", 32),
        references=(Reference("vpcId", VPC),),
    ),
)  # fmt: skip
