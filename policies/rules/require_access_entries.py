"""E8: who may enter a cluster stands in the program, and nowhere else."""

from collections.abc import Iterator

from rules._resource import UNKNOWN, Resource
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._types import CLUSTER

_MODE = ("accessConfig", "authenticationMode")
_CREATOR = ("accessConfig", "bootstrapClusterCreatorAdminPermissions")


def _check(cluster: Resource) -> Iterator[Finding]:
    mode, creator = cluster.get(*_MODE), cluster.get(*_CREATOR)
    if mode is UNKNOWN:
        yield undecided(cluster, *_MODE)
    elif mode != "API":
        yield failure(cluster, f"accessConfig.authenticationMode is {mode or 'not set'}, must be API")
    if creator is UNKNOWN:
        yield undecided(cluster, *_CREATOR)
    elif creator is not False:  # EKS makes the creator an administrator where nothing is said
        yield failure(cluster, "accessConfig.bootstrapClusterCreatorAdminPermissions is not false")


# No remedy: leaving the config map is a way of no return, and the creator's right is fixed when a cluster is made.
RULE = ResourceRule(
    id="E8",
    name="require-access-entries",
    severity=Severity.HIGH,
    what="A cluster takes its users from access entries alone, and its creator is not one unless the program says so.",
    why=(
        "A config map in the cluster gives admin rights that no review and no IAM trail shows, and whoever ran the"
        " first update stays administrator for good."
    ),
    source="https://docs.aws.amazon.com/eks/latest/userguide/setting-up-access-entries.html",
    fix=(
        "Set accessConfig to {authenticationMode: API, bootstrapClusterCreatorAdminPermissions: false}, and list"
        " administrators in the stack's settings."
    ),
    matches={CLUSTER}.__contains__,
    check=_check,
)
