"""E3: a cluster keeps every control-plane log."""

from collections.abc import Iterator

from rules._remedy import Edits, Remedy
from rules._resource import Resource, is_known, strings
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._types import CLUSTER

# https://docs.aws.amazon.com/eks/latest/APIReference/API_LogSetup.html
_LOG_TYPES = ("api", "audit", "authenticator", "controllerManager", "scheduler")


def _check(cluster: Resource) -> Iterator[Finding]:
    enabled = cluster.get("enabledClusterLogTypes")
    missing = [kind for kind in _LOG_TYPES if kind not in strings(enabled)]
    if missing and not is_known(enabled):
        yield undecided(cluster, "enabledClusterLogTypes")
    elif missing:
        yield failure(cluster, f"enabledClusterLogTypes lacks {', '.join(missing)}")


def _edits(_: Resource) -> Edits:
    return {("enabledClusterLogTypes",): list(_LOG_TYPES)}


RULE = ResourceRule(
    id="E3",
    name="require-control-plane-logs",
    severity=Severity.MEDIUM,
    what="A cluster keeps all five kinds of control-plane log.",
    why="EKS keeps none by default: who did what, and why a pod was not placed, is then gone for good.",
    source="https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html",
    fix=f"Set enabledClusterLogTypes to [{', '.join(_LOG_TYPES)}].",
    remedy=Remedy(what="Sets enabledClusterLogTypes to all five kinds.", edits=_edits),
    matches={CLUSTER}.__contains__,
    check=_check,
)
