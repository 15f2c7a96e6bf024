"""What a region adds to the global entry: an endpoint group, and records for the way past the accelerator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws.globalaccelerator import EndpointGroup, EndpointGroupEndpointConfigurationArgsDict
from pulumi_aws.route53 import Record

from components.access.balancer import SiteBalancer
from components.access.entry import names
from components.access.entry.accelerator import Accelerator
from components.access.entry.health import ready_check
from components.base import Component
from components.upstream import EntryOutputs


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedSite:
    """A site's balancer and its share of the region's traffic, 0 to 255."""

    balancer: SiteBalancer
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionEndpointArgs:
    """The sites of `region` by name; `dial_percent` is the share of the region's clients that they take."""

    entry: EntryOutputs
    region: str
    dial_percent: int
    sites: Mapping[str, WeightedSite]


class RegionEndpoint(Component):
    """A region's sites on the accelerator, and in DNS for when the accelerator fails.

    A dial of 0 keeps clients away only while another region is healthy: failover ignores the dial. Weight 0 on every
    site keeps them away for good: https://docs.aws.amazon.com/global-accelerator/latest/dg/about-endpoints-endpoint-weights.unhealthy-endpoints.html
    """

    type_path = "access:RegionEndpoint"

    def __init__(self, name: str, args: RegionEndpointArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        self._group()
        sites = [self._site_record(site, weighted) for site, weighted in args.sites.items()]
        self.record: pulumi.Resource = self._latency_record(sites)
        self.publish()

    def _group(self) -> None:
        """Add the endpoint group; a balancer's health is that of its own targets, so no check stands here.

        https://docs.aws.amazon.com/global-accelerator/latest/dg/about-endpoint-groups-health-check-options.html
        """
        EndpointGroup(
            self._name,
            listener_arn=self._args.entry.listener_arn,
            endpoint_group_region=self._args.region,
            traffic_dial_percentage=self._args.dial_percent,
            endpoint_configurations=[_endpoint(each) for each in self._args.sites.values()],
            opts=self.child(),
        )

    def _here(self) -> str:
        return names.of_region(self._args.entry.domain, self._args.region)

    def _site_record(self, site: str, weighted: WeightedSite) -> Record:
        balancer = weighted.balancer
        return Record(
            f"{self._name}-{site}",
            zone_id=self._args.entry.zone_id,
            name=self._here(),
            type="A",
            set_identifier=site,
            weighted_routing_policies=[{"weight": weighted.weight}],
            aliases=[{"name": balancer.dns_name, "zone_id": balancer.zone_id, "evaluate_target_health": True}],
            opts=self.child(),
        )

    def _latency_record(self, sites: Sequence[Record]) -> Record:
        zone_id, here = self._args.entry.zone_id, self._here()
        drained = not any(each.weight for each in self._args.sites.values())
        check = ready_check(f"{self._name}-region", here, self.child(), drained=drained)
        return Record(
            f"{self._name}-latency",
            zone_id=zone_id,
            name=names.regional(self._args.entry.domain),
            type="A",
            set_identifier=self._args.region,
            latency_routing_policies=[{"region": self._args.region}],
            health_check_id=check.id,
            aliases=[{"name": here, "zone_id": zone_id, "evaluate_target_health": True}],
            # An alias of a name that has no record yet is refused.
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(sites)),
        )


def _endpoint(site: WeightedSite) -> EndpointGroupEndpointConfigurationArgsDict:
    """Return a site's endpoint; behind a TLS listener no client address can be kept.

    https://docs.aws.amazon.com/global-accelerator/latest/dg/about-endpoints.sipp-caveats.html
    """
    return {"endpoint_id": site.balancer.arn, "weight": site.weight, "client_ip_preservation_enabled": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginArgs:
    """The two ways that the distribution's origin has; `after` is the record that the second points to."""

    entry: EntryOutputs
    accelerator: Accelerator
    after: pulumi.Resource


class Origin(Component):
    """The origin's name: the accelerator while it works, else the nearest region's balancers."""

    type_path = "access:Origin"

    def __init__(self, name: str, args: OriginArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        accelerator, entry = args.accelerator, args.entry
        check = ready_check(f"{name}-accelerator", accelerator.dns_name, self.child())
        self._record("primary", accelerator.dns_name, accelerator.zone_id, check.id)
        self._record("secondary", names.regional(entry.domain), entry.zone_id, None)
        self.publish()

    def _record(
        self, role: str, target: pulumi.Input[str], zone: pulumi.Input[str], check: pulumi.Input[str] | None
    ) -> None:
        # Of the accelerator's health the check speaks; of the second way's, the records that it leads to.
        Record(
            f"{self._name}-{role}",
            zone_id=self._args.entry.zone_id,
            name=names.origin(self._args.entry.domain),
            type="A",
            set_identifier=role,
            failover_routing_policies=[{"type": role.upper()}],
            health_check_id=check,
            aliases=[{"name": target, "zone_id": zone, "evaluate_target_health": check is None}],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self._args.after]),
        )
