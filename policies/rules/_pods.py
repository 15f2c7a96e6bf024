"""Where the kinds of Kubernetes object that run pods say what runs in them."""

from collections.abc import Iterator, Mapping
from typing import Final

from rules._resource import UNKNOWN, Resource, Value, dig, items, mapping
from rules._types import CRON_JOB, DAEMON_SET, DEPLOYMENT, JOB, POD, REPLICA_SET, STATEFUL_SET

_TEMPLATE: Final = ("spec", "template", "spec")
POD_SPECS: Final[Mapping[str, tuple[str, ...]]] = {
    POD: ("spec",),
    CRON_JOB: ("spec", "jobTemplate", *_TEMPLATE),
    **dict.fromkeys((DAEMON_SET, DEPLOYMENT, JOB, REPLICA_SET, STATEFUL_SET), _TEMPLATE),
}
"""The way to the pod's `spec`, by type."""

NO_GPUS: Final = (None, 0, "0")
"""What a container without GPUs may say of them."""

GPU: Final = "nvidia.com/gpu"
"""A node's GPUs as a resource of pods, and the taint that keeps other pods away."""

GPU_LIMIT: Final = ("resources", "limits", GPU)
"""Where a container asks for GPUs."""


def containers(resource: Resource) -> Iterator[tuple[tuple[str, ...], Value]]:
    """Yield the containers of the pods that `resource` runs, each with the path of its list; unknown ones too."""
    spec = POD_SPECS[resource.type]
    for kind in ("initContainers", "containers"):
        for container in items(dig(resource.get(*spec), kind)):
            yield (*spec, kind), container


def gpu_limits(resource: Resource) -> list[Value]:
    """Return the GPUs that each container asks for while the pod runs; Kubernetes takes them as limits only.

    https://kubernetes.io/docs/tasks/manage-gpus/scheduling-gpus/
    """
    return [dig(container, *GPU_LIMIT) for path, container in containers(resource) if path[-1] == "containers"]


def asks_for_gpus(resource: Resource) -> bool | None:
    """Tell whether a pod needs a GPU at any time; None where an unknown value decides."""
    limits = [dig(container, *GPU_LIMIT) for _, container in containers(resource)]
    if any(limit is not UNKNOWN and limit not in NO_GPUS for limit in limits):
        return True
    return None if UNKNOWN in limits else False


def pod(resource: Resource, *path: str) -> Value:
    """Return the value at `path` of the spec of the pods that `resource` runs."""
    return resource.get(*POD_SPECS[resource.type], *path)


def container_name(container: Value) -> str:
    """Return how people call a container."""
    return str(mapping(container).get("name", "?"))


def object_name(resource: Resource) -> Value:
    """Return namespace/name of a Kubernetes object, UNKNOWN while either is."""
    place, name = resource.get("metadata", "namespace"), resource.get("metadata", "name")
    return UNKNOWN if UNKNOWN in (place, name) else f"{place or 'default'}/{name}"
