"""Private ways to AWS services, so that nodes start and pull images while a NAT gateway is down."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws.ec2 import SecurityGroup, VpcEndpoint
from pulumi_aws.vpc import SecurityGroupIngressRule

from components.base import Component
from components.network.region import RegionNetwork
from components.ports import HTTPS

# `eks-auth` gives pods their credentials, those of the network plugin too, without which no node is ready:
# https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html
_INTERFACES = ("ec2", "ecr.api", "ecr.dkr", "eks-auth", "logs", "sts")


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointsArgs:
    """Where the endpoints are; `tables` are route tables that get the way to S3."""

    network: RegionNetwork
    region: str
    cidr: str
    subnets: Sequence[pulumi.Output[str]]
    tables: Sequence[pulumi.Output[str]]


class Endpoints(Component):
    """The gateway endpoint of S3 and interface endpoints of what a node needs to start."""

    type_path = "network:Endpoints"
    security_group_id: pulumi.Output[str]

    def __init__(self, name: str, args: EndpointsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        self._gateway()
        group = self._group()
        for service in _INTERFACES:
            self._interface(service, group)
        self.security_group_id = group.id
        self.publish()

    def _service(self, service: str) -> str:
        return f"com.amazonaws.{self._args.region}.{service}"

    def _gateway(self) -> None:
        VpcEndpoint(
            f"{self._name}-s3",
            vpc_id=self._args.network.vpc_id,
            service_name=self._service("s3"),
            vpc_endpoint_type="Gateway",
            route_table_ids=list(self._args.tables),
            tags={"Name": f"{self._name}-s3"},
            opts=self.child(),
        )

    def _group(self) -> SecurityGroup:
        name = f"{self._name}-endpoints"
        about = "HTTPS to the interface endpoints"
        group = SecurityGroup(
            name, vpc_id=self._args.network.vpc_id, description=about, tags={"Name": name}, opts=self.child()
        )
        https_from(name, group.id, self._args.cidr, self.child())
        return group

    def _interface(self, service: str, group: SecurityGroup) -> None:
        name = f"{self._name}-{service.replace('.', '-')}"
        VpcEndpoint(
            name,
            vpc_id=self._args.network.vpc_id,
            service_name=self._service(service),
            vpc_endpoint_type="Interface",
            subnet_ids=list(self._args.subnets),
            security_group_ids=[group.id],
            private_dns_enabled=True,
            tags={"Name": name},
            opts=self.child(),
        )


def https_from(name: str, group: pulumi.Input[str], cidr: str, opts: pulumi.ResourceOptions) -> None:
    """Let `cidr` reach port 443 of what is in `group`."""
    SecurityGroupIngressRule(
        name,
        security_group_id=group,
        cidr_ipv4=cidr,
        ip_protocol="tcp",
        from_port=HTTPS,
        to_port=HTTPS,
        description=f"HTTPS from {cidr}",
        opts=opts,
    )
