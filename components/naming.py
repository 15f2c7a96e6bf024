"""Names that AWS and Kubernetes see, how long each may be, and which of them a stack's name makes; pure.

A test compares `derived` with what the program registers, so a name that is missing here is found there.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

BUSINESS: Final = "business"
DATA: Final = "data"
MONITORING: Final = "monitoring"
KEDA: Final = "keda"
_NODE_GROUPS: Final = ("system", "reserved", "spot", "on-demand")

# The engine appends a hyphen and seven hexadecimal digits to a name that it makes of a logical one:
# https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming
SUFFIX: Final = "-0123456"
# What a site's roles are for: of the control plane, of the nodes, of the add-ons that call AWS, of what takes nodes
# away, and of what fetches the weights.
_SITE_ROLES: Final = (
    "control-plane",
    "node",
    "base-vpc-cni",
    "more-aws-ebs-csi-driver",
    "more-cloudwatch",
    "scale-in",
    "weights",
)
# What adds GPU nodes: each kind by the three rules, and the last in place of the others.
_GROWTH: Final = (
    *(f"{kind}-{rule}" for kind in _NODE_GROUPS[1:] for rule in ("cpu", "memory", "queue")),
    f"{_NODE_GROUPS[-1]}-fallback",
)
_LOGS: Final = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference"
_BALANCING: Final = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference"
_EC2: Final = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How long a name may be, in characters, what it must not begin with, and who says so."""

    longest: int
    source: str
    suffixed: bool = False
    forbidden_start: str = ""

    def refusal(self, text: str) -> str:
        """Return why `text` is not such a name, in a few words; empty when it is one."""
        if len(text) > self.longest:
            return f"{len(text)} characters, at most {self.longest}"
        if self.forbidden_start and text.startswith(self.forbidden_start):
            return f"must not begin with {self.forbidden_start}"
        return ""


LIMITS: Final[Mapping[str, Limit]] = {
    "aws:autoscaling/policy:Policy": Limit(
        longest=255,
        suffixed=True,
        source="https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScalingPolicy.html",
    ),
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
    "aws:eks/cluster:Cluster": Limit(
        longest=100, source="https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html"
    ),
    "aws:eks/nodeGroup:NodeGroup": Limit(
        longest=63,
        suffixed=True,
        source="https://docs.aws.amazon.com/eks/latest/userguide/create-managed-node-group.html",
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


def of_site(stack: str, site: str) -> str:
    """Return the name of a site of a stack, which is also its cluster's."""
    return f"{stack}-{site}"


def log_key(stack: str) -> str:
    """Return the name of the key that a region's logs are encrypted with."""
    return f"{stack}-logs"


def key_alias(key: str) -> str:
    """Return the alias of a key."""
    return f"alias/{key}"


def control_plane_logs(cluster: str) -> str:
    """Return the log group that EKS writes to; AWS fixes its form.

    https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html
    """
    return f"/aws/eks/{cluster}/cluster"


def flow_logs(stack: str) -> str:
    """Return the log group of a region's flow logs."""
    return f"/aws/vpc/{stack}/flow"


def firewall_logs(stack: str) -> str:
    """Return the log group of the web firewall, which takes no other form.

    https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
    """
    return f"aws-waf-logs-{stack}"


def entry(stack: str) -> str:
    """Return the name of the global entry that a stack owns."""
    return f"{stack}-entry"


def entry_key(stack: str) -> str:
    """Return the name of the key of the entry's logs and token."""
    return f"{stack}-entry"


def entry_logs(stack: str) -> str:
    """Return the name of the bucket of the entry's access logs."""
    return f"{stack}-entry-logs"


def balancer_logs(stack: str) -> str:
    """Return the name of the bucket of a region's load-balancer logs."""
    return f"{stack}-balancer-logs"


def tenant(name: str) -> str:
    """Return the namespace of a tenant."""
    return f"tenant-{name}"


def weights(stack: str) -> str:
    """Return the name of the bucket of a region's model weights, and of its key."""
    return f"{stack}-weights"


def principal(arn: str) -> str:
    """Return the part of a principal's ARN that an access entry is named after in the stack."""
    return arn.rsplit(":", maxsplit=1)[-1].replace("/", "-")


def derived(stack: str, sites: Iterable[str], tenants: Iterable[str], *, owns_entry: bool) -> Sequence[tuple[str, str]]:
    """Return type and name of everything that is named after a stack and its sites, or lies in its clusters."""
    found = [*_of_region(stack), *(each for site in sites for each in _of_site(of_site(stack, site)))]
    found += [("kubernetes:core/v1:Namespace", tenant(each)) for each in tenants]
    if owns_entry:
        found += _of_entry(stack)
    return [(type_, text + SUFFIX if LIMITS[type_].suffixed else text) for type_, text in found]


def _of_region(stack: str) -> Iterator[tuple[str, str]]:
    yield "aws:cloudwatch/logGroup:LogGroup", flow_logs(stack)
    yield "aws:ec2/securityGroup:SecurityGroup", f"{stack}-endpoints"
    yield "aws:iam/role:Role", f"{stack}-flow"
    yield "aws:iam/rolePolicy:RolePolicy", f"{stack}-flow"
    yield "aws:kms/alias:Alias", key_alias(log_key(stack))
    yield "aws:kms/alias:Alias", key_alias(weights(stack))
    yield "aws:s3/bucket:Bucket", balancer_logs(stack)
    yield "aws:s3/bucket:Bucket", weights(stack)
    for domain in (BUSINESS, DATA, MONITORING, KEDA):
        yield "kubernetes:core/v1:Namespace", domain


def _of_entry(stack: str) -> Iterator[tuple[str, str]]:
    name = entry(stack)
    yield "aws:cloudwatch/logGroup:LogGroup", firewall_logs(stack)
    yield "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination", name
    yield "aws:cloudwatch/logDeliverySource:LogDeliverySource", name
    yield "aws:globalaccelerator/accelerator:Accelerator", name
    yield "aws:kms/alias:Alias", key_alias(entry_key(stack))
    yield "aws:s3/bucket:Bucket", entry_logs(stack)
    yield "aws:secretsmanager/secret:Secret", f"{name}-origin"
    yield "aws:wafv2/webAcl:WebAcl", name


def _of_site(site: str) -> Iterator[tuple[str, str]]:
    yield "aws:eks/cluster:Cluster", site
    yield "aws:lb/loadBalancer:LoadBalancer", site
    yield "aws:lb/targetGroup:TargetGroup", site
    yield "aws:ec2/securityGroup:SecurityGroup", f"{site}-balancer"
    yield "aws:cloudwatch/metricAlarm:MetricAlarm", f"{site}-no-gateway"
    yield "aws:kms/alias:Alias", key_alias(site)
    yield "aws:cloudwatch/logGroup:LogGroup", control_plane_logs(site)
    for rule in _GROWTH:
        yield "aws:autoscaling/policy:Policy", f"{site}-{rule}"
        yield "aws:cloudwatch/metricAlarm:MetricAlarm", f"{site}-{rule}"
    yield "aws:iam/rolePolicy:RolePolicy", f"{site}-weights"
    for use in _SITE_ROLES:
        yield "aws:iam/role:Role", f"{site}-{use}"
    yield "aws:iam/rolePolicy:RolePolicy", f"{site}-scale-in"
    for group in _NODE_GROUPS:
        yield "aws:eks/nodeGroup:NodeGroup", f"{site}-{group}"
        yield "aws:ec2/launchTemplate:LaunchTemplate", f"{site}-{group}"


def refusal(stack: str, sites: Iterable[str], *, owns_entry: bool) -> str:
    """Return one line that says why `stack` makes a name that its service refuses; empty when it makes none."""
    for type_, text in derived(stack, sites, (), owns_entry=owns_entry):
        if why := LIMITS[type_].refusal(text):
            kind = type_.rsplit(":", maxsplit=1)[-1]
            return f"it makes the {kind} name {text}: {why} ({LIMITS[type_].source})"
    return ""
