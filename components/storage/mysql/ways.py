"""Who reaches the database: pods of the region's sites, and the members of a group each other."""

import pulumi
from pulumi_aws.ec2 import SecurityGroup
from pulumi_aws.vpc import SecurityGroupEgressRule, SecurityGroupIngressRule

from components import addressing
from components.network.region import RegionNetwork
from components.ports import MYSQL_PORT
from components.settings import Settings
from components.storage.places import let_in


def way_in(
    name: str, settings: Settings, network: RegionNetwork, *, grouped: bool, opts: pulumi.ResourceOptions
) -> SecurityGroup:
    """Return the security group of the instances; `grouped` tells whether they are members of a group."""
    group = SecurityGroup(
        name,
        vpc_id=network.vpc_id,
        description="the database, for pods of the region's sites and for its own members",
        tags={"Name": name},
        opts=opts,
    )
    cidr = settings.network.cidr
    clients = {f"{name}-{each.name}": addressing.site_addresses(cidr, each.name).private for each in settings.sites}
    let_in(group, MYSQL_PORT, clients, opts)
    if grouped:
        _each_other(name, group, opts)
    return group


def _each_other(name: str, group: SecurityGroup, opts: pulumi.ResourceOptions) -> None:
    """Let members reach each other, at the port of clients.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-active-active-clusters-setting-up.html
    """
    for kind, rule in (("in", SecurityGroupIngressRule), ("out", SecurityGroupEgressRule)):
        rule(
            f"{name}-members-{kind}",
            security_group_id=group.id,
            referenced_security_group_id=group.id,
            ip_protocol="tcp",
            from_port=MYSQL_PORT,
            to_port=MYSQL_PORT,
            description="members of the group",
            opts=opts,
        )
