"""VPC, subnet, internet gateway, elastic IP and NAT gateway."""

from sandbox.aws.cloud import Cloud, found, vanish
from sandbox.aws.ledger import Row
from sandbox.aws.spec import Reference, Spec, inputs
from sandbox.aws.tags import at_creation, mapping, retag
from sandbox.plugin.wire import Props, rows

VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
EIP = "aws:ec2/eip:Eip"
DNS = {"enableDnsSupport": "EnableDnsSupport", "enableDnsHostnames": "EnableDnsHostnames"}
DNS_DEFAULT = {"enableDnsSupport": True, "enableDnsHostnames": False}
"""Of a new VPC (https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html)."""


def retagged(cloud: Cloud, row: Row, news: Props) -> Props:
    """The update of a type whose tags alone can change."""
    retag(cloud, row.id, row.inputs, news)
    return {}


def _set_dns(cloud: Cloud, vpc: str, olds: Props, news: Props) -> None:
    for name, attribute in DNS.items():
        if name in news and news[name] != olds.get(name):
            cloud.ec2.modify_vpc_attribute(VpcId=vpc, **{attribute: {"Value": news[name]}})


def _create_vpc(cloud: Cloud, props: Props) -> tuple[str, Props]:
    vpc = cloud.ec2.create_vpc(CidrBlock=props["cidrBlock"], **at_creation("vpc", props))["Vpc"]["VpcId"]
    _set_dns(cloud, vpc, {}, props)
    mine = [{"Name": "vpc-id", "Values": [vpc]}]
    groups = cloud.ec2.describe_security_groups(Filters=mine)["SecurityGroups"]
    tables = cloud.ec2.describe_route_tables(Filters=mine)["RouteTables"]
    return vpc, {
        "arn": cloud.arn("ec2", f"vpc/{vpc}"),
        "ownerId": cloud.caller["Account"],
        "defaultSecurityGroupId": next(g["GroupId"] for g in groups if g["GroupName"] == "default"),
        "mainRouteTableId": tables[0]["RouteTableId"],
    }


def _read_vpc(cloud: Cloud, row: Row) -> Props | None:
    vpcs = rows(found(lambda: cloud.ec2.describe_vpcs(VpcIds=[row.id])), "Vpcs")
    if not vpcs:
        return None
    vpc = vpcs[0]
    seen: Props = {"cidrBlock": vpc["CidrBlock"], "tags": mapping(vpc.get("Tags"))}
    for name in DNS:
        held = cloud.ec2.describe_vpc_attribute(VpcId=row.id, Attribute=name)[DNS[name]]["Value"]
        if held != row.inputs.get(name, DNS_DEFAULT[name]):
            seen[name] = held
    return seen


def _update_vpc(cloud: Cloud, row: Row, news: Props) -> Props:
    _set_dns(cloud, row.id, row.inputs, news)
    return retagged(cloud, row, news)


def _create_subnet(cloud: Cloud, props: Props) -> tuple[str, Props]:
    made = cloud.ec2.create_subnet(
        VpcId=props["vpcId"], CidrBlock=props["cidrBlock"],
        **({"AvailabilityZone": props["availabilityZone"]} if "availabilityZone" in props else {}),
        **at_creation("subnet", props),
    )["Subnet"]  # fmt: skip
    subnet = made["SubnetId"]
    _map_public(cloud, subnet, props)
    return subnet, {"arn": cloud.arn("ec2", f"subnet/{subnet}"), "availabilityZoneId": made["AvailabilityZoneId"]}


def _map_public(cloud: Cloud, subnet: str, props: Props) -> None:
    wanted = bool(props.get("mapPublicIpOnLaunch"))
    cloud.ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": wanted})


def _read_subnet(cloud: Cloud, row: Row) -> Props | None:
    subnets = rows(found(lambda: cloud.ec2.describe_subnets(SubnetIds=[row.id])), "Subnets")
    if not subnets:
        return None
    return {"mapPublicIpOnLaunch": subnets[0]["MapPublicIpOnLaunch"], "tags": mapping(subnets[0].get("Tags"))}


def _update_subnet(cloud: Cloud, row: Row, news: Props) -> Props:
    _map_public(cloud, row.id, news)
    return retagged(cloud, row, news)


def _create_gateway(cloud: Cloud, props: Props) -> tuple[str, Props]:
    made = cloud.ec2.create_internet_gateway(**at_creation("internet-gateway", props))
    gateway = made["InternetGateway"]["InternetGatewayId"]
    if props.get("vpcId"):
        cloud.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=props["vpcId"])
    return gateway, {
        "arn": cloud.arn("ec2", f"internet-gateway/{gateway}"),
        "ownerId": cloud.caller["Account"],
    }


def _describe_gateway(cloud: Cloud, gateway: str) -> Props | None:
    answer = found(lambda: cloud.ec2.describe_internet_gateways(InternetGatewayIds=[gateway]))
    return next(iter(rows(answer, "InternetGateways")), None)


def _read_gateway(cloud: Cloud, row: Row) -> Props | None:
    gateway = _describe_gateway(cloud, row.id)
    if gateway is None:
        return None
    attached = [a["VpcId"] for a in gateway["Attachments"]]
    return {"vpcId": attached[0] if attached else None, "tags": mapping(gateway.get("Tags"))}


def _detach(cloud: Cloud, gateway: str) -> None:
    known = _describe_gateway(cloud, gateway)
    for attachment in rows(known or {}, "Attachments"):
        cloud.ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=attachment["VpcId"])


def _update_gateway(cloud: Cloud, row: Row, news: Props) -> Props:
    if news.get("vpcId") != row.inputs.get("vpcId"):
        _detach(cloud, row.id)
        if news.get("vpcId"):
            cloud.ec2.attach_internet_gateway(InternetGatewayId=row.id, VpcId=news["vpcId"])
    return retagged(cloud, row, news)


def _delete_gateway(cloud: Cloud, row: Row) -> None:
    _detach(cloud, row.id)
    vanish(lambda: cloud.ec2.delete_internet_gateway(InternetGatewayId=row.id))


def _create_eip(cloud: Cloud, props: Props) -> tuple[str, Props]:
    made = cloud.ec2.allocate_address(Domain=props.get("domain", "vpc"), **at_creation("elastic-ip", props))
    allocation = made["AllocationId"]
    arn = cloud.arn("ec2", f"elastic-ip/{allocation}")
    return allocation, {"arn": arn, "allocationId": allocation, "publicIp": made["PublicIp"]}


def _read_eip(cloud: Cloud, row: Row) -> Props | None:
    addresses = rows(found(lambda: cloud.ec2.describe_addresses(AllocationIds=[row.id])), "Addresses")
    return {"tags": mapping(addresses[0].get("Tags"))} if addresses else None


def _create_nat(cloud: Cloud, props: Props) -> tuple[str, Props]:
    allocation = {"AllocationId": props["allocationId"]} if "allocationId" in props else {}
    made = cloud.ec2.create_nat_gateway(
        SubnetId=props["subnetId"], ConnectivityType=props.get("connectivityType", "public"),
        **allocation, **at_creation("natgateway", props),
    )["NatGateway"]  # fmt: skip
    public = next((address.get("PublicIp") for address in rows(made, "NatGatewayAddresses")), None)
    return made["NatGatewayId"], {"publicIp": public or ""}


def _read_nat(cloud: Cloud, row: Row) -> Props | None:
    answer = found(lambda: cloud.ec2.describe_nat_gateways(NatGatewayIds=[row.id]))
    alive = [n for n in rows(answer, "NatGateways") if n["State"] != "deleted"]
    return {"tags": mapping(alive[0].get("Tags"))} if alive else None


SPECS = (
    Spec(
        VPC, inputs("cidrBlock!* enableDnsHostnames enableDnsSupport tags"),
        _create_vpc, _read_vpc, _update_vpc,
        lambda cloud, row: vanish(lambda: cloud.ec2.delete_vpc(VpcId=row.id)),
        computed=("arn", "ownerId", "defaultSecurityGroupId", "mainRouteTableId"),
    ),
    Spec(
        SUBNET, inputs("vpcId!* cidrBlock!* availabilityZone! mapPublicIpOnLaunch tags"),
        _create_subnet, _read_subnet, _update_subnet,
        lambda cloud, row: vanish(lambda: cloud.ec2.delete_subnet(SubnetId=row.id)),
        computed=("arn", "availabilityZoneId"), identity=("vpcId", "cidrBlock"),
        references=(Reference("vpcId", VPC, blocks=True),),
    ),
    Spec(
        "aws:ec2/internetGateway:InternetGateway", inputs("vpcId tags"),
        _create_gateway, _read_gateway, _update_gateway, _delete_gateway,
        computed=("arn", "ownerId"), references=(Reference("vpcId", VPC, blocks=True),),
    ),
    Spec(
        EIP, inputs("domain! tags"), _create_eip, _read_eip, retagged,
        lambda cloud, row: vanish(lambda: cloud.ec2.release_address(AllocationId=row.id)),
        computed=("arn", "allocationId", "publicIp"),
    ),
    Spec(
        "aws:ec2/natGateway:NatGateway", inputs("allocationId! subnetId!* connectivityType! tags"),
        _create_nat, _read_nat, retagged,
        lambda cloud, row: vanish(lambda: cloud.ec2.delete_nat_gateway(NatGatewayId=row.id)),
        computed=("publicIp",), identity=("allocationId",),
        references=(Reference("allocationId", EIP, blocks=True), Reference("subnetId", SUBNET, blocks=True)),
    ),
)  # fmt: skip
