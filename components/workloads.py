"""What runs on a site's cluster, in the order in which a request meets its parts; children of the site."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components import addressing, keys
from components.access.agent import beside_inference
from components.access.discovery.component import Discovery, DiscoveryArgs
from components.access.gateway import config as gateway
from components.access.gateway.component import Gateway, GatewayArgs
from components.access.gateway.prompts import prompts_of
from components.compute.cluster import Cluster
from components.compute.database_group import DatabaseGroup, DatabaseGroupArgs
from components.compute.database_pod import Told
from components.compute.device_plugin import DevicePlugin
from components.compute.domains import Domains, DomainsArgs
from components.compute.inference import Inference, InferenceArgs
from components.compute.keda import Keda, KedaArgs
from components.compute.node_scaling.scale_in_job import ScaleIn, ScaleInArgs
from components.compute.pools.component import ProxySql, ProxySqlArgs
from components.compute.precompute import Answers, PrecomputeArgs, PrecomputeJob
from components.compute.stores import NamedStore, NamedStoreArgs
from components.compute.sweep import Sweep, SweepArgs
from components.compute.weights.component import Weights, WeightsArgs
from components.compute.workers import Workers, WorkersArgs
from components.database import USER
from components.monitoring import targets
from components.monitoring.prometheus import Prometheus, PrometheusArgs
from components.planning.fleet import Sizes
from components.ports import REDIS_PORT
from components.site_args import SiteArgs
from components.storage.proxysql.config import Accounts
from components.stores import CACHE_HOST, SHARED_HOST


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a site's workloads stand on.

    Attributes:
        cluster: the site's.
        key: of its secrets and disks.
        groups: its groups of GPU nodes, by kind: names of their Auto Scaling groups.
        planned: replicas that the capacity plan asks for.
        ready: what pods wait for: nodes, names, and disks.
    """

    cluster: Cluster
    key: keys.EncryptionKey
    groups: Mapping[str, pulumi.Output[str]]
    planned: Sizes
    ready: Sequence[pulumi.Resource]


class Workloads:
    """No component of its own, as the objects belong to their site."""

    def __init__(self, name: str, args: SiteArgs, ground: Ground, opts: pulumi.ResourceOptions) -> None:
        self._name, self._args, self._settings = name, args, args.settings
        self._ground, self._opts = ground, opts
        domains = Domains(name, DomainsArgs(quotas=args.settings.quotas, tenants=args.settings.tenants), opts)
        self._after: list[pulumi.Resource] = [*ground.ready, *domains.ready]
        keda = self._keda()
        self._prometheus()
        weights = self._weights()
        self._after.append(DevicePlugin(f"{name}-device-plugin", opts).daemon_set)
        self._after += self._discovery().ready
        self._inference(keda, weights)
        self._gateway()
        self._precompute(self._stores())
        self._workers(keda)
        self._pools()
        self._database()
        self._shrink()

    def _keda(self) -> Keda:
        args = KedaArgs(scaling=self._settings.scaling, cluster=self._name, after=list(self._after))
        return Keda(f"{self._name}-keda", args, self._opts)

    def _prometheus(self) -> None:
        prometheus = self._settings.scaling.prometheus
        args = PrometheusArgs(prometheus=prometheus, targets=targets.ALL, after=list(self._after))
        Prometheus(f"{self._name}-prometheus", args, self._opts)

    def _inference(self, keda: Keda, weights: Weights) -> None:
        args = InferenceArgs(
            inference=self._settings.inference,
            scaling=self._settings.scaling,
            planned=self._ground.planned,
            beside=beside_inference(self._settings.access.discovery),
            keda=keda.release,
            after=[*self._after, weights.claim],
        )
        Inference(f"{self._name}-inference", args, self._opts)

    def _weights(self) -> Weights:
        args = WeightsArgs(
            inference=self._settings.inference,
            bucket=self._args.weights,
            region=self._settings.region,
            cluster=self._ground.cluster,
            site=self._args.site.name,
            after=self._after,
        )
        return Weights(f"{self._name}-weights", args, self._opts)

    def _discovery(self) -> Discovery:
        args = DiscoveryArgs(
            discovery=self._settings.access.discovery,
            # A queue that is as long as what is being answered doubles the wait.
            waiting=self._settings.inference.concurrency,
            datacenter=self._args.site.name,
            key=self._ground.key.arn,
            after=self._after,
        )
        return Discovery(f"{self._name}-consul", args, self._opts)

    def _workers(self, keda: Keda) -> None:
        args = WorkersArgs(
            settings=self._settings,
            site=self._args.site.name,
            cluster=self._ground.cluster,
            queue=self._args.queue,
            keda=keda.release,
            after=self._after,
        )
        Workers(f"{self._name}-workers", args, self._opts)

    def _pools(self) -> None:
        database, sites = self._args.database, [site.name for site in self._settings.sites]
        args = ProxySqlArgs(
            pools=self._settings.pools,
            region=self._settings.region,
            hosts=list(database.endpoints.values()),
            group=database.group is not None,
            networks=addressing.database_networks(self._settings.network.cidr, sites),
            accounts=Accounts(user=USER, monitor=database.outputs.monitor),
            password=database.outputs.password,
            monitor_password=database.outputs.monitor_password,
            read_seconds=self._settings.inference.longest_stream_seconds,
            after=self._after,
        )
        ProxySql(f"{self._name}-proxysql", args, self._opts)

    def _database(self) -> None:
        database, sites = self._args.database, [site.name for site in self._settings.sites]
        if database.group is None:
            return
        args = DatabaseGroupArgs(
            told=Told(
                members=database.endpoints,
                group_name=database.group.name,
                parameter_group=database.parameter_group,
                master_secret=database.secret_arn,
                replication_secret=database.group.replication_secret,
                region=self._settings.region,
            ),
            key=database.key_arn,
            monitor_password=database.outputs.monitor_password,
            networks=addressing.database_networks(self._settings.network.cidr, sites),
            image=database.image,
            account=self._args.account,
            cluster=self._ground.cluster.name,
            site=self._args.site.name,
            forms=self._args.site.name == sites[0],
            after=self._after,
        )
        DatabaseGroup(f"{self._name}-database", args, self._opts)

    def _gateway(self) -> None:
        args = GatewayArgs(
            access=self._settings.access,
            inference=self._settings.inference,
            scale_down_seconds=self._settings.scaling.scale_down_window_seconds,
            site=self._args.site.name,
            resolver=addressing.dns_server(self._settings.cluster.service_cidr),
            origin=self._args.origin,
            backup=self._args.backup,
            backup_name=self._args.backup_name,
            stores=self._args.stores.networks,
            after=self._after,
        )
        Gateway(f"{self._name}-gateway", args, self._opts)

    def _precompute(self, secrets: Sequence[pulumi.Resource]) -> None:
        args = PrecomputeArgs(
            precompute=self._settings.precompute,
            image=self._args.queue.image,
            in_flight=self._settings.precompute.in_flight(
                self._settings.inference.concurrency, self._settings.inference.replicas.minimum
            ),
            gateways=prompts_of(self._settings.access.gateway),
            answers=self._answers(),
            after=[*self._after, *secrets],
        )
        PrecomputeJob(f"{self._name}-precompute", args, self._opts)

    def _answers(self) -> Answers | None:
        shared, stores = self._settings.access.gateway.cache.shared, self._args.stores
        if shared is None:
            return None
        return Answers(
            cache=stores.cache.host,
            table=stores.shared.host,
            networks=stores.networks,
            revision=self._settings.inference.answers_revision,
            ttl_seconds=shared.ttl_seconds,
        )

    def _stores(self) -> list[pulumi.Resource]:
        """Return the Secrets of cache and table."""
        stores = self._args.stores
        # The gateways resolve no names but full ones, and check the store's own.
        address = pulumi.Output.concat(stores.cache.host, f":{REDIS_PORT}")
        cache = NamedStoreArgs(
            host=CACHE_HOST,
            store=stores.cache.host,
            secrets={gateway.PASSWORD: stores.cache.password, gateway.ADDRESS: address},
            after=self._after,
        )
        named_cache = NamedStore(f"{self._name}-cache", cache, self._opts)
        shared = NamedStoreArgs(
            host=SHARED_HOST,
            store=stores.shared.host,
            secrets={"user": stores.shared.user, "password": stores.shared.password},
            after=self._after,
        )
        named = NamedStore(f"{self._name}-shared", shared, self._opts)
        sweep = SweepArgs(
            image=self._args.queue.image, store=stores.shared.host, networks=stores.networks, after=[named.secret]
        )
        Sweep(f"{self._name}-sweep", sweep, self._opts)
        return [named_cache.secret, named.secret]

    def _shrink(self) -> None:
        args = ScaleInArgs(
            nodes=self._settings.nodes,
            cluster=self._ground.cluster,
            site=self._args.site.name,
            region=self._settings.region,
            account=self._args.account,
            groups=self._ground.groups,
            after=self._ground.ready,
        )
        ScaleIn(f"{self._name}-scale-in", args, self._opts)
