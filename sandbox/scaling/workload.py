"""A Deployment that KEDA scales: its signals, its pods, and how many there are, as its API server says."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.controlplane.client import ApiClient, Object
from sandbox.errors import SandboxError
from sandbox.kubernetes.projection import quantity
from sandbox.plugin.wire import rows, section

SCALED_OBJECTS = "/apis/keda.sh/v1alpha1/scaledobjects"
USAGE = "kwok.x-k8s.io/usage-cpu"
CPU = "cpu"
MERGE = "application/merge-patch+json"


@dataclass(frozen=True, slots=True)
class Signal:
    """One trigger of a ScaledObject.

    Attributes:
        name: as the trigger says.
        target: of each replica: percent of its request for CPU, the metric's own unit for others.
        query: that Prometheus is asked; none for CPU.
        container: whose CPU counts; all of the pod's where there is none.
    """

    name: str
    target: float
    query: str = ""
    container: str = ""

    @classmethod
    def of(cls, trigger: Object) -> "Signal":
        """The signal of a trigger."""
        metadata = trigger["metadata"]
        name = trigger.get("name") or trigger["type"]
        if trigger["type"] == CPU:
            return cls(name, float(metadata["value"]), container=metadata.get("containerName", ""))
        return cls(name, float(metadata["threshold"]), query=metadata["query"])

    @property
    def metric(self) -> str:
        """The metric that the query sums up, the first that it names."""
        found = re.search(r"[a-z]+[a-z_:]*_[a-z_]+(?=\{)", self.query)
        return found[0] if found else ""


@dataclass(frozen=True, slots=True)
class Replicas:
    """How many replicas there are.

    Attributes:
        wanted: by the autoscaler.
        ready: that answer.
    """

    wanted: int
    ready: int


@dataclass(frozen=True, slots=True)
class Workload:
    """One such Deployment.

    Attributes:
        autoscaler: name of its HPA.
        window: seconds that a lower load must last before replicas go (behavior.scaleDown.stabilizationWindowSeconds).
        period: seconds from one replica that goes to the next (behavior.scaleDown.policies).
    """

    client: ApiClient
    namespace: str
    name: str
    autoscaler: str
    signals: Sequence[Signal]
    window: float
    period: float

    @classmethod
    def of(cls, client: ApiClient, scaled: Object) -> "Workload":
        """The workload of a ScaledObject."""
        spec, metadata = scaled["spec"], scaled["metadata"]
        name = section(scaled, "status").get("hpaName") or f"keda-hpa-{metadata['name']}"
        down = section(spec, "advanced", "horizontalPodAutoscalerConfig", "behavior", "scaleDown")
        signals = [Signal.of(trigger) for trigger in spec["triggers"]]
        window = float(down.get("stabilizationWindowSeconds", 300))
        period = max((float(policy["periodSeconds"]) for policy in rows(down, "policies")), default=15)
        return cls(client, metadata["namespace"], spec["scaleTargetRef"]["name"], name, signals, window, period)

    @classmethod
    def find(cls, client: ApiClient) -> "Workload":
        """The cluster's workload with most signals, CPU among them.

        Raises:
            SandboxError: it has none.
        """
        found = [cls.of(client, item) for item in client.get(SCALED_OBJECTS)["items"]]
        found = [one for one in found if any(not signal.query for signal in one.signals)]
        if not found:
            raise SandboxError(
                f"the cluster at {client.endpoint} has no ScaledObject with a cpu trigger; run `make up`"
            )
        return max(found, key=lambda one: len(one.signals))

    def replicas(self) -> Replicas:
        """How many there are now."""
        autoscaler = self.client.get(
            f"/apis/autoscaling/v2/namespaces/{self.namespace}/horizontalpodautoscalers/{self.autoscaler}"
        )
        deployment = self.client.get(f"/apis/apps/v1/namespaces/{self.namespace}/deployments/{self.name}")
        wanted = autoscaler["status"].get("desiredReplicas", 0)
        return Replicas(wanted, deployment["status"].get("readyReplicas", 0))

    def pods(self) -> list[Object]:
        """Its pods that are ready and stay."""
        path = f"/apis/apps/v1/namespaces/{self.namespace}/deployments/{self.name}"
        labels = self.client.get(path)["spec"]["selector"]["matchLabels"]
        query = {"labelSelector": ",".join(f"{key}={value}" for key, value in labels.items())}
        found = self.client.get(f"/api/v1/namespaces/{self.namespace}/pods", query)["items"]
        return [pod for pod in found if _is_ready(pod)]

    def use(self, pod: Object, signal: Signal, percent: float) -> None:
        """Let a pod use so much of the CPU that it asked for."""
        containers = [c for c in pod["spec"]["containers"] if signal.container in {"", c["name"]}]
        asked = sum(float(quantity(c["resources"]["requests"]["cpu"]) or 0) for c in containers)
        # A counter that stands still is no measurement to metrics-server.
        self._annotate(pod, f"{max(1, round(1000 * asked / len(containers) * percent / 100))}m")

    def rest(self, pod: Object) -> None:
        """Let a pod use next to nothing, as it did before."""
        self._annotate(pod, None)

    def _annotate(self, pod: Object, value: str | None) -> None:
        metadata = pod["metadata"]
        if section(metadata, "annotations").get(USAGE) == value:
            return
        patch: dict[str, Any] = {"metadata": {"annotations": {USAGE: value}}}
        path = f"/api/v1/namespaces/{self.namespace}/pods/{metadata['name']}"
        self.client.request("PATCH", path, patch, content_type=MERGE)


def _is_ready(pod: Object) -> bool:
    conditions = {each["type"]: each["status"] for each in rows(pod, "status", "conditions")}
    return conditions.get("Ready") == "True" and "deletionTimestamp" not in pod["metadata"]
