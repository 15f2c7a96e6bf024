"""A stack: one region, its sites, and for a standby what joins it to the region it stands by for."""

from dataclasses import dataclass

import pulumi
from pulumi_aws import Provider
from pulumi_aws.get_caller_identity import get_caller_identity

from components import addressing, keys, naming, providers
from components.base import Component
from components.network.endpoints import Endpoints, EndpointsArgs
from components.network.peering import Peering, PeeringArgs, PeeringEnd
from components.network.region import RegionNetwork, RegionNetworkArgs
from components.network.zone import WitnessNetwork, WitnessNetworkArgs
from components.settings import Settings
from components.site import Site, SiteArgs
from components.upstream import RegionOutputs, SiteOutputs


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformArgs:
    """The settings, and what the upstream stack exports, if this stack has one."""

    settings: Settings
    upstream: RegionOutputs | None


class Platform(Component):
    """Everything of one stack."""

    type_path = "platform:Platform"

    def __init__(self, name: str, args: PlatformArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._settings = name, args.settings
        self._aws = providers.regional(args.settings, args.settings.region, self)
        self._here = pulumi.ResourceOptions(parent=self, providers=[self._aws])
        self._account = get_caller_identity(opts=pulumi.InvokeOptions(provider=self._aws)).account_id
        log_key = self._log_key()
        self._network = self._region(log_key)
        self._witness = self._witness_zone()
        self._sites = {site.name: self._site(site.name, log_key) for site in args.settings.sites}
        self._endpoints = self._private_ways()
        self.outputs = self._outputs()
        if args.upstream:
            self._join(args.upstream)
        self.publish()

    def _log_key(self) -> pulumi.Output[str]:
        args = keys.EncryptionKeyArgs(
            description=f"logs of {self._name}",
            account=self._account,
            statements=[keys.for_logs(self._settings.region, self._account)],
            protect=self._settings.protect,
        )
        return keys.EncryptionKey(naming.log_key(self._name), args, self._here).arn

    def _region(self, log_key: pulumi.Output[str]) -> RegionNetwork:
        return RegionNetwork(self._name, RegionNetworkArgs(network=self._settings.network, log_key=log_key), self._here)

    def _witness_zone(self) -> WitnessNetwork:
        network = self._settings.network
        addresses = addressing.witness_addresses(network.cidr)
        args = WitnessNetworkArgs(network=self._network, site="witness", zone=network.witness_zone, addresses=addresses)
        return WitnessNetwork(f"{self._name}-witness", args, self._here)

    def _site(self, name: str, log_key: pulumi.Output[str]) -> Site:
        args = SiteArgs(
            settings=self._settings,
            site=next(site for site in self._settings.sites if site.name == name),
            region=self._network,
            witness=self._witness,
            log_key=log_key,
            account=self._account,
        )
        return Site(naming.of_site(self._name, name), args, self._here)

    def _private_ways(self) -> Endpoints:
        args = EndpointsArgs(
            network=self._network,
            region=self._settings.region,
            cidr=self._settings.network.cidr,
            subnets=[site.network.private_subnet_id for site in self._sites.values()],
            tables=[site.network.private_table_id for site in self._sites.values()],
        )
        return Endpoints(self._name, args, self._here)

    def _tables(self) -> dict[str, pulumi.Input[str]]:
        tables: dict[str, pulumi.Input[str]] = {"witness-database": self._witness.database_table_id}
        for name, site in self._sites.items():
            tables[f"{name}-private"] = site.network.private_table_id
            tables[f"{name}-database"] = site.network.database_table_id
        return tables

    def _outputs(self) -> RegionOutputs:
        zones = {site.name: site.zone for site in self._settings.sites}
        return RegionOutputs(
            role=self._settings.role.value,
            region=self._settings.region,
            cidr=self._settings.network.cidr,
            vpc_id=self._network.vpc_id,
            endpoint_group=self._endpoints.security_group_id,
            tables=self._tables(),
            sites={name: _site_outputs(site, zones[name]) for name, site in self._sites.items()},
        )

    def _join(self, upstream: RegionOutputs) -> None:
        there = providers.regional(self._settings, upstream.region, self)
        args = PeeringArgs(requester=_end(self.outputs, self._aws), accepter=_end(upstream, there))
        Peering(f"{self._name}-peering", args, self.child())


def _site_outputs(site: Site, zone: str) -> SiteOutputs:
    cluster = site.cluster
    return SiteOutputs(zone=zone, cluster=cluster.name, endpoint=cluster.endpoint, kubeconfig=cluster.kubeconfig)


def _end(region: RegionOutputs, provider: Provider) -> PeeringEnd:
    return PeeringEnd(
        provider=provider,
        region=region.region,
        vpc_id=region.vpc_id,
        cidr=region.cidr,
        tables=region.tables,
        endpoint_group=region.endpoint_group,
    )
