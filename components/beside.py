"""What runs in a pod beside its own containers; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from pulumi_kubernetes.core.v1 import ContainerArgsDict, VolumeArgsDict


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Sidecars that start before the pod's own containers and end after them, and the volumes that they mount.

    A sidecar is an init container that is restarted always:
    https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
    """

    init_containers: Sequence[ContainerArgsDict]
    volumes: Sequence[VolumeArgsDict]
