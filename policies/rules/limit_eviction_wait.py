"""W20: the pods of a dead node are started elsewhere as soon as it is known to be dead."""

from collections.abc import Iterator
from math import inf

from rules._pods import pod
from rules._resource import UNKNOWN, Resource, Value, dig, is_known, items
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._setting import WholeNumber
from rules._types import DEPLOYMENT

_SECONDS = WholeNumber(
    name="wait_seconds",
    what="how long, in seconds, pods may stay on a node that is unreachable, beyond the 40 to 55 s until that is known",
    default=5,
    minimum=0,
    maximum=300,
)
_TAINT = "node.kubernetes.io/unreachable"
# What Kubernetes adds where a pod says nothing:
# https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#defaulttolerationseconds
_DEFAULT = 300


def _check(resource: Resource, *, wait_seconds: int) -> Iterator[Finding]:
    tolerations = pod(resource, "tolerations")
    if not is_known(tolerations):
        yield undecided(resource, "spec", "template", "spec", "tolerations")
    elif (waits := _wait(items(tolerations))) > wait_seconds:
        told = "for ever" if waits == inf else f"{waits:.0f} s"
        yield failure(resource, f"its pods stay on an unreachable node {told}, must be at most {wait_seconds} s")


def _wait(tolerations: list[Value]) -> float:
    """Return the shortest wait of those that match, as Kubernetes takes it."""
    matching = [each for each in tolerations if _matches(each)]
    waits = [float(str(seconds)) for each in matching if (seconds := dig(each, "tolerationSeconds")) is not None]
    return max(0, min(waits)) if waits else inf if matching else _DEFAULT


def _matches(toleration: Value) -> bool:
    key, effect = dig(toleration, "key"), dig(toleration, "effect")
    everything = key in (None, "") and dig(toleration, "operator") == "Exists"
    return UNKNOWN not in (key, effect) and (key == _TAINT or everything) and effect in (None, "", "NoExecute")


RULE = ResourceRule(
    id="W20",
    name="limit-eviction-wait",
    severity=Severity.HIGH,
    what="Pods of Deployments leave an unreachable node within a few seconds.",
    why=(
        "A node is unreachable after 40 to 55 s without a heartbeat, and Kubernetes lets pods wait another 300 s unless"
        " they say otherwise: five minutes with a replica less, after which nobody expects the node back."
    ),
    source="https://docs.aws.amazon.com/prescriptive-guidance/latest/ha-resiliency-amazon-eks-apps/pod-eviction-time.html",
    fix=(
        f"Give the pod the toleration {{key: {_TAINT}, operator: Exists, effect: NoExecute, tolerationSeconds: 0}}, or"
        " as many seconds as the setting lets it."
    ),
    settings=(_SECONDS,),
    matches=DEPLOYMENT.__eq__,
    check=_check,
)
