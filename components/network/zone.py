"""Subnets: a site has all of its own, down to the NAT gateway; the zones of witness and standby have no way out."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class _ZoneArgs:
    """Where subnets are; `site` is the tag of what lies there."""

    network: RegionNetwork
    site: str
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Segment:
    """A subnet with a route table of its own."""

    subnet: Subnet
    table: RouteTable


class _Zone(Component):
    """What a site and the witness share: segments of one zone."""

    def __init__(self, name: str, args: _ZoneArgs, opts: pulumi.ResourceOptions | None) -> None:
        super().__init__(name, opts)
        self._name, self._zone = name, args

    def _tags(self, kind: str) -> Mapping[str, str]:
        return site_tags(f"{self._name}-{kind}", self._zone.site)

    def _segment(self, kind: str, cidr: str) -> _Segment:
        name = f"{self._name}-{kind}"
        subnet = self._subnet(kind, cidr)
        table = RouteTable(name, vpc_id=self._zone.network.vpc_id, tags=self._tags(kind), opts=self.child())
        RouteTableAssociation(name, subnet_id=subnet.id, route_table_id=table.id, opts=self.child())
        return _Segment(subnet=subnet, table=table)

    def _subnet(self, kind: str, cidr: str) -> Subnet:
        return Subnet(
            f"{self._name}-{kind}",
            vpc_id=self._zone.network.vpc_id,
            cidr_block=cidr,
            availability_zone=self._zone.zone,
            map_public_ip_on_launch=False,
            tags={**self._tags(kind), **_BALANCERS.get(kind, {})},
            opts=self.child(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteNetworkArgs(_ZoneArgs):
    """Where a site's subnets are."""

    addresses: SiteAddresses


class SiteNetwork(_Zone):
    """The private, public and database subnets of one site, and its own NAT gateway."""

    type_path = "network:SiteNetwork"
    private_subnet_id: pulumi.Output[str]
    public_subnet_id: pulumi.Output[str]
    database_subnet_id: pulumi.Output[str]
    private_table_id: pulumi.Output[str]
    database_table_id: pulumi.Output[str]

    def __init__(self, name: str, args: SiteNetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        private = self._segment("private", args.addresses.private)
        public = self._segment("public", args.addresses.public)
        database = self._segment("database", args.addresses.database)
        self.private_subnet_id, self.private_table_id = private.subnet.id, private.table.id
        self.public_subnet_id = public.subnet.id
        self.database_subnet_id, self.database_table_id = database.subnet.id, database.table.id
        self.way_out: pulumi.Resource = self._way_out(private.table, self._translator(public))
        self.publish()

    def _translator(self, public: _Segment) -> NatGateway:
        route = Route(
            f"{self._name}-public",
            route_table_id=public.table.id,
            destination_cidr_block=_ANYWHERE,
            gateway_id=self._zone.network.gateway_id,
            opts=self.child(),
        )
        address = Eip(f"{self._name}-nat", domain="vpc", tags=self._tags("nat"), opts=self.child())
        return NatGateway(
            f"{self._name}-nat",
            allocation_id=address.allocation_id,
            subnet_id=public.subnet.id,
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
class WitnessNetworkArgs(_ZoneArgs):
    """Where the witness zone's subnets are."""

    addresses: WitnessAddresses


class WitnessNetwork(_Zone):
    """A zone for a database witness and the clusters' second set of control-plane interfaces."""

    type_path = "network:WitnessNetwork"
    private_subnet_id: pulumi.Output[str]
    database_subnet_id: pulumi.Output[str]
    database_table_id: pulumi.Output[str]

    def __init__(self, name: str, args: WitnessNetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        self.private_subnet_id = self._segment("control", args.addresses.private).subnet.id
        database = self._segment("database", args.addresses.database)
        self.database_subnet_id, self.database_table_id = database.subnet.id, database.table.id
        self.publish()


@dataclass(frozen=True, slots=True, kw_only=True)
class StandbyNetworkArgs(_ZoneArgs):
    """Where the subnet of the database's standby is, as CIDR."""

    address: str


class StandbyNetwork(_Zone):
    """A zone for nothing but the standby of a database member."""

    type_path = "network:StandbyNetwork"
    database_subnet_id: pulumi.Output[str]

    def __init__(self, name: str, args: StandbyNetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        self.database_subnet_id = self._segment("database", args.address).subnet.id
        self.publish()
