"""AWS Global Accelerator, which moto has no API for: the ledger holds it, and its rules are checked here.

The addresses of an accelerator are of the ranges that are kept for documentation (RFC 5737): nobody answers there.
Only load balancers and elastic addresses can be endpoints; whether one is healthy is asked of nobody.
"""

import uuid

from sandbox.aws.cloud import Cloud
from sandbox.aws.ledger import Row
from sandbox.aws.load_balancer import BALANCER
from sandbox.aws.network import EIP
from sandbox.aws.rules import require, require_between, require_one_of
from sandbox.aws.spec import Reference, Spec, inputs
from sandbox.plugin.provider import ProviderError
from sandbox.plugin.wire import Props, rows, section

ACCELERATOR = "aws:globalaccelerator/accelerator:Accelerator"
LISTENER = "aws:globalaccelerator/listener:Listener"
GROUP = "aws:globalaccelerator/endpointGroup:EndpointGroup"
CODE = "InvalidArgumentException"
HOSTED_ZONE = "Z2BJ6XQ5FK7U4H"
"""Of every accelerator (https://docs.aws.amazon.com/general/latest/gr/global_accelerator.html)."""

PORTS, WEIGHTS, DIAL, THRESHOLD = (1, 65535), (0, 255), (0, 100), (1, 10)
INTERVALS = (10, 30)
CHECKS = ("TCP", "HTTP", "HTTPS")
"""(https://docs.aws.amazon.com/global-accelerator/latest/api/API_CreateEndpointGroup.html)."""

MOST = 10
"""Port ranges of a listener, and endpoints of a group
(https://docs.aws.amazon.com/global-accelerator/latest/dg/limits-global-accelerator.html)."""


def _require_accelerator(props: Props) -> None:
    require_one_of("ipAddressType", props.get("ipAddressType", "IPV4"), ("IPV4", "DUAL_STACK"), CODE)
    logs = section(props, "attributes")
    require(
        not logs.get("flowLogsEnabled") or bool(logs.get("flowLogsS3Bucket")),
        f"{CODE}: attributes.flowLogsEnabled is true without flowLogsS3Bucket; name the bucket",
    )


def _accelerate(cloud: Cloud, props: Props) -> tuple[str, Props]:
    _require_accelerator(props)
    mark = uuid.uuid4()
    arn = f"arn:aws:globalaccelerator::{cloud.caller['Account']}:accelerator/{mark}"
    last = mark.int % 254 + 1
    dual = props.get("ipAddressType") == "DUAL_STACK"
    return arn, {
        "arn": arn, "dnsName": f"a{mark.hex[:16]}.awsglobalaccelerator.com", "hostedZoneId": HOSTED_ZONE,
        "dualStackDnsName": f"a{mark.hex[:16]}.dualstack.awsglobalaccelerator.com" if dual else "",
        "ipSets": [{"ipAddresses": [f"192.0.2.{last}", f"198.51.100.{last}"], "ipFamily": "IPv4"}],
    }  # fmt: skip


def _reaccelerate(cloud: Cloud, row: Row, news: Props) -> Props:
    del cloud, row
    _require_accelerator(news)
    return {}


def _require_listener(cloud: Cloud, props: Props, own: str = "") -> None:
    require_one_of("protocol", props["protocol"], ("TCP", "UDP"), CODE)
    require_one_of("clientAffinity", props.get("clientAffinity", "NONE"), ("NONE", "SOURCE_IP"), CODE)
    ranges = rows(props, "portRanges")
    require(1 <= len(ranges) <= MOST, f"{CODE}: portRanges has {len(ranges)} entries; 1 to {MOST} are allowed")
    for ports in ranges:
        low, high = ports.get("fromPort", 0), ports.get("toPort", 0)
        require_between("portRanges.fromPort", low, PORTS, CODE)
        require_between("portRanges.toPort", high, (low, PORTS[1]), CODE)
    taken = [
        other for row in cloud.ledger.find(LISTENER) if row.id != own and _beside(row.inputs, props)
        for other in rows(row.inputs, "portRanges")
    ]  # fmt: skip
    clash = [one for one in ranges for other in taken if _overlap(one, other)]
    require(not clash, f"InvalidPortRangeException: the accelerator has a listener on ports of {clash} already")


def _beside(one: Props, other: Props) -> bool:
    return all(one[name] == other[name] for name in ("acceleratorArn", "protocol"))


def _overlap(one: Props, other: Props) -> bool:
    return bool(one["fromPort"] <= other["toPort"] and other["fromPort"] <= one["toPort"])


def _listen(cloud: Cloud, props: Props) -> tuple[str, Props]:
    _require_listener(cloud, props)
    arn = f"{props['acceleratorArn']}/listener/{uuid.uuid4().hex[:8]}"
    return arn, {"arn": arn}


def _relisten(cloud: Cloud, row: Row, news: Props) -> Props:
    _require_listener(cloud, news, row.id)
    return {}


def _region(cloud: Cloud, props: Props) -> str:
    return props.get("endpointGroupRegion") or cloud.region


def _require_group(cloud: Cloud, props: Props, own: str = "") -> None:
    require_between("trafficDialPercentage", props.get("trafficDialPercentage"), DIAL, CODE)
    require_between("thresholdCount", props.get("thresholdCount"), THRESHOLD, CODE)
    require_between("healthCheckPort", props.get("healthCheckPort"), PORTS, CODE)
    interval, protocol = props.get("healthCheckIntervalSeconds", 30), props.get("healthCheckProtocol", "TCP")
    require_one_of("healthCheckIntervalSeconds", interval, INTERVALS, CODE)
    require_one_of("healthCheckProtocol", protocol, CHECKS, CODE)
    _require_only_group(cloud, props, own)
    endpoints = rows(props, "endpointConfigurations")
    require(len(endpoints) <= MOST, f"{CODE}: {len(endpoints)} endpointConfigurations; at most {MOST} are allowed")
    named = [endpoint.get("endpointId") for endpoint in endpoints]
    require(len(set(named)) == len(named), f"EndpointAlreadyExistsException: endpoints {named} are not all different")
    for endpoint in endpoints:
        require_between("endpointConfigurations.weight", endpoint.get("weight"), WEIGHTS, CODE)
        _require_endpoint(cloud, _region(cloud, props), endpoint)


def _require_only_group(cloud: Cloud, props: Props, own: str) -> None:
    region = _region(cloud, props)
    others = [row for row in cloud.ledger.find(GROUP) if row.id != own]
    require(
        not any(
            row.inputs["listenerArn"] == props["listenerArn"] and row.outputs["endpointGroupRegion"] == region
            for row in others
        ),
        f"EndpointGroupAlreadyExistsException: the listener has an endpoint group in {region} already; "
        "one of each region is allowed",
    )


def _require_endpoint(cloud: Cloud, region: str, endpoint: Props) -> None:
    identity = str(endpoint.get("endpointId"))
    kind = BALANCER if identity.startswith("arn:") else EIP
    row = next((row for row in cloud.ledger.find(kind) if row.id == identity), None)
    if row is None:
        raise ProviderError(
            f"{CODE}: endpointId {identity!r} is no load balancer's ARN and no elastic address's id that exists"
        )
    require(
        row.region == region,
        f"{CODE}: endpoint {identity} is in {row.region}, the endpoint group in {region}; both must be one region",
    )
    if endpoint.get("clientIpPreservationEnabled") and row.inputs.get("loadBalancerType") == "network":
        _require_preservable(cloud, row)


def _require_preservable(cloud: Cloud, row: Row) -> None:
    """(https://docs.aws.amazon.com/global-accelerator/latest/dg/preserve-client-ip-address.html)."""
    listeners = [
        listener.inputs["protocol"] for listener in cloud.ledger.find("aws:lb/listener:Listener", row.region)
        if listener.inputs["loadBalancerArn"] == row.id
    ]  # fmt: skip
    require(
        bool(row.inputs.get("securityGroups")) and "TLS" not in listeners,
        f"{CODE}: clientIpPreservationEnabled is true for network load balancer {row.inputs['name']}; "
        "it needs security groups and no TLS listener",
    )


def _group(cloud: Cloud, props: Props) -> tuple[str, Props]:
    _require_group(cloud, props)
    arn = f"{props['listenerArn']}/endpoint-group/{uuid.uuid4().hex[:12]}"
    return arn, {"arn": arn, "endpointGroupRegion": _region(cloud, props)}


def _regroup(cloud: Cloud, row: Row, news: Props) -> Props:
    _require_group(cloud, news, row.id)
    return {}


SPECS = (
    Spec(
        ACCELERATOR,
        inputs(
            "name enabled ipAddressType ipAddresses! attributes.flowLogsEnabled attributes.flowLogsS3Bucket "
            "attributes.flowLogsS3Prefix tags"
        ),
        _accelerate, update=_reaccelerate, held="recorded", autoname=("name", 64),
        computed=("arn", "dnsName", "hostedZoneId", "dualStackDnsName", "ipSets"),
        references=(Reference("attributes.flowLogsS3Bucket", "aws:s3/bucket:Bucket", everywhere=True),),
    ),
    Spec(
        LISTENER,
        inputs("acceleratorArn!* protocol* portRanges* portRanges.fromPort portRanges.toPort clientAffinity"),
        _listen, update=_relisten, held="recorded", computed=("arn",),
        references=(Reference("acceleratorArn", ACCELERATOR, output="arn", blocks=True, everywhere=True),),
    ),
    Spec(
        GROUP,
        inputs(
            "listenerArn!* endpointGroupRegion! endpointConfigurations.endpointId endpointConfigurations.weight "
            "endpointConfigurations.clientIpPreservationEnabled healthCheckIntervalSeconds healthCheckPath "
            "healthCheckPort healthCheckProtocol thresholdCount trafficDialPercentage portOverrides.endpointPort "
            "portOverrides.listenerPort"
        ),
        _group, update=_regroup, held="recorded", computed=("arn", "endpointGroupRegion"),
        identity=("listenerArn", "endpointGroupRegion"),
        references=(Reference("listenerArn", LISTENER, output="arn", blocks=True, everywhere=True),),
    ),
)  # fmt: skip
