"""The gateways of one site: Nginx between the site's balancer and its model servers."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_kubernetes.apps.v1 import Deployment, DeploymentSpecArgsDict
from pulumi_kubernetes.autoscaling.v2 import HorizontalPodAutoscaler, MetricSpecArgsDict
from pulumi_kubernetes.core.v1 import ConfigMap, Secret, Service, ServiceAccount
from pulumi_kubernetes.meta.v1 import LabelSelectorArgsDict, ObjectMetaArgsDict
from pulumi_kubernetes.networking.v1 import NetworkPolicy
from pulumi_kubernetes.policy.v1 import PodDisruptionBudget

from components.access.discovery import config as discovery
from components.access.gateway import config
from components.access.gateway.network import policy
from components.access.gateway.pod import LABELS, ORIGIN, pod_spec
from components.base import Component
from components.compute.scaling import behaviour
from components.naming import BUSINESS
from components.pods import LONGEST_STREAM, files_digest
from components.ports import GATEWAY_NODE_PORT, GATEWAY_PROMPTS_PORT, HTTPS
from components.serving import Inference
from components.tiers import ACCESS
from components.traffic import Access

_METADATA: Final[ObjectMetaArgsDict] = {"name": config.NAME, "namespace": BUSINESS, "labels": LABELS}
_PODS: Final[LabelSelectorArgsDict] = {"match_labels": LABELS}
# Half of the cores stay free for the clients of a site that is lost, until new gateways run.
_CPU_TARGET_PERCENT: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayArgs:
    """What the gateways of a site are told.

    Attributes:
        access: settings of gateway and discovery.
        inference: settings of the model servers behind it.
        scale_down_seconds: how long a lower load must last before a gateway is taken away, s.
        site: name of the site.
        resolver: address of the cluster's DNS server.
        origin: the word by which the global entry is known.
        backup: host and port of another site's gateways; "" where there is none.
        backup_name: name in the backup's certificate; "" when it is not to be checked.
        stores: where the cache is that the region's gateways share, as CIDRs.
        after: what a pod needs to start, among it nodes and the agents' files.
    """

    access: Access
    inference: Inference
    scale_down_seconds: int
    site: str
    resolver: str
    origin: pulumi.Input[str]
    backup: pulumi.Input[str]
    backup_name: str
    stores: Sequence[str]
    after: Sequence[pulumi.Resource]


class Gateway(Component):
    """The gateways behind a node port, between the least and the most of the settings."""

    type_path = "access:Gateway"

    def __init__(self, name: str, args: GatewayArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        self._opts = pulumi.ResourceOptions(parent=self, depends_on=list(args.after))
        # The files as far as they are known before the other site's balancer is.
        self._texts = {**config.files(self._parameters()), **discovery.template_files()}
        self._service()
        self._addresses()
        self._budget()
        shared = args.stores if args.access.gateway.cache.shared else ()
        NetworkPolicy(name, metadata=_METADATA, spec=policy(shared), opts=self._opts)
        self._autoscaler(self._deployment([self._account(), self._files(), self._origin()]))
        self.publish()

    def _account(self) -> ServiceAccount:
        return ServiceAccount(self._name, metadata=_METADATA, automount_service_account_token=False, opts=self._opts)

    def _origin(self) -> Secret:
        word = pulumi.Output.secret(self._args.origin).apply(lambda text: base64.b64encode(text.encode()).decode())
        return Secret(self._name, metadata={**_METADATA, "name": ORIGIN}, data={"token": word}, opts=self._opts)

    def _parameters(self) -> config.Parameters:
        args = self._args
        return config.Parameters(
            site=args.site,
            gateway=args.access.gateway,
            concurrency=args.inference.concurrency,
            longest_stream_seconds=args.inference.longest_stream_seconds,
            passing_weight=args.access.discovery.passing_weight,
            resolver=args.resolver,
            revision=args.inference.answers_revision,
            backup_name=args.backup_name,
        )

    def _files(self) -> ConfigMap:
        data: dict[str, pulumi.Input[str]] = {**self._texts, config.BACKUP: self._args.backup}
        return ConfigMap(self._name, metadata=_METADATA, data=data, opts=self._opts)

    def _deployment(self, first: Sequence[pulumi.Resource]) -> Deployment:
        stream = self._args.inference.longest_stream_seconds
        # No `replicas`: the autoscaler owns the number, and an update must not take it back.
        spec: DeploymentSpecArgsDict = {
            "selector": _PODS,
            "strategy": {"type": "RollingUpdate", "rolling_update": {"max_surge": 1, "max_unavailable": 0}},
            "template": {
                # Pods change with their files; a backup that moves is taken up by a reload.
                "metadata": {"labels": LABELS, "annotations": files_digest(self._texts)},
                "spec": pod_spec(self._args.access, stream, ACCESS.name),
            },
        }
        return Deployment(
            self._name,
            metadata={**_METADATA, "annotations": {LONGEST_STREAM: str(stream)}},
            spec=spec,
            opts=pulumi.ResourceOptions.merge(self._opts, pulumi.ResourceOptions(depends_on=list(first))),
        )

    def _service(self) -> None:
        Service(
            self._name,
            # The real provider would wait for endpoints, which come with the Deployment.
            metadata={**_METADATA, "annotations": {"pulumi.com/skipAwait": "true"}},
            spec={
                "type": "NodePort",
                # To a gateway of the node that was asked, so that a node without one fails the balancer's check.
                "external_traffic_policy": "Local",
                "selector": LABELS,
                "ports": [
                    {"name": "https", "port": HTTPS, "target_port": "https", "node_port": GATEWAY_NODE_PORT}
                ],
            },
            opts=self._opts,
        )  # fmt: skip

    def _addresses(self) -> None:
        """Give the gateways' own addresses a name, for who must ask each of them."""
        Service(
            f"{self._name}-prompts",
            metadata={**_METADATA, "name": config.PROMPTS, "annotations": {"pulumi.com/skipAwait": "true"}},
            spec={
                "cluster_ip": "None",
                "selector": LABELS,
                "ports": [{"name": "prompts", "port": GATEWAY_PROMPTS_PORT, "target_port": "prompts"}],
            },
            opts=self._opts,
        )

    def _budget(self) -> None:
        PodDisruptionBudget(
            self._name, metadata=_METADATA, spec={"max_unavailable": 1, "selector": _PODS}, opts=self._opts
        )

    def _autoscaler(self, deployment: Deployment) -> None:
        replicas = self._args.access.gateway.replicas
        # Of Nginx alone: what stands beside it idles.
        cpu: MetricSpecArgsDict = {
            "type": "ContainerResource",
            "container_resource": {
                "name": "cpu",
                "container": "nginx",
                "target": {"type": "Utilization", "average_utilization": _CPU_TARGET_PERCENT},
            },
        }
        HorizontalPodAutoscaler(
            self._name,
            metadata=_METADATA,
            spec={
                "scale_target_ref": {"api_version": "apps/v1", "kind": "Deployment", "name": config.NAME},
                "min_replicas": replicas.minimum,
                "max_replicas": replicas.maximum,
                "metrics": [cpu],
                "behavior": behaviour(self._args.scale_down_seconds),
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[deployment]),
        )
