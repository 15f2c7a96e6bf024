"""The managed add-ons of a cluster: those that nodes need to be ready, and those that need nodes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_aws.eks import Addon, AddonPodIdentityAssociationArgsDict

from components.base import Component, site_tags
from components.compute.cluster import Cluster
from components.compute.identity import service_role
from components.compute.node_scaling.agent import cloudwatch_agent

BEFORE_NODES: Final = ("vpc-cni", "kube-proxy", "eks-pod-identity-agent")
AFTER_NODES: Final = (
    "coredns",
    "eks-node-monitoring-agent",
    "aws-ebs-csi-driver",
    "metrics-server",
    "amazon-cloudwatch-observability",
)
# Service account, managed policy and role's name of the add-ons that call AWS, from each add-on's own page:
# https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html
_IDENTITIES: Final[Mapping[str, tuple[str, str, str]]] = {
    "vpc-cni": ("aws-node", "AmazonEKS_CNI_Policy", "vpc-cni"),
    "aws-ebs-csi-driver": (
        "ebs-csi-controller-sa",
        "service-role/AmazonEBSCSIDriverPolicy",
        "aws-ebs-csi-driver",
    ),
    "amazon-cloudwatch-observability": ("cloudwatch-agent", "CloudWatchAgentServerPolicy", "cloudwatch"),
}
# The node agent enforces NetworkPolicy only when told: https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy-configure.html
_CONFIGURATION: Final = {
    "vpc-cni": '{"enableNetworkPolicy": "true"}',
    "amazon-cloudwatch-observability": cloudwatch_agent(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AddonsArgs:
    """Which add-ons a cluster gets, and what must be there first."""

    cluster: Cluster
    site: str
    names: Sequence[str]
    after: Sequence[pulumi.Resource]


class Addons(Component):
    """A set of managed add-ons, each with an identity of its own where it calls AWS."""

    type_path = "compute:Addons"

    def __init__(self, name: str, args: AddonsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        self.installed: list[pulumi.Resource] = [self._addon(addon) for addon in args.names]
        self.publish()

    def _addon(self, addon: str) -> Addon:
        return Addon(
            f"{self._name}-{addon}",
            cluster_name=self._args.cluster.name,
            addon_name=addon,
            configuration_values=_CONFIGURATION.get(addon),
            resolve_conflicts_on_create="OVERWRITE",
            resolve_conflicts_on_update="PRESERVE",
            pod_identity_associations=self._identities(addon),
            tags=site_tags(f"{self._name}-{addon}", self._args.site),
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(self._args.after)),
        )

    def _identities(self, addon: str) -> list[AddonPodIdentityAssociationArgsDict] | None:
        if addon not in _IDENTITIES:
            return None
        account, policy, use = _IDENTITIES[addon]
        name = f"{self._name}-{use}"
        role, _ = service_role(name, "pods.eks.amazonaws.com", [policy], site_tags(name, self._args.site), self)
        return [{"role_arn": role.arn, "service_account": account}]
