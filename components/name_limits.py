"""How long a name of each type of resource may be, by what its service says; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_BACKUP: Final = "https://docs.aws.amazon.com/aws-backup/latest/devguide"
_LOGS: Final = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference"
_BALANCING: Final = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference"
_CACHES: Final = "https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference"
_DATABASES: Final = "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference"
_EC2: Final = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How long a name may be, in characters, what it must not begin with or have inside, and who says so."""

    longest: int
    source: str
    suffixed: bool = False
    forbidden_start: str = ""
    forbidden: str = ""

    def refusal(self, text: str) -> str:
        """Return why `text` is not such a name, in a few words; empty when it is one."""
        if len(text) > self.longest:
            return f"{len(text)} characters, at most {self.longest}"
        if self.forbidden_start and text.startswith(self.forbidden_start):
            return f"must not begin with {self.forbidden_start}"
        if self.forbidden and self.forbidden in text:
            return f"must not have {self.forbidden} inside"
        return ""


LIMITS: Final[Mapping[str, Limit]] = {
    "aws:autoscaling/policy:Policy": Limit(
        longest=255,
        suffixed=True,
        source="https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScalingPolicy.html",
    ),
    "aws:backup/plan:Plan": Limit(longest=50, source=f"{_BACKUP}/API_BackupPlanInput.html"),
    "aws:backup/selection:Selection": Limit(longest=50, source=f"{_BACKUP}/API_BackupSelection.html"),
    "aws:backup/vault:Vault": Limit(longest=50, source=f"{_BACKUP}/API_CreateBackupVault.html"),
    "aws:cloudwatch/logGroup:LogGroup": Limit(longest=512, source=f"{_LOGS}/API_CreateLogGroup.html"),
    "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": Limit(
        longest=60, suffixed=True, source=f"{_LOGS}/API_PutDeliveryDestination.html"
    ),
    "aws:cloudwatch/logDeliverySource:LogDeliverySource": Limit(
        longest=60, suffixed=True, source=f"{_LOGS}/API_PutDeliverySource.html"
    ),
    "aws:cloudwatch/metricAlarm:MetricAlarm": Limit(
        longest=255,
        suffixed=True,
        source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html",
    ),
    "aws:ec2/launchTemplate:LaunchTemplate": Limit(
        longest=128, suffixed=True, source=f"{_EC2}/API_CreateLaunchTemplate.html"
    ),
    "aws:ec2/securityGroup:SecurityGroup": Limit(
        longest=255, suffixed=True, forbidden_start="sg-", source=f"{_EC2}/API_CreateSecurityGroup.html"
    ),
    "aws:ecr/repository:Repository": Limit(
        longest=256, source="https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html"
    ),
    "aws:eks/cluster:Cluster": Limit(
        longest=100, source="https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html"
    ),
    "aws:eks/nodeGroup:NodeGroup": Limit(
        longest=63,
        suffixed=True,
        source="https://docs.aws.amazon.com/eks/latest/userguide/create-managed-node-group.html",
    ),
    "aws:elasticache/parameterGroup:ParameterGroup": Limit(
        longest=255, suffixed=True, source=f"{_CACHES}/API_CreateCacheParameterGroup.html"
    ),
    "aws:elasticache/replicationGroup:ReplicationGroup": Limit(
        longest=40, source=f"{_CACHES}/API_CreateReplicationGroup.html"
    ),
    "aws:elasticache/subnetGroup:SubnetGroup": Limit(
        longest=255, suffixed=True, source=f"{_CACHES}/API_CreateCacheSubnetGroup.html"
    ),
    "aws:globalaccelerator/accelerator:Accelerator": Limit(
        longest=64,
        suffixed=True,
        source="https://docs.aws.amazon.com/global-accelerator/latest/api/API_CreateAccelerator.html",
    ),
    "aws:iam/role:Role": Limit(
        longest=64, suffixed=True, source="https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html"
    ),
    "aws:iam/rolePolicy:RolePolicy": Limit(
        longest=128,
        suffixed=True,
        source="https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html",
    ),
    "aws:kms/alias:Alias": Limit(
        longest=256, source="https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html"
    ),
    "aws:lb/loadBalancer:LoadBalancer": Limit(
        longest=32, suffixed=True, forbidden_start="internal-", source=f"{_BALANCING}/API_CreateLoadBalancer.html"
    ),
    "aws:lb/targetGroup:TargetGroup": Limit(
        longest=32, suffixed=True, source=f"{_BALANCING}/API_CreateTargetGroup.html"
    ),
    "aws:memorydb/cluster:Cluster": Limit(
        longest=40, source="https://docs.aws.amazon.com/memorydb/latest/devguide/clusters.create.html"
    ),
    "aws:rds/eventSubscription:EventSubscription": Limit(
        longest=254, suffixed=True, source=f"{_DATABASES}/API_CreateEventSubscription.html"
    ),
    "aws:rds/instance:Instance": Limit(longest=63, forbidden="--", source=f"{_DATABASES}/API_CreateDBInstance.html"),
    "aws:rds/parameterGroup:ParameterGroup": Limit(
        longest=255, suffixed=True, forbidden="--", source=f"{_DATABASES}/API_CreateDBParameterGroup.html"
    ),
    "aws:rds/subnetGroup:SubnetGroup": Limit(
        longest=255, suffixed=True, source=f"{_DATABASES}/API_CreateDBSubnetGroup.html"
    ),
    "aws:s3/bucket:Bucket": Limit(
        longest=63,
        suffixed=True,
        forbidden_start="xn--",
        source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html",
    ),
    "aws:secretsmanager/secret:Secret": Limit(
        longest=512,
        suffixed=True,
        source="https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html",
    ),
    "aws:sns/topic:Topic": Limit(
        longest=256, suffixed=True, source="https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html"
    ),
    "aws:wafv2/webAcl:WebAcl": Limit(
        longest=128,
        suffixed=True,
        source="https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateWebACL.html",
    ),
    "kubernetes:core/v1:Namespace": Limit(
        longest=63,
        source="https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names",
    ),
}
"""The limit of each type of resource that has a name, by the type's token."""
