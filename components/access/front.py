"""A region's front: its certificate, a balancer for each site, and its part of the global entry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi

from components import naming
from components.access.balancer import SiteBalancer, SiteBalancerArgs
from components.access.entry import names
from components.access.entry.certificate import Certificate, CertificateArgs
from components.access.entry.region import RegionEndpoint, RegionEndpointArgs, WeightedSite
from components.access.log_bucket import LogBucket, LogBucketArgs
from components.base import Component
from components.network.region import RegionNetwork
from components.network.zone import SiteNetwork
from components.settings import Settings
from components.upstream import EntryOutputs


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionFrontArgs:
    """What a region's front stands on; `proofs` are the entry's own, where this stack makes them."""

    settings: Settings
    account: str
    entry: EntryOutputs
    network: RegionNetwork
    sites: Mapping[str, SiteNetwork]
    proofs: Sequence[pulumi.Resource] = field(default_factory=list[pulumi.Resource])


class RegionFront(Component):
    """Everything of a region between the global entry and its clusters; it is there before them."""

    type_path = "access:RegionFront"

    def __init__(self, name: str, args: RegionFrontArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        logs, certificate = self._logs(), self._certificate()
        self.balancers: Mapping[str, SiteBalancer] = {
            site: self._balancer(site, certificate, logs) for site in args.sites
        }
        self.record: pulumi.Resource = self._endpoint().record
        self.publish()

    def backup(self, site: str) -> pulumi.Output[str] | None:
        """Return the host name of the balancer that `site` turns to when it can not serve; None where it is alone."""
        other = backups(list(self.balancers)).get(site)
        return self.balancers[other].dns_name if other else None

    def _logs(self) -> LogBucket:
        settings = self._args.settings
        args = LogBucketArgs(
            account=self._args.account,
            retention_days=settings.network.flow_log_retention_days,
            protect=settings.protect,
        )
        return LogBucket(naming.balancer_logs(self._name), args, self.child())

    def _certificate(self) -> pulumi.Output[str]:
        covered = names.on_certificates(self._args.entry.domain)
        args = CertificateArgs(names=covered, zone_id=None, proofs=self._args.proofs)
        return Certificate(f"{self._name}-balancers", args, self.child()).arn

    def _balancer(self, site: str, certificate: pulumi.Output[str], logs: LogBucket) -> SiteBalancer:
        settings = self._args.settings
        args = SiteBalancerArgs(
            site=site,
            vpc=self._args.network.vpc_id,
            subnet=self._args.sites[site].public_subnet_id,
            certificate=certificate,
            logs=logs,
            longest_stream=settings.inference.longest_stream_seconds,
            deletion_protection=settings.cluster.deletion_protection,
        )
        return SiteBalancer(naming.of_site(self._name, site), args, self.child())

    def _endpoint(self) -> RegionEndpoint:
        settings = self._args.settings
        weights = {site.name: site.weight for site in settings.sites}
        args = RegionEndpointArgs(
            entry=self._args.entry,
            region=settings.region,
            dial_percent=settings.access.dial_percent,
            sites={name: WeightedSite(balancer=each, weight=weights[name]) for name, each in self.balancers.items()},
        )
        return RegionEndpoint(self._name, args, self.child())


def backups(sites: Sequence[str]) -> Mapping[str, str]:
    """Return who stands in for each site: the next one, for the last the first, and nobody for a lone one."""
    following = [*sites[1:], *sites[:1]]
    return {site: other for site, other in zip(sites, following, strict=True) if site != other}
