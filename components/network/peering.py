"""What joins two regions; the standby owns all of it, so no stack waits for the other's later output."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_aws import Provider
from pulumi_aws.ec2 import PeeringConnectionOptions, Route, VpcPeeringConnection, VpcPeeringConnectionAccepter

from components.base import Component
from components.network.endpoints import https_from


@dataclass(frozen=True, slots=True, kw_only=True)
class PeeringEnd:
    """One region's end: `tables` are the route tables that learn the way to the other, by a lasting name."""

    provider: Provider
    region: str
    vpc_id: pulumi.Input[str]
    cidr: str
    tables: Mapping[str, pulumi.Input[str]]
    endpoint_group: pulumi.Input[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeeringArgs:
    """The end that asks, which is ours, and the end that accepts."""

    requester: PeeringEnd
    accepter: PeeringEnd


class Peering(Component):
    """A peering connection with options, routes and CIDR rules on both sides.

    Security groups of another region cannot be referenced, so rules name CIDRs:
    https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html
    """

    type_path = "network:Peering"
    connection_id: pulumi.Output[str]

    def __init__(self, name: str, args: PeeringArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name = name
        request = self._request(args)
        accepted = self._accept(args.accepter, request)
        self._resolve_names(args, accepted)
        self._join("here", args.requester, args.accepter, accepted)
        self._join("there", args.accepter, args.requester, accepted)
        self.connection_id = request.id
        self.publish()

    def _at(self, end: PeeringEnd) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, provider=end.provider)

    def _request(self, args: PeeringArgs) -> VpcPeeringConnection:
        return VpcPeeringConnection(
            self._name,
            vpc_id=args.requester.vpc_id,
            peer_vpc_id=args.accepter.vpc_id,
            peer_region=args.accepter.region,
            tags={"Name": self._name},
            opts=self._at(args.requester),
        )

    def _accept(self, end: PeeringEnd, request: VpcPeeringConnection) -> VpcPeeringConnectionAccepter:
        return VpcPeeringConnectionAccepter(
            f"{self._name}-accepter",
            vpc_peering_connection_id=request.id,
            auto_accept=True,
            tags={"Name": self._name},
            opts=self._at(end),
        )

    def _resolve_names(self, args: PeeringArgs, accepted: VpcPeeringConnectionAccepter) -> None:
        PeeringConnectionOptions(
            f"{self._name}-requester",
            vpc_peering_connection_id=accepted.id,
            requester={"allow_remote_vpc_dns_resolution": True},
            opts=self._at(args.requester),
        )
        PeeringConnectionOptions(
            f"{self._name}-accepter",
            vpc_peering_connection_id=accepted.id,
            accepter={"allow_remote_vpc_dns_resolution": True},
            opts=self._at(args.accepter),
        )

    def _join(self, side: str, end: PeeringEnd, other: PeeringEnd, accepted: VpcPeeringConnectionAccepter) -> None:
        for table, table_id in end.tables.items():
            Route(
                f"{self._name}-{side}-{table}",
                route_table_id=table_id,
                destination_cidr_block=other.cidr,
                vpc_peering_connection_id=accepted.id,
                opts=self._at(end),
            )
        https_from(f"{self._name}-{side}", end.endpoint_group, other.cidr, self._at(end))
