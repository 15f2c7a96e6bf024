"""Names that AWS and Kubernetes see, how long each may be, and which of them a stack's name makes; pure.

A test compares `derived` with what the program registers, so a name that is missing here is found there.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from components import database_names
from components.database import members
from components.name_limits import LIMITS

BUSINESS: Final = "business"
DATA: Final = "data"
MONITORING: Final = "monitoring"
KEDA: Final = "keda"
_NODE_GROUPS: Final = ("system", "reserved", "spot", "on-demand")

# The engine appends a hyphen and seven hexadecimal digits to a name that it makes of a logical one:
# https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming
SUFFIX: Final = "-0123456"
# What a site's roles are for: of the control plane, of the nodes, of the add-ons that call AWS, of what takes nodes
# away, of what fetches the weights, and of the workers.
_SITE_ROLES: Final = (
    "control-plane", "node", "base-vpc-cni", "more-aws-ebs-csi-driver",
    "more-cloudwatch", "scale-in", "weights", "workers",
)  # fmt: skip
# What adds GPU nodes: each kind by the three rules, and the last in place of the others.
_GROWTH: Final = (
    *(f"{kind}-{rule}" for kind in _NODE_GROUPS[1:] for rule in ("cpu", "memory", "queue")),
    f"{_NODE_GROUPS[-1]}-fallback",
)


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


def queue(stack: str) -> str:
    """Return the name of the store of a region's queue."""
    return f"{stack}-queue"


def stores(stack: str) -> str:
    """Return the name of what a region's cache and shared table have in common: their key and their way in."""
    return f"{stack}-stores"


def cache(stack: str) -> str:
    """Return the name of a region's cache."""
    return f"{stack}-cache"


def shared(stack: str) -> str:
    """Return the name of a region's member of the shared table."""
    return f"{stack}-shared"


def worker_images(stack: str) -> str:
    """Return the name of a region's repository of the queue worker's image."""
    return f"{stack}-queue-worker"


def balancer_logs(stack: str) -> str:
    """Return the name of the bucket of a region's load-balancer logs."""
    return f"{stack}-balancer-logs"


def tenant(name: str) -> str:
    """Return the namespace of a tenant."""
    return f"tenant-{name}"


def weights(stack: str) -> str:
    """Return the name of the bucket of a region's model weights, and of its key."""
    return f"{stack}-weights"


def backups(stack: str) -> str:
    """Return the name of a region's vault of backups, its plan and its key, and what tagged databases have it."""
    return f"{stack}-backups"


def replication(stack: str) -> str:
    """Return the name of what brings the upstream's weights to a standby."""
    return f"{stack}-replication"


def principal(arn: str) -> str:
    """Return the part of a principal's ARN that an access entry is named after in the stack."""
    return arn.rsplit(":", maxsplit=1)[-1].replace("/", "-")


def derived(stack: str, sites: Iterable[str], tenants: Iterable[str], *, owns_entry: bool) -> Sequence[tuple[str, str]]:
    """Return type and name of everything that is named after a stack and its sites, or lies in its clusters."""
    listed = list(sites)
    group = members(listed) if owns_entry else ()
    found = [*_of_region(stack), *database_names.of_instances(stack, group, copied=not owns_entry)]
    found += (each for site in listed for each in _of_site(of_site(stack, site)))
    found += [("kubernetes:core/v1:Namespace", tenant(each)) for each in tenants]
    if owns_entry:
        found += _of_entry(stack)
    else:
        found += _of_standby(replication(stack))
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
    yield from _of_queue(queue(stack))
    yield from _of_stores(stack)
    yield from _of_backups(backups(stack))
    for domain in (BUSINESS, DATA, MONITORING, KEDA):
        yield "kubernetes:core/v1:Namespace", domain


def _of_queue(name: str) -> Iterator[tuple[str, str]]:
    yield "aws:ec2/securityGroup:SecurityGroup", name
    yield "aws:kms/alias:Alias", key_alias(name)
    yield from _of_group(name)
    yield "aws:cloudwatch/metricAlarm:MetricAlarm", f"{name}-memory"


def _of_group(name: str) -> Iterator[tuple[str, str]]:
    yield "aws:elasticache/parameterGroup:ParameterGroup", name
    yield "aws:elasticache/replicationGroup:ReplicationGroup", name
    yield "aws:elasticache/subnetGroup:SubnetGroup", name
    yield "aws:secretsmanager/secret:Secret", name


def _of_stores(stack: str) -> Iterator[tuple[str, str]]:
    yield "aws:ec2/securityGroup:SecurityGroup", stores(stack)
    yield "aws:kms/alias:Alias", key_alias(stores(stack))
    yield from _of_group(cache(stack))
    name = shared(stack)
    # Its user and its list of users have the same name, and the same limit.
    yield "aws:memorydb/cluster:Cluster", name
    yield "aws:cloudwatch/metricAlarm:MetricAlarm", f"{name}-lag"
    yield "aws:secretsmanager/secret:Secret", name


def _of_backups(name: str) -> Iterator[tuple[str, str]]:
    yield "aws:backup/plan:Plan", name
    yield "aws:backup/selection:Selection", name
    yield "aws:backup/vault:Vault", name
    yield "aws:iam/role:Role", name
    yield "aws:kms/alias:Alias", key_alias(name)


def _of_standby(name: str) -> Iterator[tuple[str, str]]:
    yield "aws:iam/role:Role", name
    yield "aws:iam/rolePolicy:RolePolicy", name


def _of_entry(stack: str) -> Iterator[tuple[str, str]]:
    name = entry(stack)
    # A standby's repositories have its upstream's names.
    yield "aws:ecr/repository:Repository", worker_images(stack)
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
    yield "aws:iam/rolePolicy:RolePolicy", f"{site}-workers"
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
