"""The region's network: one VPC, its way out, its logs, and a default security group that allows nothing."""

import json
from dataclasses import dataclass

import pulumi
from pulumi_aws.cloudwatch import LogGroup
from pulumi_aws.ec2 import DefaultSecurityGroup, FlowLog, InternetGateway, Vpc
from pulumi_aws.iam import Role, RolePolicy

from components import naming
from components.base import Component
from components.region import Network

_AGGREGATION_SECONDS = 60
_WRITE_LOGS = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogGroups", "logs:DescribeLogStreams"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionNetworkArgs:
    """What a region's network is made of; `log_key` is the ARN of the key that logs are encrypted with."""

    network: Network
    log_key: pulumi.Input[str]


class RegionNetwork(Component):
    """A VPC with flow logs and an emptied default security group."""

    type_path = "network:RegionNetwork"
    vpc_id: pulumi.Output[str]
    gateway_id: pulumi.Output[str]

    def __init__(self, name: str, args: RegionNetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name = name
        vpc = self._vpc(args.network.cidr)
        self._empty_default_group(vpc)
        self._flow_logs(vpc, args)
        self.vpc_id = vpc.id
        self.gateway_id = self._gateway(vpc).id
        self.publish()

    def _vpc(self, cidr: str) -> Vpc:
        tags = {"Name": self._name}
        return Vpc(
            self._name,
            cidr_block=cidr,
            enable_dns_hostnames=True,
            enable_dns_support=True,
            tags=tags,
            opts=self.child(),
        )

    def _gateway(self, vpc: Vpc) -> InternetGateway:
        return InternetGateway(f"{self._name}-igw", vpc_id=vpc.id, tags={"Name": self._name}, opts=self.child())

    def _empty_default_group(self, vpc: Vpc) -> None:
        DefaultSecurityGroup(f"{self._name}-default", vpc_id=vpc.id, tags={"Name": "unused"}, opts=self.child())

    def _flow_logs(self, vpc: Vpc, args: RegionNetworkArgs) -> None:
        group = LogGroup(
            f"{self._name}-flow",
            name=naming.flow_logs(self._name),
            retention_in_days=args.network.flow_log_retention_days,
            kms_key_id=args.log_key,
            opts=self.child(),
        )
        FlowLog(
            f"{self._name}-flow",
            vpc_id=vpc.id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=group.arn,
            iam_role_arn=self._writer(group).arn,
            max_aggregation_interval=_AGGREGATION_SECONDS,
            opts=self.child(),
        )

    def _writer(self, group: LogGroup) -> Role:
        principal = {"Service": "vpc-flow-logs.amazonaws.com"}
        trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        role = Role(
            f"{self._name}-flow",
            assume_role_policy=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
            opts=self.child(),
        )
        allow = {
            "Effect": "Allow",
            "Action": _WRITE_LOGS,
            "Resource": [group.arn, pulumi.Output.concat(group.arn, ":*")],
        }
        policy = pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [allow]})
        RolePolicy(f"{self._name}-flow", role=role.id, policy=policy, opts=self.child())
        return role
