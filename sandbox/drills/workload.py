"""The workload that the drills watch: the Deployment whose pods ask for GPUs, its pods and their nodes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sandbox.controlplane import ControlPlane
from sandbox.controlplane.client import ApiClient, Object
from sandbox.errors import SandboxError
from sandbox.process import wait_until

GPU: Final = "nvidia.com/gpu"
NODES: Final = "/api/v1/nodes"
LONGEST_STREAM: Final = "inference-platform/longest-stream-seconds"
"""Annotation of a workload: the longest answer, s."""

_SETTLED_SECONDS: Final = 120.0


@dataclass(frozen=True, slots=True)
class Workload:
    """One Deployment of a cluster.

    Attributes:
        client: of its API server.
        namespace: where it is.
        name: of the Deployment.
        selector: of its pods, as a query has it.
    """

    client: ApiClient
    namespace: str
    name: str
    selector: str

    @classmethod
    def of(cls, plane: ControlPlane) -> "Workload":
        """The Deployment of a cluster that runs on GPUs.

        Raises:
            SandboxError: there is none, or more than one.
        """
        client = plane.admin()
        found = [each for each in client.get("/apis/apps/v1/deployments")["items"] if _asks_for_gpus(each)]
        if len(found) != 1:
            names = ", ".join(each["metadata"]["name"] for each in found) or "none"
            raise SandboxError(f"cluster {plane.name}: Deployments that ask for GPUs are {names}, must be one")
        metadata, labels = found[0]["metadata"], found[0]["spec"]["selector"]["matchLabels"]
        selector = ",".join(f"{key}={value}" for key, value in labels.items())
        return cls(client, metadata["namespace"], metadata["name"], selector)

    def deployment(self) -> Object:
        """The Deployment as it is now."""
        return self.client.get(f"/apis/apps/v1/namespaces/{self.namespace}/deployments/{self.name}")

    def pods(self) -> Sequence[Object]:
        """Its pods, those that end as well."""
        found = self.client.get(f"/api/v1/namespaces/{self.namespace}/pods", {"labelSelector": self.selector})
        return found["items"]

    def nodes(self) -> Sequence[Object]:
        """All nodes of the cluster that have GPUs."""
        return [each for each in self.client.get(NODES)["items"] if GPU in each["status"].get("capacity", {})]

    def hosts(self) -> list[str]:
        """Names of the nodes that its pods run on, each once."""
        return list(dict.fromkeys(pod["spec"]["nodeName"] for pod in self.pods() if is_ready(pod)))

    def streams_seconds(self) -> float:
        """How long after its eviction a pod may still answer: preStop, then the longest stream."""
        found = self.deployment()
        container: Object = found["spec"]["template"]["spec"]["containers"][0]
        pre_stop: Object = container.get("lifecycle", {}).get("preStop", {})
        longest = float(found["metadata"].get("annotations", {}).get(LONGEST_STREAM, 0))
        return pre_stop.get("sleep", {}).get("seconds", 0) + longest

    def settle(self) -> int:
        """Wait until all replicas that are wanted are ready, and nothing ends.

        Returns:
            how many that is.

        Raises:
            SandboxError: they do not become ready.
        """
        if not wait_until(self._is_settled, _SETTLED_SECONDS):
            pods = ", ".join(f"{each['metadata']['name']} {each['status'].get('phase')}" for each in self.pods())
            raise SandboxError(f"{self.name} has not all its replicas after {_SETTLED_SECONDS:.0f} s: {pods or 'none'}")
        return len(self.pods())

    def _is_settled(self) -> bool:
        pods, wanted = self.pods(), self.deployment()["spec"]["replicas"]
        return len(pods) == wanted and all(map(is_ready, pods)) and all(map(is_ready, self.nodes()))


def is_ready(item: Object) -> bool:
    """Whether a node, or a pod that stays, is ready."""
    conditions: Sequence[dict[str, Any]] = item["status"].get("conditions", ())
    ready = any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)
    return ready and "deletionTimestamp" not in item["metadata"]


def _asks_for_gpus(deployment: Object) -> bool:
    containers: Sequence[Object] = deployment["spec"]["template"]["spec"]["containers"]
    return any(GPU in each.get("resources", {}).get("limits", {}) for each in containers)
