"""How the number of replicas follows the load: the way up and down, and the autoscaler that KEDA makes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_kubernetes.apiextensions import CustomResource
from pulumi_kubernetes.autoscaling.v2 import HorizontalPodAutoscalerBehaviorArgsDict

from components.base import Component
from components.camel_case import camel_case
from components.compute import signals
from components.scaling import Scaling
from components.vocabulary import Range

HOLD: Final = "currentReplicasIfHigher"
"""What KEDA does while a signal is gone: keeps what there is, or starts what the fallback says if that is more.

https://keda.sh/docs/2.21/reference/scaledobject-spec/#fallbackbehavior
"""

# KEDA takes over an HPA of that name: without it, a Deployment that had one of its own could not get a ScaledObject.
# https://keda.sh/docs/2.21/concepts/scaling-deployments/#transfer-ownership-of-an-existing-hpa
_TAKES_OVER: Final = {"scaledobject.keda.sh/transfer-hpa-ownership": "true"}


def behaviour(down_seconds: int, up_seconds: int = 0) -> HorizontalPodAutoscalerBehaviorArgsDict:
    """Return a way up that doubles at once, and a way down of one pod a minute; each after so many seconds."""
    return {
        "scale_up": {
            "stabilization_window_seconds": up_seconds,
            "policies": [{"type": "Percent", "value": 100, "period_seconds": 15}],
        },
        "scale_down": {
            "stabilization_window_seconds": down_seconds,
            "policies": [{"type": "Pods", "value": 1, "period_seconds": 60}],
        },
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """One signal, as KEDA takes it; the autoscaler goes by the signal that asks for most replicas.

    Attributes:
        name: what KEDA's events and metrics call it.
        type: KEDA's scaler.
        metric_type: what the target is: `Utilization` of what was asked for, or `AverageValue` of each replica.
        metadata: of the scaler.
    """

    name: str
    type: str
    metric_type: str
    metadata: Mapping[str, str]


def cpu(percent: int, container: str) -> Trigger:
    """Return the CPU of one container of each pod, in percent of what it asks for: what stands beside it idles."""
    return Trigger(
        name="cpu",
        type="cpu",
        metric_type="Utilization",
        metadata={"value": str(percent), "containerName": container},
    )


def asked(name: str, query: str, per_replica: int) -> Trigger:
    """Return the answer of Prometheus to `query`, shared among the replicas; no answer is a failure and not a zero."""
    return Trigger(
        name=name,
        type="prometheus",
        metric_type="AverageValue",
        metadata={
            "serverAddress": signals.ADDRESS,
            "query": query,
            "threshold": str(per_replica),
            "ignoreNullValues": "false",
        },
    )


def of_model_server(scaling: Scaling, container: str) -> Sequence[Trigger]:
    """Return what the model server is scaled by; `container` is the server's."""
    return [
        cpu(scaling.cpu_percent, container),
        asked("waiting", signals.waiting(), scaling.waiting_per_replica),
        asked("kv-cache", signals.kv_cache(), scaling.kv_cache_percent),
        asked("queue", signals.queued(signals.MODEL_QUEUE), scaling.queue_per_replica),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoscalerArgs:
    """What is scaled, between which ends, and by what.

    Attributes:
        namespace: where the Deployment is.
        deployment: its name, which the autoscaler takes too.
        replicas: least and most of it.
        triggers: the signals.
        scaling: how fast it follows them.
        fallback_replicas: the least while a signal is gone, a count.
        after: KEDA, which knows what a ScaledObject is, and the Deployment.
    """

    namespace: str
    deployment: str
    replicas: Range
    triggers: Sequence[Trigger]
    scaling: Scaling
    fallback_replicas: int
    after: Sequence[pulumi.Resource]


class Autoscaler(Component):
    """A ScaledObject, of which KEDA makes the one autoscaler of a Deployment."""

    type_path = "compute:Autoscaler"

    def __init__(self, name: str, args: AutoscalerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        CustomResource(
            name,
            api_version="keda.sh/v1alpha1",
            kind="ScaledObject",
            metadata={"name": args.deployment, "namespace": args.namespace, "annotations": _TAKES_OVER},
            spec=_spec(args),
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(args.after)),
        )
        self.publish()


def _spec(args: AutoscalerArgs) -> Mapping[str, object]:
    scaling = args.scaling
    ways = behaviour(scaling.scale_down_window_seconds, scaling.scale_up_window_seconds)
    return {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": args.deployment},
        "minReplicaCount": args.replicas.minimum,
        "maxReplicaCount": args.replicas.maximum,
        "fallback": {
            "failureThreshold": scaling.fallback.failures,
            "replicas": args.fallback_replicas,
            "behavior": HOLD,
        },
        "advanced": {"horizontalPodAutoscalerConfig": {"name": args.deployment, "behavior": camel_case(ways)}},
        "triggers": [_trigger(each) for each in args.triggers],
    }


def _trigger(trigger: Trigger) -> Mapping[str, object]:
    return {
        "name": trigger.name,
        "type": trigger.type,
        "metricType": trigger.metric_type,
        "metadata": dict(trigger.metadata),
    }
