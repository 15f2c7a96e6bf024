"""The accelerator: two fixed addresses in front of all regions."""

from dataclasses import dataclass

import pulumi
from pulumi_aws.globalaccelerator import Accelerator as GlobalAccelerator
from pulumi_aws.globalaccelerator import Listener

from components.access.log_bucket import LogBucket
from components.base import Component
from components.ports import HTTPS


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceleratorArgs:
    """Where its flow logs go."""

    logs: LogBucket


class Accelerator(Component):
    """A standard accelerator with one TCP listener, to which each region adds its endpoint group.

    Affinity is off: its clients are the distribution's edge hosts, of which one held to one site would outweigh many
    others, and no site holds anything of a client that another has not.
    https://docs.aws.amazon.com/global-accelerator/latest/dg/about-listeners-client-affinity.html
    """

    type_path = "access:Accelerator"
    dns_name: pulumi.Output[str]
    zone_id: pulumi.Output[str]
    listener_arn: pulumi.Output[str]

    def __init__(self, name: str, args: AcceleratorArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        made = GlobalAccelerator(
            name,
            enabled=True,
            ip_address_type="IPV4",
            attributes={
                "flow_logs_enabled": True,
                "flow_logs_s3_bucket": args.logs.bucket,
                "flow_logs_s3_prefix": "accelerator",
            },
            tags={"Name": name},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[args.logs.writable]),
        )
        listener = Listener(
            name,
            accelerator_arn=made.arn,
            protocol="TCP",
            port_ranges=[{"from_port": HTTPS, "to_port": HTTPS}],
            client_affinity="NONE",
            opts=self.child(),
        )
        self.dns_name, self.zone_id, self.listener_arn = made.dns_name, made.hosted_zone_id, listener.arn
        self.publish()
