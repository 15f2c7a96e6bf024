"""NVIDIA's device plugin, which makes a node's GPUs a schedulable resource; EKS has no add-on for it.

After the DaemonSet that NVIDIA publishes: https://github.com/NVIDIA/k8s-device-plugin/blob/v0.17.1/deployments/static/nvidia-device-plugin.yml
"""

from typing import Final

import pulumi
from pulumi_kubernetes.apps.v1 import DaemonSet
from pulumi_kubernetes.core.v1 import PodSpecArgsDict

from components.base import Component
from components.compute.nodes import GPU_LABEL, GPU_TAINT

_DIGEST: Final = "sha256:af31e2b7c7f89834c4e5219860def7ac2e49a207b3d4e8610d5a26772b7738e5"
_IMAGE: Final = f"nvcr.io/nvidia/k8s-device-plugin:v0.17.1@{_DIGEST}"
_SOCKETS: Final = "/var/lib/kubelet/device-plugins"
_LABELS: Final = {"name": "nvidia-device-plugin-ds"}


class DevicePlugin(Component):
    """The DaemonSet of the device plugin, on GPU nodes only."""

    type_path = "compute:DevicePlugin"

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self.daemon_set = DaemonSet(
            name,
            metadata={"name": "nvidia-device-plugin-daemonset", "namespace": "kube-system"},
            spec={
                "selector": {"match_labels": _LABELS},
                "update_strategy": {"type": "RollingUpdate"},
                "template": {"metadata": {"labels": _LABELS}, "spec": _pod_spec()},
            },
            opts=self.child(),
        )
        self.publish()


def _pod_spec() -> PodSpecArgsDict:
    return {
        "node_selector": {GPU_LABEL: "true"},
        "tolerations": [{"key": GPU_TAINT, "operator": "Exists", "effect": "NoSchedule"}],
        "priority_class_name": "system-node-critical",
        "automount_service_account_token": False,
        "containers": [
            {
                "name": "nvidia-device-plugin-ctr",
                "image": _IMAGE,
                "env": [{"name": "FAIL_ON_INIT_ERROR", "value": "false"}],
                "security_context": {"allow_privilege_escalation": False, "capabilities": {"drop": ["ALL"]}},
                "volume_mounts": [{"name": "device-plugin", "mount_path": _SOCKETS}],
            }
        ],
        "volumes": [{"name": "device-plugin", "host_path": {"path": _SOCKETS}}],
    }
