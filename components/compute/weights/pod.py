"""The pods that bring weights to a node, and what a model server needs to read them there, as plain data; pure.

A pod of the business domain may not mount a folder of its node, but may a volume: one `local` volume stands for the
same folder of every GPU node (https://kubernetes.io/docs/concepts/storage/volumes/#local).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pulumi_kubernetes.core.v1 import (
    ContainerArgsDict,
    EnvVarArgsDict,
    PersistentVolumeSpecArgsDict,
    PodSpecArgsDict,
    SecurityContextArgsDict,
    VolumeArgsDict,
    VolumeMountArgsDict,
)

from components.compute.nodes import GPU_LABEL, GPU_TAINT
from components.demand import Demand
from components.naming import BUSINESS
from components.pods import CONFINED
from components.serving import Inference

NAME: Final = "weights"
NAMESPACE: Final = "kube-system"
LABELS: Final = {"app.kubernetes.io/name": NAME}
CLASS: Final = "weights"
# Where a node has the one disk of its NVMe disks: `user_data` asks for it.
_NODE_FOLDER: Final = "/mnt/k8s-disks/0/weights"
_MOUNT: Final = "/weights"
_FILES: Final = Path(__file__).parent / "files"
_SCRIPT: Final = "/etc/weights"
# Eight files at a time, each with a client of the CLI's faster kind, which takes 2 GiB at 10 Gb/s:
# https://docs.aws.amazon.com/cli/latest/topic/s3-config.html and
# https://github.com/awslabs/aws-c-s3/blob/main/docs/memory_aware_request_execution.md
_PARALLEL: Final = 8
_FETCHER: Final = Demand(millicores=8000, memory_mib=20 * 1024)
_IDLE: Final = Demand(millicores=10, memory_mib=32)
_WAITER: Final = Demand(millicores=100, memory_mib=64)
# The folder is root's, and so is what fetches into it; it has no other power of root.
_OWNER: Final[SecurityContextArgsDict] = {**CONFINED, "run_as_user": 0, "seccomp_profile": {"type": "RuntimeDefault"}}
# Nothing reads a volume's size but the claim that is bound to it.
SIZE: Final = "1Ti"


def files() -> Mapping[str, str]:
    """Return what a pod is started with, texts by name."""
    return {each.name: each.read_text() for each in sorted(_FILES.iterdir())}


def folder(inference: Inference) -> str:
    """Return where a model server finds its weights."""
    return f"{_MOUNT}/{inference.model}/{inference.revision}"


def mount() -> VolumeMountArgsDict:
    """Return the mount of all weights of a node, for reading."""
    return {"name": NAME, "mount_path": _MOUNT, "read_only": True}


def volume() -> VolumeArgsDict:
    """Return the volume of all weights of a node, in a pod of the business domain."""
    return {"name": NAME, "persistent_volume_claim": {"claim_name": NAME, "read_only": True}}


def waiter(inference: Inference) -> ContainerArgsDict:
    """Return the container that ends when the weights are there; the server's image has a shell and comes anyway."""
    asked = _WAITER.quantities()
    loop = 'until [ -d "$0" ]; do echo "waits for the weights in $0"; sleep 5; done'
    return {
        "name": "wait-for-weights",
        "image": inference.image,
        "command": ["sh", "-c", loop, folder(inference)],
        "resources": {"requests": asked, "limits": asked},
        "security_context": CONFINED,
        "volume_mounts": [mount()],
    }


def shared_folder() -> PersistentVolumeSpecArgsDict:
    """Return the volume that is this folder on whichever GPU node a pod runs."""
    return {
        "capacity": {"storage": SIZE},
        "access_modes": ["ReadOnlyMany"],
        "storage_class_name": CLASS,
        "persistent_volume_reclaim_policy": "Retain",
        "local": {"path": _NODE_FOLDER},
        "node_affinity": {
            "required": {
                "node_selector_terms": [
                    {"match_expressions": [{"key": GPU_LABEL, "operator": "In", "values": ["true"]}]}
                ]
            }
        },
        "claim_ref": {"api_version": "v1", "kind": "PersistentVolumeClaim", "namespace": BUSINESS, "name": NAME},
    }


def pod_spec(inference: Inference, environment: list[EnvVarArgsDict]) -> PodSpecArgsDict:
    """Return the spec of the pod of each GPU node.

    Args:
        inference: what is served.
        environment: where the weights come from.
    """
    return {
        "service_account_name": NAME,
        "automount_service_account_token": False,
        "priority_class_name": "system-node-critical",
        "node_selector": {GPU_LABEL: "true"},
        "tolerations": [{"key": GPU_TAINT, "operator": "Exists", "effect": "NoSchedule"}],
        "containers": [_fetcher(inference, environment), _puller(inference)],
        "volumes": [
            {"name": NAME, "host_path": {"path": _NODE_FOLDER, "type": "DirectoryOrCreate"}},
            {"name": "script", "config_map": {"name": NAME}},
            {"name": "tmp", "empty_dir": {"size_limit": "64Mi"}},
        ],
    }


def _fetcher(inference: Inference, environment: list[EnvVarArgsDict]) -> ContainerArgsDict:
    asked = _FETCHER.quantities()
    return {
        "name": "fetch",
        "image": inference.weights_image,
        "command": ["bash", f"{_SCRIPT}/fetch.sh"],
        "env": [*environment, *({"name": name, "value": value} for name, value in _told(inference).items())],
        "resources": {"requests": asked, "limits": asked},
        "security_context": _OWNER,
        "readiness_probe": {"exec_": {"command": ["test", "-d", folder(inference)]}, "period_seconds": 5},
        "volume_mounts": [
            {"name": NAME, "mount_path": _MOUNT},
            {"name": "script", "mount_path": _SCRIPT, "read_only": True},
            {"name": "tmp", "mount_path": "/tmp"},  # noqa: S108 - the container's
        ],
    }


def _told(inference: Inference) -> Mapping[str, str]:
    return {
        "MODEL": inference.model,
        "REVISION": inference.revision,
        "ROOT": _MOUNT,
        "PARALLEL": str(_PARALLEL),
        # As long as a rollout may take, pods of the old revision may start again.
        "OLD_SECONDS": str(inference.rollout_seconds()),
        "AWS_CONFIG_FILE": f"{_SCRIPT}/aws.conf",
        "HOME": "/tmp",  # noqa: S108 - the container's
    }


def _puller(inference: Inference) -> ContainerArgsDict:
    """Return what holds the server's image on the node: pulled before a replica comes, and in use, so never removed."""
    asked = _IDLE.quantities()
    return {
        "name": "image",
        "image": inference.image,
        "command": ["sleep", "infinity"],
        "resources": {"requests": asked, "limits": asked},
        "security_context": {**CONFINED, "run_as_user": 65532, "run_as_non_root": True},
    }
