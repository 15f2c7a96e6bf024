"""E1: no cluster answers to the whole internet."""

from collections.abc import Iterator

from rules._networks import whole_internet
from rules._resource import UNKNOWN, Resource, is_known, strings
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._types import CLUSTER


def _check(cluster: Resource) -> Iterator[Finding]:
    public = cluster.get("vpcConfig", "endpointPublicAccess")
    if public is UNKNOWN:
        yield undecided(cluster, "vpcConfig", "endpointPublicAccess")
    elif public is not False:  # EKS makes the endpoint public where nothing is said
        yield from _check_sources(cluster)


def _check_sources(cluster: Resource) -> Iterator[Finding]:
    allowed = cluster.get("vpcConfig", "publicAccessCidrs")
    whole = whole_internet(strings(allowed))
    if whole:
        yield failure(cluster, f"its public endpoint is open to {', '.join(whole)}")
    elif not is_known(allowed):
        yield undecided(cluster, "vpcConfig", "publicAccessCidrs")
    elif not allowed:
        yield failure(cluster, "its public endpoint has no publicAccessCidrs, so EKS opens it to 0.0.0.0/0")


RULE = ResourceRule(
    id="E1",
    name="forbid-open-cluster-endpoint",
    severity=Severity.CRITICAL,
    what="A cluster's API endpoint is private or open to listed networks only.",
    why="An API server open to the world is one leaked token or one unpatched flaw away from a takeover.",
    source="https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html",
    fix="Set vpcConfig.endpointPublicAccess to false, or list the offices' networks in publicAccessCidrs.",
    matches={CLUSTER}.__contains__,
    check=_check,
)
