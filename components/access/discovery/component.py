"""Consul of one site: three servers, set up and found by the agents beside other pods."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_kubernetes.apps.v1 import StatefulSet
from pulumi_kubernetes.core.v1 import (
    ConfigMap,
    PersistentVolumeClaimArgsDict,
    PodTemplateSpecArgsDict,
    Service,
    ServiceAccount,
    ServicePortArgsDict,
)
from pulumi_kubernetes.meta.v1 import LabelSelectorArgsDict, ObjectMetaArgsDict
from pulumi_kubernetes.networking.v1 import NetworkPolicy
from pulumi_kubernetes.policy.v1 import PodDisruptionBudget
from pulumi_kubernetes.storage.v1 import StorageClass

from components.access import agent
from components.access.discovery import config
from components.access.discovery.bootstrap import Bootstrap, BootstrapArgs
from components.access.discovery.network import policies
from components.access.discovery.pod import LABELS, server_spec
from components.base import Component
from components.naming import BUSINESS
from components.pods import LONGEST_STREAM, files_digest
from components.traffic import Discovery as DiscoverySettings

_METADATA: Final[ObjectMetaArgsDict] = {"name": config.NAME, "namespace": BUSINESS, "labels": LABELS}
_PODS: Final[LabelSelectorArgsDict] = {"match_labels": LABELS}
_DISK_CLASS: Final = "consul"
# Autopilot lets a server vote again when it has been steady for 10 s, its default:
# https://developer.hashicorp.com/consul/docs/manage/scale/autopilot
_STEADY_SECONDS: Final = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveryArgs:
    """What Consul is told, and stands on.

    Attributes:
        discovery: images, sizes and the check.
        waiting: requests that may wait in a model server's queue before it gets less traffic, a count.
        datacenter: name of the site.
        key: ARN of the key that disks are encrypted with.
        after: what a pod needs to start, among it nodes and the driver of their disks.
    """

    discovery: DiscoverySettings
    waiting: int
    datacenter: str
    key: pulumi.Input[str]
    after: Sequence[pulumi.Resource]


class Discovery(Component):
    """Consul's servers, with the files and secrets of all agents; pods with an agent come after `ready`."""

    type_path = "access:Discovery"

    def __init__(self, name: str, args: DiscoveryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._args = name, args
        self._opts = pulumi.ResourceOptions(parent=self, depends_on=list(args.after))
        self._network()
        settings = args.discovery
        first = BootstrapArgs(image=settings.image, datacenter=args.datacenter, after=args.after)
        bootstrap = Bootstrap(f"{name}-bootstrap", first, self.child())
        servers = self._servers([bootstrap.phase("secrets", [])])
        agents = config.agent_files(settings, args.datacenter, waiting=args.waiting)
        self.ready: list[pulumi.Resource] = [bootstrap.phase("acl", [servers]), self._map(agent.AGENTS, agents)]
        self.publish()

    def _map(self, name: str, files: dict[str, str]) -> ConfigMap:
        metadata: ObjectMetaArgsDict = {**_METADATA, "name": name}
        return ConfigMap(f"{self._name}-{name}", metadata=metadata, data=files, opts=self._opts)

    def _network(self) -> None:
        for name, spec in policies().items():
            NetworkPolicy(f"{self._name}-{name}", metadata={**_METADATA, "name": name}, spec=spec, opts=self._opts)

    def _servers(self, secrets: Sequence[pulumi.Resource]) -> StatefulSet:
        files = {"server.json": config.server(self._args.datacenter)}
        first = [*secrets, self._map(config.NAME, files), self._service(), self._account(), self._disk_class()]
        self._budget()
        return StatefulSet(
            self._name,
            # Agents ask anew where a server goes: nothing is cut.
            metadata={**_METADATA, "annotations": {LONGEST_STREAM: "0"}},
            spec={
                "service_name": config.NAME,
                "replicas": config.SERVERS,
                # The first is ready when it knows a leader, which takes the others: in order there would be none.
                "pod_management_policy": "Parallel",
                "min_ready_seconds": _STEADY_SECONDS,
                "selector": _PODS,
                "template": self._template(files),
                "volume_claim_templates": [self._disk()],
            },
            opts=pulumi.ResourceOptions.merge(self._opts, pulumi.ResourceOptions(depends_on=first)),
        )

    def _template(self, files: dict[str, str]) -> PodTemplateSpecArgsDict:
        annotations = files_digest(files)
        spec = server_spec(self._args.discovery.image, self._args.datacenter)
        return {"metadata": {"labels": LABELS, "annotations": annotations}, "spec": spec}

    def _disk(self) -> PersistentVolumeClaimArgsDict:
        return {
            "metadata": {"name": "data"},
            "spec": {
                "access_modes": ["ReadWriteOnce"],
                "storage_class_name": _DISK_CLASS,
                "resources": {"requests": {"storage": f"{self._args.discovery.disk_gib}Gi"}},
            },
        }

    def _disk_class(self) -> StorageClass:
        # The driver's add-on brings no class unless told, and then one without a key of ours:
        # https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/parameters.md
        return StorageClass(
            f"{self._name}-disk",
            metadata={"name": _DISK_CLASS},
            provisioner="ebs.csi.aws.com",
            parameters={"type": "gp3", "encrypted": "true", "kmsKeyId": self._args.key},
            volume_binding_mode="WaitForFirstConsumer",
            allow_volume_expansion=True,
            reclaim_policy="Delete",
            opts=self._opts,
        )

    def _service(self) -> Service:
        ports: list[ServicePortArgsDict] = [
            {"name": "rpc", "port": config.RPC_PORT, "target_port": "rpc"},
            {"name": "https", "port": config.HTTPS_PORT, "target_port": "https"},
        ]
        return Service(
            self._name,
            # The real provider would wait for endpoints, which come with the servers.
            metadata={**_METADATA, "annotations": {"pulumi.com/skipAwait": "true"}},
            # Servers find each other before one of them is ready.
            spec={"cluster_ip": "None", "publish_not_ready_addresses": True, "selector": LABELS, "ports": ports},
            opts=self._opts,
        )

    def _account(self) -> ServiceAccount:
        return ServiceAccount(self._name, metadata=_METADATA, automount_service_account_token=False, opts=self._opts)

    def _budget(self) -> None:
        PodDisruptionBudget(
            self._name, metadata=_METADATA, spec={"max_unavailable": 1, "selector": _PODS}, opts=self._opts
        )
