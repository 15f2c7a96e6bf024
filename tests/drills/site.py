"""One site of the program on a real control plane: its own objects, and nodes like those of its node groups."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import consul_pods
import engine

from sandbox.controlplane import ApiError, ControlPlane, NodeGroupSpec, sync_nodes
from sandbox.controlplane.client import NOT_FOUND, ApiClient
from sandbox.kubernetes.cluster import Cluster
from sandbox.kubernetes.discovery import UnknownKindError
from sandbox.process import wait_until

Object = dict[str, Any]
SITE = "llm-prod-a"
PATIENCE = 60.0
FORBIDDEN = 403
# Cores, MiB and GPUs of an instance: https://aws.amazon.com/ec2/instance-types/
SIZES = {"m7i.2xlarge": (8, 32 * 1024, 0), "p5en.48xlarge": (192, 2048 * 1024, 8)}
# What others look for when they are made.
FIRST = ("Namespace", "PriorityClass", "ServiceAccount")


def eventually(condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
    assert wait_until(condition, seconds), "the condition did not come true in time"


def pod(name: str, namespace: str, tier: str, **more: Any) -> Object:
    """A pod that the restricted standard lets in, which asks for `requests` and may run on GPU nodes alone."""
    requests = {"cpu": "100m", "memory": "64Mi", **more.pop("requests", {})}
    container: Object = {
        "name": "main",
        "image": "main",
        "resources": {"requests": requests, "limits": requests},
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    spec: Object = {
        "containers": [container],
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}],
        "nodeSelector": {"nvidia.com/gpu.present": "true"},
        "terminationGracePeriodSeconds": 1,
        **({"priorityClassName": tier} if tier else {}),
        **more,
    }
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": namespace}, "spec": spec}


@dataclass(frozen=True)
class Site:
    """A control plane that holds what the program makes of one site."""

    plane: ControlPlane
    made: engine.Engine

    @classmethod
    def of(cls, plane: ControlPlane, platform: Object) -> "Site":
        """Apply the objects of site a; a kind whose controller is not here is left out."""
        made = engine.Engine()
        made.run("prod", platform)
        site = cls(plane, made)
        cluster = Cluster.of(plane.admin(), "default")
        for item in site.objects():
            try:
                cluster.apply(item, force=True)
            except UnknownKindError:
                continue
        return site

    @property
    def client(self) -> ApiClient:
        return self.plane.admin()

    def objects(self) -> list[Object]:
        own = engine.Engine(resources=[each for each in self.made.resources if f"::{SITE}::" in each.provider])
        # The recorder keeps a secret's value in the engine's wrapping; no pod of kwok's reads any.
        found = [item for item in consul_pods.manifests(own) if item["kind"] != "Secret"]
        return sorted(found, key=lambda item: FIRST.index(item["kind"]) if item["kind"] in FIRST else len(FIRST))

    def nodes(self, kind: str, count: int) -> NodeGroupSpec:
        """Have so many nodes in the group of a kind, as it is declared."""
        (group,) = [each.inputs for each in self.made.of("nodeGroup:NodeGroup") if each.name == f"{SITE}-{kind}"]
        instance_type = group["instanceTypes"][0]
        spec = NodeGroupSpec(
            kind, SITE, "us-east-1", "us-east-1a", instance_type, *SIZES[instance_type], group["capacityType"],
            group["labels"], group.get("taints", ()), count,
        )  # fmt: skip
        sync_nodes(self.plane, spec)
        return spec

    def make(self, item: Object) -> None:
        """Make a pod."""
        self.client.request("POST", f"/api/v1/namespaces/{item['metadata']['namespace']}/pods", item)

    def refusal(self, item: Object) -> str:
        """Why a pod is refused; empty when it is taken."""
        try:
            self.make(item)
        except ApiError as error:
            if error.status != FORBIDDEN:
                raise
            return str(error)
        return ""

    def running(self, namespace: str) -> set[str]:
        """Names of the pods of a namespace that run and stay."""
        pods = self.client.get(f"/api/v1/namespaces/{namespace}/pods")["items"]
        return {
            each["metadata"]["name"]
            for each in pods
            if each["status"]["phase"] == "Running" and "deletionTimestamp" not in each["metadata"]
        }

    def remove(self, pods: Iterable[Object]) -> None:
        """Remove pods, those that are gone as well."""
        for item in pods:
            metadata: Mapping[str, str] = item["metadata"]
            try:
                self.client.request("DELETE", f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}")
            except ApiError as error:
                if error.status != NOT_FOUND:
                    raise

    def scale(self, replicas: int) -> None:
        """Have so many replicas of the model server wanted."""
        path = "/apis/apps/v1/namespaces/business/deployments/deepseek-inference/scale"
        self.client.request(
            "PATCH", path, {"spec": {"replicas": replicas}}, content_type="application/merge-patch+json"
        )
