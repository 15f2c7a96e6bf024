"""What the pods of every layer have in common; pure."""

import hashlib
import json
from collections.abc import Mapping
from typing import Final

from pulumi_kubernetes.core.v1 import (
    EnvVarArgsDict,
    PodSecurityContextArgsDict,
    SecurityContextArgsDict,
    TolerationArgsDict,
    TopologySpreadConstraintArgsDict,
)

USER: Final = 65532
"""Whom processes run as: nobody that an image or a node knows."""

LONGEST_STREAM: Final = "inference-platform/longest-stream-seconds"
"""Annotation of a workload: the longest answer, s. The policies hold the grace period of its pods against it."""

COLD_START: Final = "inference-platform/cold-start"
"""Annotation of a workload: the phases of a cold start, each with its seconds, as `node=300,image=300`."""

FILES: Final = "inference-platform/files"
"""Annotation of pods: a digest of the files that they start with, so that a change of those starts pods anew."""

CONFINED_POD: Final[PodSecurityContextArgsDict] = {
    "run_as_non_root": True,
    "run_as_user": USER,
    "fs_group": USER,
    "seccomp_profile": {"type": "RuntimeDefault"},
}
CONFINED: Final[SecurityContextArgsDict] = {
    "allow_privilege_escalation": False,
    "read_only_root_filesystem": True,
    "capabilities": {"drop": ["ALL"]},
}
# A node whose kubelet says itself that it is not ready may still answer and come back; its pods leave after this.
_NOT_READY_SECONDS: Final = 30
# A node is unreachable when its heartbeat has been missing for 50 s, 40 to 55 s after its death, which EKS lets nobody
# set; what its pods wait beyond that is added. More than 5 s would pass 60 s, and any wait loses the race against EKS,
# which removes the node of an ended instance within 5 s: its pods are then left to the garbage collector, which takes
# another 40 to 60 s.
# https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/ (--node-monitor-...)
# https://docs.aws.amazon.com/prescriptive-guidance/latest/ha-resiliency-amazon-eks-apps/pod-eviction-time.html
_UNREACHABLE_SECONDS: Final = 0


def files_digest(files: Mapping[str, str]) -> Mapping[str, str]:
    """Return the annotation of pods that start with `files`, texts by name."""
    return {FILES: hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()}


def leaving_dead_nodes() -> list[TolerationArgsDict]:
    """Return the tolerations of a pod that is started elsewhere soon after its node is lost."""
    return [_away("not-ready", _NOT_READY_SECONDS), _away("unreachable", _UNREACHABLE_SECONDS)]


def _away(why: str, seconds: int) -> TolerationArgsDict:
    return {
        "key": f"node.kubernetes.io/{why}",
        "operator": "Exists",
        "effect": "NoExecute",
        "toleration_seconds": seconds,
    }


def spread_over_hosts(labels: Mapping[str, str]) -> TopologySpreadConstraintArgsDict:
    """Return the wish for hosts of their own, no demand: on what is left of lost nodes, crowded is better than none."""
    return {
        "max_skew": 1,
        "topology_key": "kubernetes.io/hostname",
        "when_unsatisfiable": "ScheduleAnyway",
        "label_selector": {"match_labels": labels},
    }


def field_of_pod(name: str, path: str) -> EnvVarArgsDict:
    """Return a variable `name` that holds what the pod's own object has at `path`."""
    return {"name": name, "value_from": {"field_ref": {"field_path": path}}}
