"""The rule that subnet groups of RDS and MemoryDB have in common: all subnets of one are of one VPC, for good."""

from collections.abc import Sequence

from sandbox.aws.cloud import Cloud
from sandbox.aws.ledger import Row
from sandbox.aws.network import SUBNET
from sandbox.aws.rules import require
from sandbox.plugin.wire import Props


def subnets_of(cloud: Cloud, props: Props) -> list[Row]:
    """Return the subnets that a group names."""
    return [row for row in cloud.ledger.find(SUBNET, cloud.region) if row.id in props["subnetIds"]]


def network_of(subnets: Sequence[Row]) -> str:
    """Return the VPC of a group's subnets.

    Raises:
        ProviderError: they are of several.
    """
    networks = {row.inputs["vpcId"] for row in subnets}
    require(len(networks) == 1, f"InvalidSubnet: subnetIds are of {sorted(networks)}; they must be of one VPC")
    return networks.pop()


def require_same_network(row: Row, network: str) -> None:
    """Refuse to bring a group into another VPC.

    Raises:
        ProviderError: with the group, and the VPC that it is of.
    """
    require(
        network == row.outputs["vpcId"],
        f"InvalidSubnet: subnet group {row.id} is of {row.outputs['vpcId']} and can not move to another VPC",
    )
