"""W11: pods stay in their containers."""

from collections.abc import Iterator

from rules._pods import POD_SPECS, container_name, containers, object_name, pod
from rules._resource import UNKNOWN, Resource, dig, is_known, items, mapping
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._setting import Names

_ALLOWED = Names(
    name="allowed",
    what="namespace/name of objects whose pods may reach into their node",
    default=("kube-system/nvidia-device-plugin-daemonset", "kube-system/weights"),
)
_SHARED = ("hostNetwork", "hostPID", "hostIPC")
_PRIVILEGED = ("securityContext", "privileged")


def _check(resource: Resource, *, allowed: tuple[str, ...]) -> Iterator[Finding]:
    name = object_name(resource)
    if name in allowed:
        return
    found = [*_of_pod(resource), *_of_containers(resource)]
    yield from (undecided(resource, "metadata", "name") if name is UNKNOWN else each for each in found)


def _of_pod(resource: Resource) -> Iterator[Finding]:
    path = POD_SPECS[resource.type]
    for shared in _SHARED:
        if pod(resource, shared) is UNKNOWN:
            yield undecided(resource, *path, shared)
        elif pod(resource, shared) is True:
            yield failure(resource, f"{shared} is true")
    for volume in items(pod(resource, "volumes")):
        host = mapping(volume).get("hostPath")
        if volume is UNKNOWN or not is_known(host):
            yield undecided(resource, *path, "volumes")
        elif host is not None:
            yield failure(resource, f"mounts {dig(host, 'path')} of the node")


def _of_containers(resource: Resource) -> Iterator[Finding]:
    for path, container in containers(resource):
        privileged = dig(container, *_PRIVILEGED)
        if privileged is UNKNOWN:
            yield undecided(resource, *path, *_PRIVILEGED)
        elif privileged is True:
            yield failure(resource, f"container {container_name(container)} is privileged")


RULE = ResourceRule(
    id="W11",
    name="forbid-host-access",
    severity=Severity.CRITICAL,
    what="No pod is privileged, shares its node's namespaces or mounts its node's files, but for those listed.",
    why="Whoever breaks into such a pod has the node, and with it every pod there and the node's role.",
    source="https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    fix="Take it out of the pod, or list its namespace/name in the setting `allowed` if it cannot do without.",
    settings=(_ALLOWED,),
    matches=POD_SPECS.__contains__,
    check=_check,
)
