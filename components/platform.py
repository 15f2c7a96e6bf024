"""A stack: one region, its sites, the global entry or what joins it, and for a standby the way to its upstream."""

from dataclasses import dataclass
from typing import cast

import pulumi
from pulumi_aws import Provider
from pulumi_aws.get_caller_identity import get_caller_identity

from components import addressing, database_names, keys, naming, providers
from components.access.entry import names
from components.access.entry.entry import REGION as ENTRY_REGION
from components.access.entry.entry import Entry, EntryArgs
from components.access.entry.region import Origin, OriginArgs
from components.access.front import RegionFront, RegionFrontArgs
from components.base import Component
from components.network.endpoints import Endpoints, EndpointsArgs
from components.network.peering import Peering, PeeringArgs, PeeringEnd
from components.network.region import RegionNetwork, RegionNetworkArgs
from components.network.zone import SiteNetwork, SiteNetworkArgs, WitnessNetwork, WitnessNetworkArgs
from components.ports import HTTPS
from components.region import Site as SiteSettings
from components.settings import Settings
from components.site import Site
from components.site_args import SiteArgs
from components.storage.asynchronous import Queue, QueueArgs
from components.storage.backups import Backups, BackupsArgs
from components.storage.mysql.component import Database, DatabaseArgs
from components.storage.places import places
from components.storage.replication import Replication, ReplicationArgs
from components.storage.stores import Stores, StoresArgs
from components.storage.weights import WeightsBucket, WeightsBucketArgs
from components.traffic import Entry as EntrySettings
from components.upstream import DatabaseOutputs, RegionOutputs, SiteOutputs, WeightsOutputs


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
        self._networks = {site.name: self._site_network(site) for site in args.settings.sites}
        owned = self._owned_entry(args.settings.access.entry)
        # Settings have an entry or an upstream.
        self._entry = owned.outputs if owned else cast("RegionOutputs", args.upstream).entry
        self._front = self._region_front(owned)
        self._weights = self._weights_bucket()
        self._queue, self._stores, self._database = self._storage(args.upstream)
        self._sites = {site.name: self._site(site, log_key) for site in args.settings.sites}
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

    def _site_network(self, site: SiteSettings) -> SiteNetwork:
        addresses = addressing.site_addresses(self._settings.network.cidr, site.name)
        args = SiteNetworkArgs(network=self._network, site=site.name, zone=site.zone, addresses=addresses)
        return SiteNetwork(naming.of_site(self._name, site.name), args, self._here)

    def _storage(self, upstream: RegionOutputs | None) -> tuple[Queue, Stores, Database]:
        """Return what keeps jobs, answers and tables; of these, tables alone are in the backup plan."""
        where = places(self._settings, self._network, self._networks, self._witness)
        images = upstream.name if upstream else self._name
        database = self._mysql(upstream.database if upstream else None, database_names.images(images))
        # One topic tells people of all of them.
        queue = QueueArgs(
            settings=self._settings, images=naming.worker_images(images), account=self._account, where=where,
            topic=database.topic,
        )  # fmt: skip
        stores = StoresArgs(
            settings=self._settings, account=self._account, where=where, joined=upstream.shared if upstream else None,
            topic=database.topic,
        )  # fmt: skip
        self._backed_up(upstream)
        return Queue(self._name, queue, self._here), Stores(self._name, stores, self._here), database

    def _mysql(self, upstream: DatabaseOutputs | None, images: str) -> Database:
        args = DatabaseArgs(
            settings=self._settings, account=self._account, network=self._network, sites=self._networks,
            witness=self._witness, images=images, upstream=upstream,
        )  # fmt: skip
        return Database(database_names.of_region(self._name), args, self._here)

    def _backed_up(self, upstream: RegionOutputs | None) -> None:
        args = BackupsArgs(settings=self._settings, account=self._account, upstream=upstream)
        Backups(naming.backups(self._name), args, self._here)

    def _owned_entry(self, entry: EntrySettings | None) -> Entry | None:
        if entry is None:
            return None
        args = EntryArgs(
            entry=entry, stack=self._name, account=self._account,
            retention_days=self._settings.network.flow_log_retention_days,
            copies=self._settings.durability.regions(), protect=self._settings.protect,
        )  # fmt: skip
        there = pulumi.ResourceOptions(parent=self, providers=[self._entry_provider()])
        return Entry(naming.entry(self._name), args, there)

    def _entry_provider(self) -> Provider:
        here = self._settings.region == ENTRY_REGION
        return self._aws if here else providers.regional(self._settings, ENTRY_REGION, self)

    def _region_front(self, owned: Entry | None) -> RegionFront:
        args = RegionFrontArgs(
            settings=self._settings,
            account=self._account,
            entry=self._entry,
            network=self._network,
            sites=self._networks,
            proofs=owned.proofs if owned else [],
        )
        front = RegionFront(self._name, args, self._here)
        if owned:
            ways = OriginArgs(entry=self._entry, accelerator=owned.accelerator, after=front.record)
            Origin(naming.entry(self._name), ways, self._here)
        return front

    def _weights_bucket(self) -> WeightsBucket:
        args = WeightsBucketArgs(
            account=self._account,
            old_version_days=self._settings.durability.old_version_days,
            protect=self._settings.protect,
        )
        return WeightsBucket(naming.weights(self._name), args, self._here)

    def _site(self, site: SiteSettings, log_key: pulumi.Output[str]) -> Site:
        backup = self._front.backup(site.name)
        args = SiteArgs(
            settings=self._settings,
            site=site,
            network=self._networks[site.name],
            witness=self._witness,
            balancer=self._front.balancers[site.name],
            log_key=log_key,
            weights=self._weights,
            account=self._account,
            queue=self._queue,
            stores=self._stores,
            database=self._database,
            origin=self._entry.origin_token,
            backup=pulumi.Output.concat(backup, f":{HTTPS}") if backup else "",
            backup_name=names.origin(self._entry.domain) if backup else "",
        )
        return Site(naming.of_site(self._name, site.name), args, self._here)

    def _private_ways(self) -> Endpoints:
        args = EndpointsArgs(
            network=self._network, region=self._settings.region, cidr=self._settings.network.cidr,
            subnets=[each.private_subnet_id for each in self._networks.values()],
            tables=[each.private_table_id for each in self._networks.values()],
        )  # fmt: skip
        return Endpoints(self._name, args, self._here)

    def _tables(self) -> dict[str, pulumi.Input[str]]:
        tables: dict[str, pulumi.Input[str]] = {"witness-database": self._witness.database_table_id}
        for name, network in self._networks.items():
            tables[f"{name}-private"] = network.private_table_id
            tables[f"{name}-database"] = network.database_table_id
        return tables

    def _outputs(self) -> RegionOutputs:
        zones = {site.name: site.zone for site in self._settings.sites}
        return RegionOutputs(
            name=self._name,
            role=self._settings.role.value,
            region=self._settings.region,
            cidr=self._settings.network.cidr,
            vpc_id=self._network.vpc_id,
            endpoint_group=self._endpoints.security_group_id,
            tables=self._tables(),
            sites={name: self._site_outputs(site, zones[name]) for name, site in self._sites.items()},
            weights=WeightsOutputs(bucket=self._weights.bucket, arn=self._weights.arn, key=self._weights.key),
            entry=self._entry,
            shared=self._stores.shared.cluster_name,
            database=self._database.outputs,
        )

    def _site_outputs(self, site: Site, zone: str) -> SiteOutputs:
        cluster = site.cluster
        return SiteOutputs(
            zone=zone,
            cluster=cluster.name,
            endpoint=cluster.endpoint,
            kubeconfig=cluster.kubeconfig,
            balancer=site.balancer.dns_name,
        )

    def _join(self, upstream: RegionOutputs) -> None:
        there = providers.regional(self._settings, upstream.region, self)
        args = PeeringArgs(requester=_end(self.outputs, self._aws), accepter=_end(upstream, there))
        Peering(f"{self._name}-peering", args, self.child())
        brought = ReplicationArgs(
            account=self._account, here=self._aws, there=there, upstream=upstream, region=self._settings.region,
            weights=self._weights,
        )  # fmt: skip
        Replication(naming.replication(self._name), brought, self.child())


def _end(region: RegionOutputs, provider: Provider) -> PeeringEnd:
    return PeeringEnd(
        provider=provider,
        region=region.region,
        vpc_id=region.vpc_id,
        cidr=region.cidr,
        tables=region.tables,
        endpoint_group=region.endpoint_group,
    )
