"""One site: a zone, a cluster, its nodes and what runs on them."""

import pulumi

from components import keys, providers
from components.access.targets import SiteTargets, SiteTargetsArgs
from components.base import Component, site_tags
from components.compute.addons import AFTER_NODES, BEFORE_NODES, Addons, AddonsArgs
from components.compute.cluster import Cluster, ClusterArgs
from components.compute.node_scaling.scale_out import ScaleOut, ScaleOutArgs
from components.compute.nodes import Nodes, NodesArgs
from components.planning.plan import plan
from components.site_args import SiteArgs
from components.workloads import Ground, Workloads


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
        ground = Ground(
            cluster=self.cluster, key=key, groups=self._gpu_groups, planned=self._plan.replicas, ready=ready
        )
        Workloads(self._name, self._args, ground, pulumi.ResourceOptions(parent=self, providers=[provider]))
