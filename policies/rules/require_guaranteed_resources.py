"""W4: the inference tier has what it asked for to itself."""

from collections.abc import Iterator

from rules._pods import GPU, POD_SPECS, asks_for_gpus, container_name, containers
from rules._resource import UNKNOWN, Resource, Value, dig
from rules._rule import Finding, ResourceRule, Severity, failure, undecided

_KINDS = ("cpu", "memory")


def _check(resource: Resource) -> Iterator[Finding]:
    asked = asks_for_gpus(resource)
    if asked is None:
        yield undecided(resource, *POD_SPECS[resource.type], "containers")
        return
    for path, container in containers(resource) if asked else ():
        for kind in (*_KINDS, GPU):
            yield from _check_kind(resource, (*path, container_name(container)), container, kind)


def _check_kind(resource: Resource, path: tuple[str, ...], container: Value, kind: str) -> Iterator[Finding]:
    limit, request = (dig(container, "resources", each, kind) for each in ("limits", "requests"))
    if UNKNOWN in (limit, request):
        yield undecided(resource, *path, "resources")
    elif limit is None and kind in _KINDS:
        yield failure(resource, f"container {path[-1]} has no limit of {kind}")
    elif request not in (None, limit):  # without a request Kubernetes takes the limit
        yield failure(resource, f"container {path[-1]} requests {kind} {request} and is limited to {limit}")


RULE = ResourceRule(
    id="W4",
    name="require-guaranteed-resources",
    severity=Severity.HIGH,
    what="Pods with GPUs request as much as they are limited to, in CPU, memory and GPUs of every container.",
    why=(
        "Only then is their quality of service Guaranteed, which is evicted last when a node runs short; a replica"
        " that is evicted loses its streams and takes minutes to come back."
    ),
    source="https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/",
    fix="Set resources.requests to the same as resources.limits, with cpu and memory, in every container.",
    matches=POD_SPECS.__contains__,
    check=_check,
)
