"""How many resources of a type moto itself holds, asked past the plugin and its ledger."""

from collections import Counter
from collections.abc import Callable
from typing import Any, cast

import boto3

from sandbox.cloud import endpoints_of
from sandbox.cloud.identity import ROOT

from .checkout import Checkout

OURS = "llm-"


def client(checkout: Checkout, service: str, region: str) -> Any:
    session = cast("Any", boto3)
    return session.client(service, region_name=region, endpoint_url=endpoints_of(checkout.paths).moto, **ROOT)


def _in_our_networks(ec2: Any, found: list[dict[str, Any]]) -> int:
    """How many are not of the default network, which every account has."""
    default = {vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"] if vpc["IsDefault"]}
    return sum(each["VpcId"] not in default for each in found)


EC2: dict[str, Callable[[Any], int]] = {
    "aws:ec2/vpc:Vpc": lambda ec2: sum(not vpc["IsDefault"] for vpc in ec2.describe_vpcs()["Vpcs"]),
    "aws:ec2/subnet:Subnet": lambda ec2: _in_our_networks(ec2, ec2.describe_subnets()["Subnets"]),
    "aws:ec2/natGateway:NatGateway": lambda ec2: sum(
        gateway["State"] != "deleted" for gateway in ec2.describe_nat_gateways()["NatGateways"]
    ),
    "aws:ec2/eip:Eip": lambda ec2: len(ec2.describe_addresses()["Addresses"]),
    "aws:ec2/vpcEndpoint:VpcEndpoint": lambda ec2: sum(
        endpoint["State"].lower() != "deleted" for endpoint in ec2.describe_vpc_endpoints()["VpcEndpoints"]
    ),
    # A node group has one more, which EKS makes for its Auto Scaling group.
    "aws:ec2/launchTemplate:LaunchTemplate": lambda ec2: sum(
        template["LaunchTemplateName"].startswith(OURS)
        for template in ec2.describe_launch_templates()["LaunchTemplates"]
    ),
}
OTHERS: dict[str, tuple[str, Callable[[Any], int]]] = {
    "aws:iam/role:Role": ("iam", lambda iam: sum(r["RoleName"].startswith(OURS) for r in iam.list_roles()["Roles"])),
    "aws:eks/cluster:Cluster": ("eks", lambda eks: len(eks.list_clusters()["clusters"])),
    "aws:eks/nodeGroup:NodeGroup": ("eks", lambda eks: sum(len(groups) for groups in node_groups(eks).values())),
    "aws:kms/alias:Alias": (
        "kms",
        lambda kms: sum(not a["AliasName"].startswith("alias/aws/") for a in kms.list_aliases()["Aliases"]),
    ),
    "aws:cloudwatch/logGroup:LogGroup": ("logs", lambda logs: len(logs.describe_log_groups()["logGroups"])),
}


def node_groups(eks: Any) -> dict[str, list[str]]:
    """Node groups by cluster."""
    names = eks.list_clusters()["clusters"]
    return {name: eks.list_nodegroups(clusterName=name)["nodegroups"] for name in names}


def counts(checkout: Checkout, region: str) -> dict[str, int]:
    """How many of each type moto holds."""
    ec2 = client(checkout, "ec2", region)
    found = {type_: count(ec2) for type_, count in EC2.items()}
    return found | {type_: count(client(checkout, service, region)) for type_, (service, count) in OTHERS.items()}


def assert_nothing_is_there_twice(checkout: Checkout, stack: str) -> None:
    """The engine's state, the ledger and moto agree on what there is."""
    checkpoint = checkout.checkpoint(stack)
    remembered = {(type_, id_) for type_, id_ in checkpoint.identities if type_.startswith("aws:")}
    assert {(row.type, row.id) for row in checkout.rows()} == remembered
    assert not checkpoint.pending
    by_type = Counter(type_ for type_, _ in remembered)
    held = counts(checkout, checkout.settings(stack)["region"])
    assert held == {type_: by_type[type_] for type_ in held}
