"""W14: a pod that does not call the API server has no token for it."""

from collections.abc import Iterator

from rules._pods import POD_SPECS, pod
from rules._resource import UNKNOWN, Resource
from rules._rule import Finding, ResourceRule, Severity, failure, undecided

_MOUNT = "automountServiceAccountToken"
_ACCOUNT = "serviceAccountName"


def _check(resource: Resource) -> Iterator[Finding]:
    mounted, account = pod(resource, _MOUNT), pod(resource, _ACCOUNT)
    if mounted is False:
        return
    if UNKNOWN in (mounted, account):
        yield undecided(resource, *POD_SPECS[resource.type], _MOUNT if mounted is UNKNOWN else _ACCOUNT)
    elif account in (None, "", "default") or mounted is None:
        yield failure(resource, f"{_MOUNT} is not false, so its pods get a token of account {account or 'default'}")


RULE = ResourceRule(
    id="W14",
    name="forbid-default-tokens",
    severity=Severity.MEDIUM,
    what="Pods get a token for the API server only where they ask for it, and then of an account of their own.",
    why="Whatever is granted to the default account, or to one that no pod needs, is there for who breaks into a pod.",
    source="https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/",
    fix=f"Set {_MOUNT} of the pod to false; where it does call the API server, to true with its own {_ACCOUNT}.",
    matches=POD_SPECS.__contains__,
    check=_check,
)
