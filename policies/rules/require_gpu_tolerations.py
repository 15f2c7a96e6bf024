"""G1: pods that need GPUs may run on GPU nodes, and nobody else may.

The taint that G2 asks of GPU nodes has a value of its owner's choice, so a pod must tolerate it whatever its value. The
daemons that make a node's GPUs usable ask for none themselves; they are named in a setting.
"""

from collections.abc import Iterator
from enum import Enum

from rules._pods import GPU, POD_SPECS, asks_for_gpus
from rules._resource import UNKNOWN, Resource, Value, dig, items
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._setting import Names

_DAEMONS = Names(
    name="daemons",
    what="namespace/name of what runs on GPU nodes without a GPU of its own, such as the device plugin",
    default=("kube-system/nvidia-device-plugin-daemonset", "kube-system/weights"),
)
_EFFECTS = (None, "", "NoSchedule")


class _Reach(Enum):
    """Which values of the GPU taint a pod tolerates."""

    NONE = 0
    SOME = 1
    ALL = 2


def _check(resource: Resource, *, daemons: tuple[str, ...]) -> Iterator[Finding]:
    tolerations = (*POD_SPECS[resource.type], "tolerations")
    asks, reach = asks_for_gpus(resource), _reach(resource.get(*tolerations))
    if asks is None:
        yield undecided(resource, *POD_SPECS[resource.type], "containers")
    elif reach is None:
        yield undecided(resource, *tolerations)
    elif asks and reach is not _Reach.ALL:
        yield failure(resource, f"asks for GPUs and does not tolerate the taint {GPU}:NoSchedule whatever its value")
    elif not asks and reach is not _Reach.NONE:
        yield from _check_daemon(resource, daemons)


def _check_daemon(resource: Resource, daemons: tuple[str, ...]) -> Iterator[Finding]:
    place, name = resource.get("metadata", "namespace"), resource.get("metadata", "name")
    if UNKNOWN in (place, name):
        yield undecided(resource, "metadata")
    elif f"{place or 'default'}/{name}" not in daemons:
        yield failure(resource, f"tolerates the taint {GPU}:NoSchedule and asks for no GPU")


def _reach(tolerations: Value) -> _Reach | None:
    """Return the most that any toleration reaches; None where an unknown value decides."""
    found = [_reach_of(each) for each in items(tolerations)]
    if _Reach.ALL in found:
        return _Reach.ALL
    return None if None in found else max((it for it in found if it), key=lambda it: it.value, default=_Reach.NONE)


def _reach_of(toleration: Value) -> _Reach | None:
    """Return what one toleration reaches: https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/."""
    key, effect, operator = (dig(toleration, part) for part in ("key", "effect", "operator"))
    other_key = key is not UNKNOWN and key not in (None, "", GPU)
    if other_key or (effect is not UNKNOWN and effect not in _EFFECTS):
        return _Reach.NONE
    if UNKNOWN in (key, effect, operator):
        return None
    return _Reach.ALL if operator == "Exists" else _Reach.SOME


RULE = ResourceRule(
    id="G1",
    name="require-gpu-tolerations",
    severity=Severity.HIGH,
    what="Pods that ask for GPUs tolerate the taint of GPU nodes, and no pod without GPUs does.",
    why=(
        "Without the toleration a model server stays pending beside idle GPUs; with one, a pod without GPUs takes the"
        " CPU and memory that a replica needs to start."
    ),
    source="https://docs.aws.amazon.com/eks/latest/userguide/node-taints-managed-node-groups.html",
    fix=(
        "Give GPU pods the toleration {key: nvidia.com/gpu, operator: Exists, effect: NoSchedule}, take it from others,"
        " or name a daemon of GPU nodes in the setting `daemons`."
    ),
    settings=(_DAEMONS,),
    matches=POD_SPECS.__contains__,
    check=_check,
)
