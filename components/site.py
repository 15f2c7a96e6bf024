"""One site: a zone, a cluster, its nodes and what runs on them."""

from dataclasses import dataclass

import pulumi

from components import addressing, keys, providers
from components.access.agent import beside_inference
from components.access.balancer import SiteBalancer
from components.access.discovery.component import Discovery, DiscoveryArgs
from components.access.gateway import config as gateway
from components.access.gateway import pod as gateway_pod
from components.access.gateway.component import Gateway, GatewayArgs
from components.access.targets import SiteTargets, SiteTargetsArgs
from components.base import Component, site_tags
from components.compute.addons import AFTER_NODES, BEFORE_NODES, Addons, AddonsArgs
from components.compute.cluster import Cluster, ClusterArgs
from components.compute.device_plugin import DevicePlugin
from components.compute.domains import Domains, DomainsArgs
from components.compute.inference import Inference, InferenceArgs
from components.compute.keda import Keda, KedaArgs
from components.compute.node_scaling.scale_in_job import ScaleIn, ScaleInArgs
from components.compute.node_scaling.scale_out import ScaleOut, ScaleOutArgs
from components.compute.nodes import Nodes, NodesArgs
from components.compute.precompute import Gateways, PrecomputeArgs, PrecomputeJob
from components.compute.weights.component import Weights, WeightsArgs
from components.compute.workers import Workers, WorkersArgs
from components.naming import BUSINESS
from components.network.zone import SiteNetwork, WitnessNetwork
from components.planning.plan import plan
from components.ports import GATEWAY_PROMPTS_PORT
from components.settings import Settings
from components.settings import Site as SiteSettings
from components.storage.asynchronous import Queue
from components.storage.weights import WeightsBucket


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteArgs:
    """What a site is made of, and what of the region it stands on.

    Attributes:
        settings: of the stack.
        site: of this site.
        network: its subnets.
        witness: where the control plane has its second subnet.
        balancer: what sends it traffic.
        log_key: ARN of the key of logs.
        weights: where the region's model weights lie.
        account: the AWS account.
        queue: the region's, which its workers serve.
        origin: the secret by which gateways know what came through the global entry.
        backup: host and port of another site's gateways; "" where there is none.
        backup_name: name in the backup's certificate; "" where there is none.
    """

    settings: Settings
    site: SiteSettings
    network: SiteNetwork
    witness: WitnessNetwork
    balancer: SiteBalancer
    log_key: pulumi.Output[str]
    weights: WeightsBucket
    account: str
    queue: Queue
    origin: pulumi.Input[str]
    backup: pulumi.Input[str]
    backup_name: str


class Site(Component):
    """A cell that serves by itself."""

    type_path = "platform:Site"
    cluster: Cluster

    def __init__(self, name: str, args: SiteArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        self._network, self.balancer = args.network, args.balancer
        self._plan = plan(args.settings)
        key = self._key()
        self.cluster = self._cluster(key)
        self._workloads(key, self._nodes(key))
        self.register_outputs({"cluster": self.cluster.name})

    def _key(self) -> keys.EncryptionKey:
        settings = self._args.settings
        args = keys.EncryptionKeyArgs(
            description=f"secrets and disks of site {self._name}",
            account=self._args.account,
            statements=keys.for_disks(settings.region, self._args.account),
            protect=settings.protect,
            tags=site_tags(self._name, self._args.site.name),
        )
        return keys.EncryptionKey(self._name, args, self.child())

    def _cluster(self, key: keys.EncryptionKey) -> Cluster:
        settings = self._args.settings
        args = ClusterArgs(
            cluster=settings.cluster,
            site=self._args.site.name,
            region=settings.region,
            subnets=[self._network.private_subnet_id, self._args.witness.private_subnet_id],
            key=key.arn,
            log_key=self._args.log_key,
            protect=settings.protect,
        )
        return Cluster(self._name, args, self.child())

    def _addons(self, role: str, names: tuple[str, ...], after: list[pulumi.Resource]) -> Addons:
        args = AddonsArgs(cluster=self.cluster, site=self._args.site.name, names=names, after=after)
        return Addons(f"{self._name}-{role}", args, self.child())

    def _nodes(self, key: keys.EncryptionKey) -> list[pulumi.Resource]:
        """Return what pods wait for: nodes, names, and disks."""
        site = self._args.site
        args = NodesArgs(
            nodes=self._args.settings.nodes,
            planned=self._plan.nodes,
            cluster=self.cluster,
            site=site.name,
            zone=site.zone,
            reservation_id=site.reservation_id,
            subnet=self._network.private_subnet_id,
            key=key.arn,
            after=[*self._addons("base", BEFORE_NODES, []).installed, self._network.way_out],
        )
        nodes = Nodes(self._name, args, self.child())
        self._gpu_groups = nodes.gpu_scaling_groups
        self._targets(nodes)
        self._grow()
        return [*nodes.groups, *self._addons("more", AFTER_NODES, nodes.groups).installed]

    def _grow(self) -> None:
        settings = self._args.settings
        args = ScaleOutArgs(
            nodes=settings.nodes, stack=settings.name, site=self._args.site.name, groups=self._gpu_groups
        )
        ScaleOut(self._name, args, self.child())

    def _shrink(self, after: list[pulumi.Resource], inside: pulumi.ResourceOptions) -> None:
        settings = self._args.settings
        args = ScaleInArgs(
            nodes=settings.nodes,
            cluster=self.cluster,
            site=self._args.site.name,
            region=settings.region,
            account=self._args.account,
            groups=self._gpu_groups,
            after=after,
        )
        ScaleIn(f"{self._name}-scale-in", args, inside)

    def _targets(self, nodes: Nodes) -> None:
        args = SiteTargetsArgs(
            balancer=self._args.balancer,
            site=self._args.site.name,
            scaling_group=nodes.system_scaling_group,
            node_group=self.cluster.security_group_id,
        )
        SiteTargets(f"{self._name}-targets", args, self.child())

    def _workloads(self, key: keys.EncryptionKey, ready: list[pulumi.Resource]) -> None:
        login = pulumi.ResourceOptions(parent=self, depends_on=self.cluster.access)
        provider = providers.of_cluster(self._name, self.cluster.kubeconfig, login)
        inside = pulumi.ResourceOptions(parent=self, providers=[provider])
        settings = self._args.settings
        plugin = DevicePlugin(f"{self._name}-device-plugin", inside)
        domains = Domains(self._name, DomainsArgs(quotas=settings.quotas, tenants=settings.tenants), inside)
        scaler = KedaArgs(scaling=settings.scaling, cluster=self._name, after=[*ready, *domains.ready])
        keda = Keda(f"{self._name}-keda", scaler, inside)
        after = [*ready, plugin.daemon_set, *domains.ready]
        after += self._discovery(key, after, inside).ready
        beside = beside_inference(settings.access.discovery)
        weights = self._weights([*ready, *domains.ready], inside)
        served = InferenceArgs(
            inference=settings.inference,
            scaling=settings.scaling,
            planned=self._plan.replicas,
            beside=beside,
            keda=keda.release,
            after=[*after, weights.claim],
        )
        Inference(f"{self._name}-inference", served, inside)
        self._gateway(after, inside)
        self._precompute(after, inside)
        self._shrink(ready, inside)
        self._workers(after, inside)

    def _weights(self, after: list[pulumi.Resource], inside: pulumi.ResourceOptions) -> Weights:
        args = WeightsArgs(
            inference=self._args.settings.inference,
            bucket=self._args.weights,
            region=self._args.settings.region,
            cluster=self.cluster,
            site=self._args.site.name,
            after=after,
        )
        return Weights(f"{self._name}-weights", args, inside)

    def _discovery(
        self, key: keys.EncryptionKey, after: list[pulumi.Resource], inside: pulumi.ResourceOptions
    ) -> Discovery:
        settings = self._args.settings
        args = DiscoveryArgs(
            discovery=settings.access.discovery,
            # A queue that is as long as what is being answered doubles the wait.
            waiting=settings.inference.concurrency,
            datacenter=self._args.site.name,
            key=key.arn,
            after=after,
        )
        return Discovery(f"{self._name}-consul", args, inside)

    def _workers(self, after: list[pulumi.Resource], inside: pulumi.ResourceOptions) -> None:
        settings, queue = self._args.settings, self._args.queue
        args = WorkersArgs(
            asynchronous=settings.asynchronous,
            stack=settings.name,
            region=settings.region,
            site=self._args.site.name,
            cluster=self.cluster,
            image=queue.image,
            store=queue.host,
            store_networks=queue.networks,
            password=queue.password,
            after=after,
        )
        Workers(f"{self._name}-workers", args, inside)

    def _gateway(self, after: list[pulumi.Resource], inside: pulumi.ResourceOptions) -> None:
        settings = self._args.settings
        args = GatewayArgs(
            access=settings.access,
            inference=settings.inference,
            scale_down_seconds=settings.scaling.scale_down_window_seconds,
            site=self._args.site.name,
            resolver=addressing.dns_server(settings.cluster.service_cidr),
            origin=self._args.origin,
            backup=self._args.backup,
            backup_name=self._args.backup_name,
            after=after,
        )
        Gateway(f"{self._name}-gateway", args, inside)

    def _precompute(self, after: list[pulumi.Resource], inside: pulumi.ResourceOptions) -> None:
        settings = self._args.settings
        gateways = Gateways(
            labels=gateway_pod.LABELS,
            host=f"{gateway.PROMPTS}.{BUSINESS}.svc",
            port=GATEWAY_PROMPTS_PORT,
            # They end a request themselves; a little more, or one that they just answer would be lost.
            patience_seconds=settings.access.gateway.longest_answer_seconds + 1,
            fresh_seconds=settings.access.gateway.cache.fresh_seconds,
        )
        args = PrecomputeArgs(
            precompute=settings.precompute,
            image=settings.precompute.image,
            in_flight=settings.precompute.in_flight(
                settings.inference.concurrency, settings.inference.replicas.minimum
            ),
            gateways=gateways,
            after=after,
        )
        PrecomputeJob(f"{self._name}-precompute", args, inside)
