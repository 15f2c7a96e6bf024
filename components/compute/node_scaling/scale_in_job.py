"""What takes GPU nodes away: the program in `scale_in/`, every few minutes in a pod of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pulumi
from pulumi_aws.eks import PodIdentityAssociation
from pulumi_aws.iam import RolePolicy
from pulumi_kubernetes.batch.v1 import CronJob, JobSpecArgsDict
from pulumi_kubernetes.core.v1 import ConfigMap, ServiceAccount
from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict
from pulumi_kubernetes.rbac.v1 import ClusterRole, ClusterRoleBinding, PolicyRuleArgsDict

from components.base import Component, site_tags
from components.compute.cluster import Cluster
from components.compute.identity import service_role
from components.compute.node_scaling.scale_in_pod import NAME, NAMESPACE, pod_spec
from components.compute.node_scaling.scale_out import STAND_IN
from components.node_groups import Nodes

_PROGRAM: Final = Path(__file__).parent / "scale_in"
_METADATA: Final[ObjectMetaArgsDict] = {"name": NAME, "namespace": NAMESPACE}
_MARGIN_SECONDS: Final = 120
_RULES: Final[Sequence[PolicyRuleArgsDict]] = (
    {"api_groups": [""], "resources": ["nodes"], "verbs": ["list", "patch"]},
    {"api_groups": [""], "resources": ["pods"], "verbs": ["list"]},
    {"api_groups": [""], "resources": ["pods/eviction"], "verbs": ["create"]},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleInArgs:
    """Whose nodes it takes.

    Attributes:
        nodes: of the settings.
        cluster: of the nodes.
        site: name of the site.
        region: AWS region.
        account: AWS account.
        groups: the Auto Scaling group of each kind of GPU nodes.
        after: what a pod needs to start.
    """

    nodes: Nodes
    cluster: Cluster
    site: str
    region: str
    account: str
    groups: Mapping[str, pulumi.Output[str]]
    after: Sequence[pulumi.Resource]

    def given_back(self) -> Sequence[pulumi.Output[str]]:
        """Return the groups, those first whose nodes are paid for by the hour and not held for us anyway."""
        kinds = sorted(self.groups, key=lambda kind: (kind != STAND_IN, kind))
        return [self.groups[kind] for kind in kinds]


class ScaleIn(Component):
    """A CronJob, what it may do in the cluster, and what it may do in AWS."""

    type_path = "compute:ScaleIn"

    def __init__(self, name: str, args: ScaleInArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        self._job([*args.after, self._identity(), *self._rights(), self._program()])
        self.publish()

    def _program(self) -> ConfigMap:
        texts = {path.name: path.read_text() for path in sorted(_PROGRAM.glob("*.py"))}
        return ConfigMap(self._name, metadata=_METADATA, data=texts, opts=self.child())

    def _rights(self) -> list[pulumi.Resource]:
        account = ServiceAccount(
            self._name, metadata=_METADATA, automount_service_account_token=False, opts=self.child()
        )
        role = ClusterRole(self._name, metadata={"name": NAME}, rules=list(_RULES), opts=self.child())
        binding = ClusterRoleBinding(
            self._name,
            metadata={"name": NAME},
            role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": NAME},
            subjects=[{"kind": "ServiceAccount", "name": NAME, "namespace": NAMESPACE}],
            opts=self.child(),
        )
        return [account, role, binding]

    def _identity(self) -> pulumi.Resource:
        """Let the account act on these groups, as long as they are this cluster's: EKS tags what it makes.

        https://docs.aws.amazon.com/eks/latest/userguide/eks-using-tags.html
        """
        tags = site_tags(self._name, self._args.site)
        role, _ = service_role(self._name, "pods.eks.amazonaws.com", [], tags, self)
        policy = RolePolicy(self._name, role=role.id, policy=self._grant(), opts=self.child())
        return PodIdentityAssociation(
            self._name,
            cluster_name=self._args.cluster.name,
            namespace=NAMESPACE,
            service_account=NAME,
            role_arn=role.arn,
            tags=tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )

    def _grant(self) -> pulumi.Output[str]:
        path = f"arn:aws:autoscaling:{self._args.region}:{self._args.account}:autoScalingGroup:*:autoScalingGroupName/"
        change = {
            "Effect": "Allow",
            "Action": [
                "autoscaling:EnableMetricsCollection",
                "autoscaling:SetDesiredCapacity",
                "autoscaling:TerminateInstanceInAutoScalingGroup",
            ],
            "Resource": [pulumi.Output.concat(path, group) for group in self._args.given_back()],
            "Condition": {"StringEquals": {"aws:ResourceTag/eks:cluster-name": self._args.cluster.name}},
        }
        # It is of no resource: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2autoscaling.html
        look = {"Effect": "Allow", "Action": "autoscaling:DescribeAutoScalingGroups", "Resource": "*"}
        return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [look, change]})

    def _told(self) -> Mapping[str, pulumi.Input[str]]:
        settings = self._args.nodes
        return {
            "AWS_REGION": self._args.region,
            "GROUPS": pulumi.Output.json_dumps(self._args.given_back()),
            "STAND_IN": self._args.groups[STAND_IN],
            "SPARE": str(settings.reserved.spare),
            "IDLE_SECONDS": str(settings.scale_in.idle_minutes * 60),
            "DRAIN_SECONDS": str(settings.scale_in.drain_minutes * 60),
        }

    def _job(self, after: Sequence[pulumi.Resource]) -> None:
        settings = self._args.nodes.scale_in
        job: JobSpecArgsDict = {
            "backoff_limit": 0,
            "active_deadline_seconds": settings.drain_minutes * 60 + _MARGIN_SECONDS,
            "template": {"spec": pod_spec(settings.image, self._told())},
        }
        CronJob(
            self._name,
            metadata=_METADATA,
            spec={
                "schedule": f"*/{settings.every_minutes} * * * *",
                "concurrency_policy": "Forbid",
                "starting_deadline_seconds": _MARGIN_SECONDS,
                "successful_jobs_history_limit": 1,
                "failed_jobs_history_limit": 3,
                "job_template": {"spec": job},
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(after)),
        )
