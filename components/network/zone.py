"""Subnets: a site has all of its own, down to the NAT gateway; the witness zone has no way out."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_aws.ec2 import Eip, NatGateway, Route, RouteTable, RouteTableAssociation, Subnet

from components.addressing import SiteAddresses, WitnessAddresses
from components.base import Component, site_tags
from components.network.region import RegionNetwork

_ANYWHERE = "0.0.0.0/0"
# Where load balancers may go: https://docs.aws.amazon.com/eks/latest/userguide/network-load-balancing.html
_BALANCERS = {"private": {"kubernetes.io/role/internal-elb": "1"}, "public": {"kubernetes.io/role/elb": "1"}}


class _Zone(Component):
    """What a site and the witness share: subnets of one zone, each with a route table."""

    def _place(self, name: str, network: RegionNetwork, zone: str, site: str) -> None:
        self._name, self._network, self._zone, self._site = name, network, zone, site

    def _tags(self, kind: str) -> Mapping[str, str]:
        return site_tags(f"{self._name}-{kind}", self._site)

    def _subnet(self, kind: str, cidr: str) -> Subnet:
        return Subnet(
            f"{self._name}-{kind}",
            vpc_id=self._network.vpc_id,
            cidr_block=cidr,
            availability_zone=self._zone,
            map_public_ip_on_launch=False,
            tags={**self._tags(kind), **_BALANCERS.get(kind, {})},
            opts=self.child(),
        )

    def _table(self, kind: str, subnet: Subnet) -> RouteTable:
        name = f"{self._name}-{kind}"
        table = RouteTable(name, vpc_id=self._network.vpc_id, tags=self._tags(kind), opts=self.child())
        RouteTableAssociation(name, subnet_id=subnet.id, route_table_id=table.id, opts=self.child())
        return table


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteNetworkArgs:
    """Where a site's subnets are."""

    network: RegionNetwork
    site: str
    zone: str
    addresses: SiteAddresses


class SiteNetwork(_Zone):
    """The private, public and database subnets of one site, and its own NAT gateway."""

    type_path = "network:SiteNetwork"
    private_subnet_id: pulumi.Output[str]
    database_subnet_id: pulumi.Output[str]
    private_table_id: pulumi.Output[str]
    database_table_id: pulumi.Output[str]

    def __init__(self, name: str, args: SiteNetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._place(name, args.network, args.zone, args.site)
        private = self._subnet("private", args.addresses.private)
        public = self._subnet("public", args.addresses.public)
        database = self._subnet("database", args.addresses.database)
        table = self._table("private", private)
        self.private_subnet_id, self.database_subnet_id = private.id, database.id
        self.private_table_id = table.id
        self.database_table_id = self._table("database", database).id
        self.way_out: pulumi.Resource = self._way_out(table, self._translator(public))
        self.publish()

    def _translator(self, public: Subnet) -> NatGateway:
        table = self._table("public", public)
        route = Route(
            f"{self._name}-public",
            route_table_id=table.id,
            destination_cidr_block=_ANYWHERE,
            gateway_id=self._network.gateway_id,
            opts=self.child(),
        )
        address = Eip(f"{self._name}-nat", domain="vpc", tags=self._tags("nat"), opts=self.child())
        return NatGateway(
            f"{self._name}-nat",
            allocation_id=address.allocation_id,
            subnet_id=public.id,
            connectivity_type="public",
            tags=self._tags("nat"),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[route]),
        )

    def _way_out(self, table: RouteTable, nat: NatGateway) -> Route:
        return Route(
            f"{self._name}-private",
            route_table_id=table.id,
            destination_cidr_block=_ANYWHERE,
            nat_gateway_id=nat.id,
            opts=self.child(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessNetworkArgs:
    """Where the witness zone's subnets are."""

    network: RegionNetwork
    zone: str
    addresses: WitnessAddresses


class WitnessNetwork(_Zone):
    """A zone for a database witness and the clusters' second set of control-plane interfaces."""

    type_path = "network:WitnessNetwork"
    private_subnet_id: pulumi.Output[str]
    database_subnet_id: pulumi.Output[str]
    database_table_id: pulumi.Output[str]

    def __init__(self, name: str, args: WitnessNetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._place(name, args.network, args.zone, "witness")
        private = self._subnet("control", args.addresses.private)
        database = self._subnet("database", args.addresses.database)
        self._table("control", private)
        self.private_subnet_id, self.database_subnet_id = private.id, database.id
        self.database_table_id = self._table("database", database).id
        self.publish()
