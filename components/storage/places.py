"""Where a region's stores are, and who reaches them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws.ec2 import SecurityGroup
from pulumi_aws.vpc import SecurityGroupIngressRule

from components import addressing
from components.network.region import RegionNetwork
from components.network.zone import SiteNetwork, WitnessNetwork
from components.ports import REDIS_PORT
from components.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The networks of a store.

    Attributes:
        vpc: id of the region's network.
        subnets: where its nodes are, one for each zone, two or more.
        networks: the same as CIDRs.
        clients: networks that reach it, as CIDRs.
    """

    vpc: pulumi.Input[str]
    subnets: Sequence[pulumi.Input[str]]
    networks: Sequence[str]
    clients: Sequence[str]


def places(
    settings: Settings, network: RegionNetwork, sites: Mapping[str, SiteNetwork], witness: WitnessNetwork
) -> Places:
    """Return the subnets of databases, open to pods of all sites.

    Where there is one site, the replica has no other to be in: then it stands with the database's witness.
    """
    cidr, alone = settings.network.cidr, len(sites) == 1
    addresses = [addressing.site_addresses(cidr, site) for site in sites]
    own: list[pulumi.Input[str]] = [site.database_subnet_id for site in sites.values()]
    databases = [each.database for each in addresses]
    return Places(
        vpc=network.vpc_id,
        subnets=[*own, witness.database_subnet_id] if alone else own,
        networks=[*databases, addressing.witness_addresses(cidr).database] if alone else databases,
        clients=[each.private for each in addresses],
    )


def let_in(group: SecurityGroup, port: int, clients: Mapping[str, str], opts: pulumi.ResourceOptions) -> None:
    """Let pods of `clients`, CIDRs by the names of their rules, reach `port` of what is in `group`."""
    for name, cidr in clients.items():
        SecurityGroupIngressRule(
            name,
            security_group_id=group.id,
            cidr_ipv4=cidr,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=f"pods in {cidr}",
            opts=opts,
        )


def way_in(name: str, description: str, where: Places, opts: pulumi.ResourceOptions) -> SecurityGroup:
    """Return the security group of stores that `where.clients` reach, and nobody else."""
    group = SecurityGroup(name, vpc_id=where.vpc, description=description, tags={"Name": name}, opts=opts)
    let_in(group, REDIS_PORT, {f"{name}-{number}": cidr for number, cidr in enumerate(where.clients)}, opts)
    return group
