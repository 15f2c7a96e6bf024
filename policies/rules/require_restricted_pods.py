"""W5: a broken-into container can do little."""

from collections.abc import Iterator, Mapping
from typing import Final

from rules._pods import POD_SPECS, container_name, containers, object_name, pod
from rules._resource import UNKNOWN, Resource, Value, dig, is_known, items
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._setting import Names

_EXEMPT = Names(
    name="exempt",
    what="namespace/name of objects whose pods need more, each because it serves its node",
    default=("kube-system/nvidia-device-plugin-daemonset", "kube-system/weights"),
)
# The values that each setting may have.
_WANTED: Final[Mapping[tuple[str, ...], tuple[Value, ...]]] = {
    ("runAsNonRoot",): (True,),
    ("seccompProfile", "type"): ("RuntimeDefault", "Localhost"),
    ("allowPrivilegeEscalation",): (False,),
    ("readOnlyRootFilesystem",): (True,),
}
# Where a container says nothing of these, its pod may.
_OF_PODS: Final = (("runAsNonRoot",), ("seccompProfile", "type"))


def _check(resource: Resource, *, exempt: tuple[str, ...]) -> Iterator[Finding]:
    name = object_name(resource)
    if name in exempt:
        return
    for path, container in containers(resource):
        for finding in _check_container(resource, path, container):
            yield undecided(resource, "metadata", "name") if name is UNKNOWN else finding


def _check_container(resource: Resource, path: tuple[str, ...], container: Value) -> Iterator[Finding]:
    name = container_name(container)
    for key, allowed in _WANTED.items():
        value = dig(container, "securityContext", *key)
        if value is None and key in _OF_PODS:
            value = pod(resource, "securityContext", *key)
        if value is UNKNOWN:
            yield undecided(resource, *path, "securityContext", *key)
        elif value not in allowed:
            yield failure(resource, f"container {name} has {'.'.join(key)} {_text(value)}, must be {_text(allowed[0])}")
    dropped = dig(container, "securityContext", "capabilities", "drop")
    if not is_known(dropped):
        yield undecided(resource, *path, "securityContext", "capabilities")
    elif "ALL" not in items(dropped):
        yield failure(resource, f"container {name} does not drop ALL capabilities")


def _text(value: Value) -> str:
    return "not set" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


RULE = ResourceRule(
    id="W5",
    name="require-restricted-pods",
    severity=Severity.HIGH,
    what="Containers run without root, capabilities, new privileges or a writable image, under a seccomp profile.",
    why="A flaw in the model server is found by whoever sends it prompts; these take away what comes after it.",
    source="https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    fix=(
        "Set the container's securityContext to {runAsNonRoot: true, allowPrivilegeEscalation: false,"
        " readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}, seccompProfile: {type: RuntimeDefault}}, and mount"
        " an emptyDir where it writes; list an object that serves its node in the setting `exempt`."
    ),
    settings=(_EXEMPT,),
    matches=POD_SPECS.__contains__,
    check=_check,
)
