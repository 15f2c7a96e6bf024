"""The network load balancer of one site, in the site's zone."""

from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_aws.cloudwatch import MetricAlarm
from pulumi_aws.ec2 import SecurityGroup
from pulumi_aws.lb import Listener, LoadBalancer, TargetGroup, TargetGroupHealthCheckArgsDict
from pulumi_aws.vpc import SecurityGroupIngressRule

from components import sizing
from components.access.log_bucket import LogBucket
from components.base import Component, site_tags
from components.ports import GATEWAY_NODE_PORT, HTTPS, READY_PATH

# TLS 1.3 and 1.2 with forward secrecy and authenticated ciphers only:
# https://docs.aws.amazon.com/elasticloadbalancing/latest/network/describe-ssl-policies.html
_TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
# The tightest that the service takes: interval 5 to 300 s, timeout 2 to 120 s, thresholds 2 to 10.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
_CHECK: Final[TargetGroupHealthCheckArgsDict] = {
    "enabled": True,
    "protocol": "HTTPS",
    "port": "traffic-port",
    "path": READY_PATH,
    "matcher": "200",
    "interval": 5,
    "timeout": 2,
    "healthy_threshold": 2,
    "unhealthy_threshold": 2,
}
_ANYWHERE = "0.0.0.0/0"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteBalancerArgs:
    """Where a balancer is: `subnet` is the site's public one, `longest_stream` what it waits for on draining, in s."""

    site: str
    vpc: pulumi.Input[str]
    subnet: pulumi.Input[str]
    certificate: pulumi.Input[str]
    logs: LogBucket
    longest_stream: int
    deletion_protection: bool


class SiteBalancer(Component):
    """A balancer of one zone that terminates TLS and speaks TLS to the node ports of the gateway.

    An idle connection is closed after 350 s: a TLS listener's time-out is fixed, and no stream is silent that long.
    https://docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout.html
    """

    type_path = "access:SiteBalancer"
    arn: pulumi.Output[str]
    dns_name: pulumi.Output[str]
    zone_id: pulumi.Output[str]
    target_group_arn: pulumi.Output[str]
    security_group_id: pulumi.Output[str]

    def __init__(self, name: str, args: SiteBalancerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        self._tags = site_tags(name, args.site)
        self.security_group_id = self._group().id
        balancer, targets = self._balancer(), self._targets()
        self._listener(balancer, targets)
        self._alarm(balancer, targets)
        self.arn, self.dns_name, self.zone_id = balancer.arn, balancer.dns_name, balancer.zone_id
        self.target_group_arn = targets.arn
        self.publish()

    def _group(self) -> SecurityGroup:
        """Return a group that lets anybody reach port 443, and nothing out but what `SiteTargets` adds.

        A TLS listener behind an accelerator sees the accelerator's addresses, for which AWS has no prefix list, and the
        other site's gateways come from their NAT addresses. Who is let in is decided by the gateway: without the token
        that only the distribution knows it answers 403.
        https://docs.aws.amazon.com/global-accelerator/latest/dg/about-endpoints.sipp-caveats.html
        https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html
        """
        name = f"{self._name}-balancer"
        tags = {**self._tags, "Name": name}
        about = f"Load balancer of site {self._args.site}"
        group = SecurityGroup(name, vpc_id=self._args.vpc, description=about, tags=tags, opts=self.child())
        SecurityGroupIngressRule(
            name,
            security_group_id=group.id,
            cidr_ipv4=_ANYWHERE,
            ip_protocol="tcp",
            from_port=HTTPS,
            to_port=HTTPS,
            description="HTTPS from the accelerator and the other sites",
            tags=tags,
            opts=self.child(),
        )
        return group

    def _balancer(self) -> LoadBalancer:
        return LoadBalancer(
            self._name,
            load_balancer_type="network",
            internal=False,
            ip_address_type="ipv4",
            subnets=[self._args.subnet],
            security_groups=[self.security_group_id],
            # A site fails alone: nothing of its traffic goes through another zone.
            enable_cross_zone_load_balancing=False,
            enable_zonal_shift=True,
            enable_deletion_protection=self._args.deletion_protection,
            access_logs={"enabled": True, "bucket": self._args.logs.bucket, "prefix": self._name},
            tags=self._tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self._args.logs.writable]),
        )

    def _targets(self) -> TargetGroup:
        """Return the group of the site's nodes; a drained or unhealthy one keeps its streams.

        A node turns unhealthy whenever its last gateway pod drains; its streams must not be cut then, as they are by
        default: https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html
        """
        drain = sizing.drain_seconds(self._args.longest_stream)
        return TargetGroup(
            self._name,
            vpc_id=self._args.vpc,
            target_type="instance",
            protocol="TLS",
            port=GATEWAY_NODE_PORT,
            health_check=_CHECK,
            # The nodes then know the balancer by its security group; the client's address comes in a header.
            preserve_client_ip="false",
            deregistration_delay=drain,
            target_health_states=[
                {"enable_unhealthy_connection_termination": False, "unhealthy_draining_interval": drain}
            ],
            tags=self._tags,
            opts=self.child(),
        )

    def _listener(self, balancer: LoadBalancer, targets: TargetGroup) -> None:
        Listener(
            self._name,
            load_balancer_arn=balancer.arn,
            port=HTTPS,
            protocol="TLS",
            ssl_policy=_TLS_POLICY,
            alpn_policy="HTTP2Preferred",
            certificate_arn=self._args.certificate,
            default_actions=[{"type": "forward", "target_group_arn": targets.arn}],
            tags=self._tags,
            opts=self.child(),
        )

    def _alarm(self, balancer: LoadBalancer, targets: TargetGroup) -> None:
        """Alarm when no node answers; nodes without a gateway pod are unhealthy by design, so those are not counted.

        https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-cloudwatch-metrics.html
        """
        name = f"{self._name}-no-gateway"
        MetricAlarm(
            name,
            alarm_description=f"No gateway of site {self._args.site} answers its load balancer.",
            namespace="AWS/NetworkELB",
            metric_name="HealthyHostCount",
            dimensions={"LoadBalancer": balancer.arn_suffix, "TargetGroup": targets.arn_suffix},
            statistic="Minimum",
            comparison_operator="LessThanThreshold",
            threshold=1,
            period=60,
            evaluation_periods=1,
            treat_missing_data="breaching",
            tags={**self._tags, "Name": name},
            opts=self.child(),
        )
