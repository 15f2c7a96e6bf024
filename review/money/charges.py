"""What is billed of the resources of a place, by item of the price table; what has no fixed price is named instead."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from review.estate.lookup import at, dig, items, number, text, texts
from review.plan import State
from review.values import Value

_NODE_GROUP: Final = "aws:eks/nodeGroup:NodeGroup"
_TEMPLATE: Final = "aws:ec2/launchTemplate:LaunchTemplate"
_RESERVATION: Final = "aws:ec2/capacityReservation:CapacityReservation"
# What is in the price of a gp3 volume's size: https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html
_FREE_IOPS, _FREE_THROUGHPUT = 3000, 125
Named: TypeAlias = tuple[str, State]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What a place is billed for in a month: counts by item, and counts of what has no fixed price."""

    charged: Counter[str]
    unpriced: Counter[str]


def bill(found: Mapping[str, Sequence[Named]]) -> Bill:
    """Return the bill of resources, given by type with their logical names."""
    made = Bill(charged=Counter(), unpriced=Counter())
    _nodes(found, made)
    for token, resources in found.items():
        for _, state in resources:
            _one(token, state, made)
    return made


def _one(token: str, state: State, made: Bill) -> None:
    if token in _FIXED:
        made.charged[_FIXED[token]] += 1
    elif token in _COUNTED:
        _COUNTED[token](state, made)
    elif token in _SIZED:
        kind = text(at(state, _SIZED[token])) or "unknown size"
        made.unpriced[f"{_short(token)} {kind}, not in the price table"] += 1
    elif token in _USAGE:
        made.unpriced[f"{_short(token)}, billed by usage"] += 1
    elif token.startswith("aws:") and not token.startswith(_FREE):
        made.unpriced[f"{_short(token)}, not in the price table"] += 1


def _short(token: str) -> str:
    return token.rsplit(":", maxsplit=1)[-1]


def _nodes(found: Mapping[str, Sequence[Named]], made: Bill) -> None:
    """Charge nodes and their root disks; a reservation is charged where no node of the place fills it."""
    running: Counter[str] = Counter()
    for name, state in found.get(_NODE_GROUP, ()):
        count = _count(state)
        kind = next(iter(texts(at(state, "instanceTypes"))), "unknown instance type")
        spot = text(at(state, "capacityType")) == "SPOT"
        made.charged[f"{kind} spot (estimate)" if spot else f"{kind} on demand"] += count
        running[kind] += 0 if spot else count
        for _ in range(count):
            _root_disks(_template(name, state, found.get(_TEMPLATE, ())), made)
    for _, state in found.get(_RESERVATION, ()):
        kind = text(at(state, "instanceType"))
        held = number(at(state, "instanceCount")) or 0
        made.charged[f"{kind} on demand"] += max(held - running[kind], 0)
        running[kind] = max(running[kind] - held, 0)


def _count(state: State) -> int:
    sizes = (number(at(state, "scalingConfig", key)) for key in ("desiredSize", "minSize"))
    return max(filter(None, sizes), default=0)


def _template(name: str, group: State, templates: Sequence[Named]) -> State | None:
    """Return the launch template of a group: by its id, or, while that is not known, by the name that they share."""
    wanted = text(at(group, "launchTemplate", "id"))
    by_id = (state for _, state in templates if wanted and state.id == wanted)
    by_name = (state for other, state in templates if other == name)
    return next(by_id, None) or next(by_name, None)


def _root_disks(template: State | None, made: Bill) -> None:
    for mapping in items(at(template, "blockDeviceMappings")):
        _disk(dig(mapping, "ebs"), "volumeSize", "volumeType", made)


def _volume(state: State, made: Bill) -> None:
    _disk(dict(state.inputs), "size", "type", made)


def _disk(disk: Value, size: str, kind: str, made: Bill) -> None:
    named = text(dig(disk, kind))
    if named != "gp3":
        made.unpriced[f"volume of type {named or 'unknown'}, not in the price table"] += 1
        return
    made.charged["gp3 storage"] += number(dig(disk, size)) or 0
    made.charged["gp3 IOPS above 3000"] += max((number(dig(disk, "iops")) or 0) - _FREE_IOPS, 0)
    made.charged["gp3 throughput above 125"] += max((number(dig(disk, "throughput")) or 0) - _FREE_THROUGHPUT, 0)


def _endpoint(state: State, made: Bill) -> None:
    if text(at(state, "vpcEndpointType")) != "Interface":
        return
    zones = len(items(at(state, "subnetIds")))
    if zones:
        made.charged["interface endpoint in a zone"] += zones
    else:
        made.unpriced["VpcEndpoint, its zones are not known yet"] += 1


def _secret(state: State, made: Bill) -> None:
    # A replica is billed as a secret of its own: https://aws.amazon.com/secrets-manager/pricing/
    made.charged["secret"] += 1 + len(items(at(state, "replicas")))


_FIXED: Final[Mapping[str, str]] = {
    "aws:eks/cluster:Cluster": "EKS cluster",
    "aws:ec2/natGateway:NatGateway": "NAT gateway",
    "aws:ec2/eip:Eip": "public IPv4 address",
    "aws:kms/key:Key": "KMS key",
    "aws:kms/replicaKey:ReplicaKey": "KMS key",
    "aws:lb/loadBalancer:LoadBalancer": "load balancer",
    "aws:route53/zone:Zone": "hosted zone",
}


def _nothing(_state: State, _made: Bill) -> None:
    """Charge nothing here: nodes, their templates and reservations are charged together."""


_COUNTED: Final[Mapping[str, Callable[[State, Bill], None]]] = {
    "aws:ec2/vpcEndpoint:VpcEndpoint": _endpoint,
    "aws:ebs/volume:Volume": _volume,
    "aws:secretsmanager/secret:Secret": _secret,
    **dict.fromkeys((_NODE_GROUP, _RESERVATION), _nothing),
}
_SIZED: Final[Mapping[str, str]] = {
    "aws:ec2/instance:Instance": "instanceType",
    "aws:rds/instance:Instance": "instanceClass",
    "aws:rds/clusterInstance:ClusterInstance": "instanceClass",
    "aws:elasticache/replicationGroup:ReplicationGroup": "nodeType",
    "aws:memorydb/cluster:Cluster": "nodeType",
}
_USAGE: Final = frozenset(
    {
        "aws:cloudwatch/logGroup:LogGroup",
        "aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
        "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
        "aws:s3/bucket:Bucket",
        "aws:sns/topic:Topic",
        "aws:backup/vault:Vault",
        "aws:ecr/replicationConfiguration:ReplicationConfiguration",
        "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
        "aws:sqs/queue:Queue",
        "aws:ecr/repository:Repository",
        "aws:cloudfront/distribution:Distribution",
        "aws:dynamodb/table:Table",
        "aws:amp/workspace:Workspace",
        "aws:elasticache/serverlessCache:ServerlessCache",
    }
)
# What AWS has no charge for of its own: public certificates, and what only sets something else up.
_FREE: Final = (
    "aws:acm/",
    "aws:autoscaling/attachment:",
    "aws:autoscaling/policy:",
    "aws:backup/plan:",
    "aws:backup/selection:",
    "aws:backup/vaultLockConfiguration:",
    "aws:cloudwatch/logDelivery",
    "aws:iam/",
    "aws:vpc/",
    "aws:kms/alias:",
    "aws:ec2/defaultSecurityGroup:",
    "aws:ec2/flowLog:",
    "aws:ec2/internetGateway:",
    "aws:ec2/launchTemplate:",
    "aws:ec2/peeringConnectionOptions:",
    "aws:ec2/route",
    "aws:ec2/securityGroup",
    "aws:ec2/subnet:",
    "aws:ec2/vpc:",
    "aws:ec2/vpcPeeringConnectionAccepter:",
    "aws:ecr/lifecyclePolicy:",
    "aws:eks/accessEntry:",
    "aws:eks/accessPolicyAssociation:",
    "aws:eks/addon:",
    "aws:eks/podIdentityAssociation:",
    "aws:elasticache/parameterGroup:",
    "aws:elasticache/subnetGroup:",
    "aws:globalaccelerator/endpointGroup:",
    "aws:globalaccelerator/listener:",
    "aws:lb/listener",
    "aws:lb/targetGroup",
    "aws:memorydb/acl:",
    "aws:memorydb/parameterGroup:",
    "aws:memorydb/subnetGroup:",
    "aws:memorydb/user:",
    "aws:rds/eventSubscription:",
    "aws:rds/parameterGroup:",
    "aws:rds/subnetGroup:",
    "aws:route53/record:",
    "aws:s3/bucketLifecycleConfiguration:",
    "aws:s3/bucketOwnershipControls:",
    "aws:s3/bucketPolicy:",
    "aws:s3/bucketPublicAccessBlock:",
    "aws:s3/bucketServerSideEncryptionConfiguration:",
    "aws:s3/bucketVersioning:",
    "aws:secretsmanager/secretVersion:",
    "aws:wafv2/webAclLoggingConfiguration:",
)
