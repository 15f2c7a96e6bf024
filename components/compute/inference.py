"""The inference tier of one site: the model server, its Service, its autoscaler and what a drain may take of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_kubernetes.apps.v1 import Deployment, DeploymentSpecArgsDict
from pulumi_kubernetes.core.v1 import Service, ServiceAccount, ServicePortArgsDict
from pulumi_kubernetes.meta.v1 import LabelSelectorArgsDict, ObjectMetaArgsDict
from pulumi_kubernetes.networking.v1 import NetworkPolicy, NetworkPolicyPeerArgsDict, NetworkPolicyPortArgsDict
from pulumi_kubernetes.policy.v1 import PodDisruptionBudget

from components.base import Component
from components.beside import Beside
from components.compute import closed
from components.compute.scaling import Autoscaler, AutoscalerArgs, of_model_server
from components.compute.serving_pod import LABELS, NAME, PORT, SERVER, pod_spec
from components.naming import BUSINESS, MONITORING
from components.planning.fleet import Sizes
from components.planning.marks import marks
from components.pods import COLD_START, LONGEST_STREAM
from components.ports import GRPC_PORT
from components.scaling import Scaling
from components.serving import Inference as InferenceSettings
from components.tiers import INFERENCE

_METADATA: Final[ObjectMetaArgsDict] = {"name": NAME, "namespace": BUSINESS, "labels": LABELS}
_PODS: Final[LabelSelectorArgsDict] = {"match_labels": LABELS}


@dataclass(frozen=True, slots=True, kw_only=True)
class InferenceArgs:
    """What is served, and beside what.

    Attributes:
        inference: settings of the model server.
        scaling: what the number of its replicas follows.
        beside: what stands beside it in each pod.
        planned: what the capacity plan says of that number.
        keda: what scales it.
        after: what a pod needs to start, among it the nodes.
    """

    inference: InferenceSettings
    scaling: Scaling
    planned: Sizes
    beside: Beside
    keda: pulumi.Resource
    after: Sequence[pulumi.Resource]


class Inference(Component):
    """The model server behind a Service, between the least and the most replicas of the settings."""

    type_path = "compute:Inference"

    def __init__(self, name: str, args: InferenceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self._name, self._inference, self._beside = name, args.inference, args.beside
        self._scaling, self._keda = args.scaling, args.keda
        self._planned = args.planned
        self._opts = pulumi.ResourceOptions(parent=self, depends_on=list(args.after))
        account = ServiceAccount(name, metadata=_METADATA, automount_service_account_token=False, opts=self._opts)
        self._network()
        self._service()
        self._budget()
        self._autoscaler(self._deployment(account))
        self.publish()

    def _deployment(self, account: ServiceAccount) -> Deployment:
        # A replica that finds neither node nor weights takes its time; a rollout that stands still longer has failed.
        # No `replicas`: the autoscaler owns the number, and an update must not take it back.
        spec: DeploymentSpecArgsDict = {
            "selector": _PODS,
            "progress_deadline_seconds": self._inference.cold_start.progress_seconds(),
            "strategy": {"type": "RollingUpdate", "rolling_update": {"max_surge": 1, "max_unavailable": 0}},
            "template": {
                "metadata": {"labels": LABELS},
                "spec": pod_spec(self._inference, INFERENCE.name, self._beside),
            },
        }
        opts = pulumi.ResourceOptions.merge(self._opts, pulumi.ResourceOptions(depends_on=[account]))
        metadata: ObjectMetaArgsDict = {
            **_METADATA,
            "annotations": {**_annotations(self._inference), **marks(self._planned)},
        }
        return Deployment(self._name, metadata=metadata, spec=spec, opts=opts)

    def _service(self) -> None:
        ports: list[ServicePortArgsDict] = [
            {"name": name, "port": port, "target_port": name, "protocol": "TCP"}
            for name, port in (("http", PORT), ("grpc", GRPC_PORT))
        ]
        # The real provider would wait for endpoints, which come with the Deployment below.
        metadata: ObjectMetaArgsDict = {**_METADATA, "annotations": {"pulumi.com/skipAwait": "true"}}
        Service(self._name, metadata=metadata, spec={"selector": LABELS, "ports": ports}, opts=self._opts)

    def _budget(self) -> None:
        PodDisruptionBudget(
            self._name, metadata=_METADATA, spec={"max_unavailable": 1, "selector": _PODS}, opts=self._opts
        )

    def _autoscaler(self, deployment: Deployment) -> None:
        args = AutoscalerArgs(
            namespace=BUSINESS,
            deployment=NAME,
            replicas=self._inference.replicas,
            triggers=of_model_server(self._scaling, SERVER),
            scaling=self._scaling,
            fallback_replicas=self._scaling.fallback.replicas,
            after=[deployment, self._keda],
        )
        Autoscaler(self._name, args, self.child())

    def _network(self) -> None:
        ports: list[NetworkPolicyPortArgsDict] = [{"protocol": "TCP", "port": each} for each in (PORT, GRPC_PORT)]
        near: list[NetworkPolicyPeerArgsDict] = [closed.namespace(each) for each in (BUSINESS, MONITORING)]
        NetworkPolicy(
            self._name,
            metadata={"name": NAME, "namespace": BUSINESS},
            spec={
                "pod_selector": _PODS,
                "policy_types": ["Ingress", "Egress"],
                "ingress": [{"from_": near, "ports": ports}],
                # Its weights are on the node: it asks nobody for anything.
                "egress": [],
            },
            opts=self._opts,
        )


def _annotations(inference: InferenceSettings) -> Mapping[str, str]:
    phases = (f"{phase}={seconds}" for phase, seconds in inference.cold_start.phases().items())
    return {
        LONGEST_STREAM: str(inference.longest_stream_seconds),
        COLD_START: ",".join(phases),
        # The engine would give up after ten minutes:
        # https://www.pulumi.com/registry/packages/kubernetes/#await-logic
        "pulumi.com/timeoutSeconds": str(inference.rollout_seconds()),
    }
