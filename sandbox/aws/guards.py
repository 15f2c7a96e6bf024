"""What AWS refuses and moto lets pass: names of resources that are not there, and deletes of ones in use."""

from sandbox.aws.bags import at
from sandbox.aws.cloud import Cloud
from sandbox.aws.ledger import Row
from sandbox.aws.spec import Reference, Spec
from sandbox.aws.table import TABLE
from sandbox.plugin.provider import ProviderError
from sandbox.plugin.wire import Props

MADE_BY_AWS = {
    "aws:ec2/securityGroup:SecurityGroup": (
        ("aws:ec2/vpc:Vpc", "defaultSecurityGroupId"), ("aws:eks/cluster:Cluster", "vpcConfig.clusterSecurityGroupId"),
    ),
    "aws:ec2/routeTable:RouteTable": (("aws:ec2/vpc:Vpc", "mainRouteTableId"),),
}  # fmt: skip
"""Resources that come with another one, as output paths of that one."""

IN_USE = {
    "ec2": "DependencyViolation", "iam": "DeleteConflict", "eks": "ResourceInUseException", "lb": "ResourceInUse",
    "acm": "ResourceInUseException", "wafv2": "WAFAssociatedItemException", "backup": "InvalidRequestException",
    "aws:elasticache/parameterGroup:ParameterGroup": "InvalidCacheParameterGroupState",
    "aws:elasticache/subnetGroup:SubnetGroup": "CacheSubnetGroupInUse",
    "aws:elasticache/userGroup:UserGroup": "InvalidUserGroupState",
    "aws:memorydb/acl:Acl": "InvalidACLStateFault",
    "aws:memorydb/multiRegionCluster:MultiRegionCluster": "InvalidMultiRegionClusterStateFault",
    "aws:memorydb/parameterGroup:ParameterGroup": "InvalidParameterGroupStateFault",
    "aws:memorydb/subnetGroup:SubnetGroup": "SubnetGroupInUseFault",
    "aws:rds/parameterGroup:ParameterGroup": "InvalidDBParameterGroupState",
    "aws:rds/subnetGroup:SubnetGroup": "InvalidDBSubnetGroupStateFault",
}  # fmt: skip
"""AWS's codes, of a type or else of its service."""


def require_references(cloud: Cloud, spec: Spec, props: Props) -> None:
    """Refuse inputs that name what does not stand.

    Raises:
        ProviderError: with the input, the name and where it was looked for.
    """
    for reference in spec.references:
        for value in at(props, reference.path):
            if not _stands(cloud, reference, str(value)):
                raise ProviderError(
                    f"{reference.type} {value!r}, which {reference.path} of {spec.token} names, does not exist in "
                    f"{'the account' if reference.everywhere else cloud.region}"
                )


def require_unused(cloud: Cloud, row: Row) -> None:
    """Refuse to delete what others still use, where AWS would.

    Raises:
        ProviderError: with AWS's error code and the users.
    """
    users = sorted(f"{other.type.rsplit(':', 1)[-1]} {other.id}" for other in cloud.ledger.all() if _uses(other, row))
    if users:
        service = row.type.split(":")[1].split("/")[0]
        code = IN_USE.get(row.type) or IN_USE.get(service, "DependencyViolation")
        raise ProviderError(f"{code}: {row.type} {row.id} is in use by {', '.join(users)}; delete these first")


def _uses(other: Row, row: Row) -> bool:
    spec = TABLE.get(other.type)
    return spec is not None and any(_names(reference, other, row) for reference in spec.references)


def _names(reference: Reference, other: Row, row: Row) -> bool:
    if not reference.blocks or reference.type != row.type:
        return False
    if other.region != row.region and not reference.everywhere:
        return False
    return any(_is(row, str(value)) for value in at(other.inputs, reference.path))


def _stands(cloud: Cloud, reference: Reference, value: str) -> bool:
    region = None if reference.everywhere else cloud.region
    if any(_is(row, value) for row in cloud.ledger.find(reference.type, region)):
        return True
    made = MADE_BY_AWS.get(reference.type, ())
    return any(value in at(row.outputs, path) for owner, path in made for row in cloud.ledger.find(owner, region))


def _is(row: Row, value: str) -> bool:
    return value.removesuffix(":*") in {row.id, row.outputs.get("arn")}
