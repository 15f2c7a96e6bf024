"""Route tables, routes, associations and VPC endpoints."""

from typing import Any

from sandbox.aws.bags import pick
from sandbox.aws.cloud import Cloud, found, vanish
from sandbox.aws.ledger import Row
from sandbox.aws.network import SUBNET, VPC, retagged
from sandbox.aws.spec import Reference, Spec, inputs
from sandbox.aws.tags import at_creation, mapping
from sandbox.plugin.wire import Props, rows

TABLE = "aws:ec2/routeTable:RouteTable"
TARGETS = {
    "gatewayId": "GatewayId",
    "natGatewayId": "NatGatewayId",
    "vpcPeeringConnectionId": "VpcPeeringConnectionId",
}
SETS = {"routeTableIds": "RouteTableIds", "subnetIds": "SubnetIds", "securityGroupIds": "SecurityGroupIds"}


def _create_table(cloud: Cloud, props: Props) -> tuple[str, Props]:
    made = cloud.ec2.create_route_table(VpcId=props["vpcId"], **at_creation("route-table", props))
    table = made["RouteTable"]["RouteTableId"]
    return table, {"arn": cloud.arn("ec2", f"route-table/{table}"), "ownerId": cloud.caller["Account"]}


def _describe_table(cloud: Cloud, table: str) -> Props | None:
    answer = found(lambda: cloud.ec2.describe_route_tables(RouteTableIds=[table]))
    return next(iter(rows(answer, "RouteTables")), None)


def _read_table(cloud: Cloud, row: Row) -> Props | None:
    table = _describe_table(cloud, row.id)
    return None if table is None else {"tags": mapping(table.get("Tags"))}


def _target(props: Props) -> dict[str, str]:
    return {TARGETS[name]: props[name] for name in TARGETS if props.get(name)}


def _key(props: Props) -> dict[str, str]:
    return {"RouteTableId": props["routeTableId"], "DestinationCidrBlock": props["destinationCidrBlock"]}


def _create_route(cloud: Cloud, props: Props) -> tuple[str, Props]:
    cloud.ec2.create_route(**_key(props), **_target(props))
    return f"r-{props['routeTableId']}-{props['destinationCidrBlock']}", {"state": "active"}


def _read_route(cloud: Cloud, row: Row) -> Props | None:
    table = _describe_table(cloud, row.inputs["routeTableId"])
    for route in rows(table or {}, "Routes"):
        if route.get("DestinationCidrBlock") == row.inputs["destinationCidrBlock"]:
            return {name: route.get(key) for name, key in TARGETS.items()}
    return None


def _update_route(cloud: Cloud, row: Row, news: Props) -> Props:
    del row
    cloud.ec2.replace_route(**_key(news), **_target(news))
    return {}


def _associate(cloud: Cloud, props: Props) -> tuple[str, Props]:
    made = cloud.ec2.associate_route_table(SubnetId=props["subnetId"], RouteTableId=props["routeTableId"])
    return made["AssociationId"], {}


def _read_association(cloud: Cloud, row: Row) -> Props | None:
    tables = cloud.ec2.describe_route_tables(
        Filters=[{"Name": "association.subnet-id", "Values": [row.inputs["subnetId"]]}]
    )["RouteTables"]
    return {"routeTableId": tables[0]["RouteTableId"]} if tables else None


def _association_id(cloud: Cloud, row: Row) -> str | None:
    """The live association's id: replacing its table gives it a new one, which the engine never learns."""
    subnet = row.inputs["subnetId"]
    tables = cloud.ec2.describe_route_tables(Filters=[{"Name": "association.subnet-id", "Values": [subnet]}])
    for table in tables["RouteTables"]:
        for association in table["Associations"]:
            if association.get("SubnetId") == subnet:
                return association["RouteTableAssociationId"]
    return None


def _reassociate(cloud: Cloud, row: Row, news: Props) -> Props:
    cloud.ec2.replace_route_table_association(
        AssociationId=_association_id(cloud, row) or row.id, RouteTableId=news["routeTableId"]
    )
    return {}


def _dissociate(cloud: Cloud, row: Row) -> None:
    association = _association_id(cloud, row)
    if association:
        vanish(lambda: cloud.ec2.disassociate_route_table(AssociationId=association))


def _create_endpoint(cloud: Cloud, props: Props) -> tuple[str, Props]:
    given = {key: props[name] for name, key in SETS.items() if props.get(name)}
    if "privateDnsEnabled" in props:
        given["PrivateDnsEnabled"] = props["privateDnsEnabled"]
    made = cloud.ec2.create_vpc_endpoint(
        VpcId=props["vpcId"], ServiceName=props["serviceName"],
        VpcEndpointType=props.get("vpcEndpointType", "Gateway"), **given, **at_creation("vpc-endpoint", props),
    )["VpcEndpoint"]  # fmt: skip
    endpoint = made["VpcEndpointId"]
    return endpoint, {"arn": cloud.arn("ec2", f"vpc-endpoint/{endpoint}"), "state": "available"}


def _read_endpoint(cloud: Cloud, row: Row) -> Props | None:
    """What EC2 shows; subnets, groups and names that were not given are EC2's own choice."""
    answer = found(lambda: cloud.ec2.describe_vpc_endpoints(VpcEndpointIds=[row.id]))
    alive = [e for e in rows(answer, "VpcEndpoints") if e.get("State") != "deleted"]
    if not alive:
        return None
    seen: Props = {
        "routeTableIds": alive[0].get("RouteTableIds", []), "subnetIds": alive[0].get("SubnetIds", []),
        "securityGroupIds": [group["GroupId"] for group in rows(alive[0], "Groups")],
        "privateDnsEnabled": alive[0].get("PrivateDnsEnabled"),
    }  # fmt: skip
    return pick(seen, row.inputs) | {"tags": mapping(alive[0].get("Tags"))}


def _update_endpoint(cloud: Cloud, row: Row, news: Props) -> Props:
    changes: dict[str, Any] = {}
    for name, key in SETS.items():
        old, new = set(row.inputs.get(name) or ()), set(news.get(name) or ())
        if new - old:
            changes[f"Add{key}"] = sorted(new - old)
        if old - new:
            changes[f"Remove{key}"] = sorted(old - new)
    if changes:
        cloud.ec2.modify_vpc_endpoint(VpcEndpointId=row.id, **changes)
    return retagged(cloud, row, news)


SPECS = (
    Spec(
        TABLE, inputs("vpcId!* tags"), _create_table, _read_table, retagged,
        lambda cloud, row: vanish(lambda: cloud.ec2.delete_route_table(RouteTableId=row.id)),
        computed=("arn", "ownerId"), references=(Reference("vpcId", VPC, blocks=True),),
    ),
    Spec(
        "aws:ec2/route:Route",
        inputs("routeTableId!* destinationCidrBlock!* gatewayId natGatewayId vpcPeeringConnectionId"),
        _create_route, _read_route, _update_route,
        lambda cloud, row: vanish(lambda: cloud.ec2.delete_route(**_key(row.inputs))),
        computed=("state",), identity=("routeTableId", "destinationCidrBlock"),
        references=(
            Reference("routeTableId", TABLE),
            Reference("gatewayId", "aws:ec2/internetGateway:InternetGateway"),
            Reference("natGatewayId", "aws:ec2/natGateway:NatGateway"),
            Reference("vpcPeeringConnectionId", "aws:ec2/vpcPeeringConnection:VpcPeeringConnection", everywhere=True),
        ),
    ),
    Spec(
        "aws:ec2/routeTableAssociation:RouteTableAssociation", inputs("subnetId!* routeTableId*"),
        _associate, _read_association, _reassociate, _dissociate, identity=("subnetId",),
        references=(Reference("subnetId", SUBNET), Reference("routeTableId", TABLE, blocks=True)),
    ),
    Spec(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        inputs(
            "vpcId!* serviceName!* vpcEndpointType! routeTableIds subnetIds securityGroupIds privateDnsEnabled tags"
        ),
        _create_endpoint, _read_endpoint, _update_endpoint,
        lambda cloud, row: vanish(lambda: cloud.ec2.delete_vpc_endpoints(VpcEndpointIds=[row.id])),
        computed=("arn", "state"),
        references=(
            Reference("vpcId", VPC, blocks=True), Reference("subnetIds", SUBNET, blocks=True),
            Reference("routeTableIds", TABLE),
            Reference("securityGroupIds", "aws:ec2/securityGroup:SecurityGroup", blocks=True),
        ),
    ),
)  # fmt: skip
