"""Arithmetic of nodes, GPUs, replicas and grace periods; pure."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from components.demand import Demand, of_container

_DATA: Final = Path(__file__).parents[1] / "data"

GPUS_PER_NODE: Final[Mapping[str, int]] = json.loads((_DATA / "gpus.json").read_text())["gpus_per_instance"]
"""GPUs of an instance type, from the table that the review of a change reads too; it names its source."""

NODE_SIZES: Final[Mapping[str, tuple[int, int]]] = {
    kind: (cores, memory_gib)
    for kind, (cores, memory_gib) in json.loads((_DATA / "nodes.json").read_text())["cores_and_gib"].items()
}
"""Cores and memory (GiB) of the instance types that system nodes may have; the table names its source."""

# Of each system node for what is not ours to place: the kubelet's share (90 millicores and about 1 GiB of 8 cores
# and 58 pods), the daemons of networks, disks and monitoring, and a replica of DNS or of the metrics server.
# https://github.com/awslabs/amazon-eks-ami/blob/main/nodeadm/internal/kubelet/config.go
_KEPT: Final = of_container(1, 3)

_MARGIN_SECONDS = 10
# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html
_LONGEST_DRAIN_SECONDS = 3600


def replicas_on(nodes: int, instance_type: str, tensor_parallel: int) -> int:
    """Return how many replicas of `tensor_parallel` GPUs fit on `nodes`; one replica never spans nodes."""
    return nodes * (GPUS_PER_NODE[instance_type] // tensor_parallel)


def room_on(instance_type: str) -> Demand:
    """Return what is left of a system node for the pods that the settings size."""
    cores, memory_gib = NODE_SIZES[instance_type]
    return of_container(cores, memory_gib) + _KEPT.times(-1)


def spread_over(nodes: int, wanted: Sequence[tuple[Demand, int]]) -> Demand:
    """Return what the fullest of `nodes` holds when so many of each pod are spread over them as evenly as it goes."""
    fullest = Demand()
    for pod, count in wanted:
        fullest += pod.times(-(-count // nodes))
    return fullest


def grace_seconds(pre_stop: int, longest_stream: int) -> int:
    """Return a termination grace period (s) in which the longest stream ends after preStop."""
    return pre_stop + longest_stream + _MARGIN_SECONDS


def drain_seconds(longest_stream: int) -> int:
    """Return how long (s) a load balancer waits for a target that leaves: past the longest stream, 3600 s at most."""
    return min(longest_stream + _MARGIN_SECONDS, _LONGEST_DRAIN_SECONDS)
