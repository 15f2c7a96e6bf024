"""RDS subnet groups: held by moto, which loses one that is modified and takes any subnets."""

from sandbox.aws.cloud import Cloud, found, vanish
from sandbox.aws.ledger import Row
from sandbox.aws.network import SUBNET
from sandbox.aws.rds_tags import tagged, tags_of
from sandbox.aws.rules import require
from sandbox.aws.spec import Reference, Spec, inputs
from sandbox.aws.subnet_groups import network_of, require_same_network, subnets_of
from sandbox.plugin.wire import Props, rows

SUBNETS = "aws:rds/subnetGroup:SubnetGroup"
DESCRIBED = "Managed by Pulumi"


def vpc_of(cloud: Cloud, group: str) -> str | None:
    """The network that a subnet group is of; None for a group that is not here."""
    row = cloud.ledger.get(cloud.region, SUBNETS, group)
    return row.outputs["vpcId"] if row else None


def _require_valid(cloud: Cloud, props: Props) -> str:
    """(https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBSubnetGroup.html)."""
    subnets = subnets_of(cloud, props)
    network, zones = network_of(subnets), {row.inputs["availabilityZone"] for row in subnets}
    require(
        len(zones) > 1,
        f"DBSubnetGroupDoesNotCoverEnoughAZs: subnetIds are in {sorted(zones)}; a group takes 2 zones or more",
    )
    return network


def _make(cloud: Cloud, name: str, props: Props) -> str:
    """Make it, or make it anew: moto's own way of modifying a group drops it, and creating one overwrites."""
    made = cloud.client("rds").create_db_subnet_group(
        DBSubnetGroupName=name, SubnetIds=props["subnetIds"],
        DBSubnetGroupDescription=props.get("description") or DESCRIBED, **tagged(props),
    )  # fmt: skip
    return str(made["DBSubnetGroup"]["DBSubnetGroupArn"])


def _create(cloud: Cloud, props: Props) -> tuple[str, Props]:
    network, name = _require_valid(cloud, props), props["name"].lower()
    require(
        cloud.ledger.get(cloud.region, SUBNETS, name) is None,
        f"DBSubnetGroupAlreadyExists: there is a subnet group {name} in {cloud.region}",
    )
    return name, {"arn": _make(cloud, name, props), "vpcId": network}


def _read(cloud: Cloud, row: Row) -> Props | None:
    rds = cloud.client("rds")
    held = rows(found(lambda: rds.describe_db_subnet_groups(DBSubnetGroupName=row.id)), "DBSubnetGroups")
    if not held:
        return None
    subnets = [subnet["SubnetIdentifier"] for subnet in held[0]["Subnets"]]
    described = held[0]["DBSubnetGroupDescription"]
    other = {} if described == row.inputs.get("description", DESCRIBED) else {"description": described}
    return {"subnetIds": subnets, "tags": tags_of(cloud, row.outputs["arn"])} | other


def _update(cloud: Cloud, row: Row, news: Props) -> Props:
    require_same_network(row, _require_valid(cloud, news))
    _make(cloud, row.id, news)
    return {}


def _delete(cloud: Cloud, row: Row) -> None:
    vanish(lambda: cloud.client("rds").delete_db_subnet_group(DBSubnetGroupName=row.id))


SPECS = (
    Spec(
        SUBNETS, inputs("name! description subnetIds* tags"),
        _create, _read, _update, _delete, computed=("arn", "vpcId"), identity=("name",), autoname=("name", 255),
        references=(Reference("subnetIds", SUBNET, blocks=True),),
    ),
)  # fmt: skip
