"""One EKS cluster per site: a cell that fails alone and is upgraded alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws.cloudwatch import LogGroup
from pulumi_aws.eks import AccessEntry, AccessPolicyAssociation, ClusterVpcConfigArgsDict
from pulumi_aws.eks import Cluster as EksCluster

from components import naming, providers, settings
from components.base import Component, site_tags
from components.compute.identity import service_role

_LOGS = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
_ADMIN = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterArgs:
    """Where a cluster is; `subnets` are of two zones, as EKS demands, and hold only its network interfaces."""

    cluster: settings.Cluster
    site: str
    region: str
    subnets: Sequence[pulumi.Output[str]]
    key: pulumi.Output[str]
    log_key: pulumi.Output[str]
    protect: bool


class Cluster(Component):
    """A control plane with encrypted secrets, all logs, and access by IAM alone."""

    type_path = "compute:Cluster"
    name: pulumi.Output[str]
    endpoint: pulumi.Output[str]
    arn: pulumi.Output[str]
    security_group_id: pulumi.Output[str]
    kubeconfig: pulumi.Output[str]

    def __init__(self, name: str, args: ClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        self._tags = site_tags(name, args.site)
        cluster = self._control_plane(self._log_group())
        self.access = self._administrators(cluster)
        self.name, self.endpoint, self.arn = cluster.name, cluster.endpoint, cluster.arn
        self.security_group_id = cluster.vpc_config.apply(lambda config: config.cluster_security_group_id or "")
        self.kubeconfig = pulumi.Output.all(cluster.endpoint, cluster.certificate_authority.data).apply(
            lambda found: providers.kubeconfig(name, args.region, str(found[0]), str(found[1]))
        )
        self.publish()

    def _log_group(self) -> LogGroup:
        # EKS would create it without retention and key, if the cluster came first.
        return LogGroup(
            f"{self._name}-control-plane",
            name=naming.control_plane_logs(self._name),
            retention_in_days=self._args.cluster.log_retention_days,
            kms_key_id=self._args.log_key,
            tags=self._tags,
            opts=self.child(),
        )

    def _control_plane(self, logs: LogGroup) -> EksCluster:
        role, attached = service_role(
            f"{self._name}-control-plane", "eks.amazonaws.com", ["AmazonEKSClusterPolicy"], self._tags, self
        )
        declared = self._args.cluster
        return EksCluster(
            self._name,
            name=self._name,
            version=declared.version,
            role_arn=role.arn,
            vpc_config=self._reachable(),
            access_config={"authentication_mode": "API", "bootstrap_cluster_creator_admin_permissions": False},
            enabled_cluster_log_types=_LOGS,
            encryption_config={"provider": {"key_arn": self._args.key}, "resources": ["secrets"]},
            kubernetes_network_config={"service_ipv4_cidr": declared.service_cidr},
            zonal_shift_config={"enabled": True},
            upgrade_policy={"support_type": "STANDARD"},
            deletion_protection=declared.deletion_protection,
            bootstrap_self_managed_addons=False,
            tags=self._tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[logs, *attached], protect=self._args.protect),
        )

    def _reachable(self) -> ClusterVpcConfigArgsDict:
        return {
            "subnet_ids": list(self._args.subnets),
            "endpoint_private_access": True,
            "endpoint_public_access": True,
            "public_access_cidrs": self._args.cluster.public_access_cidrs,
        }

    def _administrators(self, cluster: EksCluster) -> list[pulumi.Resource]:
        return [self._administrator(cluster, arn) for arn in self._args.cluster.administrators]

    def _administrator(self, cluster: EksCluster, arn: str) -> AccessPolicyAssociation:
        name = f"{self._name}-{naming.principal(arn)}"
        entry = AccessEntry(
            name, cluster_name=cluster.name, principal_arn=arn, type="STANDARD", tags=self._tags, opts=self.child()
        )
        return AccessPolicyAssociation(
            name,
            cluster_name=cluster.name,
            principal_arn=entry.principal_arn,
            policy_arn=_ADMIN,
            access_scope={"type": "cluster"},
            opts=self.child(),
        )
