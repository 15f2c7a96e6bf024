"""How a site's load balancer reaches its nodes: from the scaling group to the security groups."""

from dataclasses import dataclass

import pulumi
from pulumi_aws.autoscaling import Attachment
from pulumi_aws.vpc import SecurityGroupEgressRule, SecurityGroupIngressRule

from components.access.balancer import SiteBalancer
from components.base import Component, site_tags
from components.ports import GATEWAY_NODE_PORT


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteTargetsArgs:
    """What the balancer reaches: the Auto Scaling group of the nodes that gateways run on, and the nodes' group."""

    balancer: SiteBalancer
    site: str
    scaling_group: pulumi.Input[str]
    node_group: pulumi.Input[str]


class SiteTargets(Component):
    """The way from a balancer to the nodes of its site, without a controller in the cluster."""

    type_path = "access:SiteTargets"

    def __init__(self, name: str, args: SiteTargetsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        Attachment(
            name,
            autoscaling_group_name=args.scaling_group,
            lb_target_group_arn=args.balancer.target_group_arn,
            opts=self.child(),
        )
        self._let_through()
        self.publish()

    def _let_through(self) -> None:
        balancer, nodes = self._args.balancer.security_group_id, self._args.node_group
        tags = site_tags(self._name, self._args.site)
        SecurityGroupEgressRule(
            f"{self._name}-out",
            security_group_id=balancer,
            referenced_security_group_id=nodes,
            ip_protocol="tcp",
            from_port=GATEWAY_NODE_PORT,
            to_port=GATEWAY_NODE_PORT,
            description="To the gateway on the nodes",
            tags=tags,
            opts=self.child(),
        )
        SecurityGroupIngressRule(
            f"{self._name}-in",
            security_group_id=nodes,
            referenced_security_group_id=balancer,
            ip_protocol="tcp",
            from_port=GATEWAY_NODE_PORT,
            to_port=GATEWAY_NODE_PORT,
            description="From the load balancer to the gateway",
            tags=tags,
            opts=self.child(),
        )
