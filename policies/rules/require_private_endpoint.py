"""E13: nodes reach their control plane without leaving the VPC."""

from collections.abc import Iterator

from rules._remedy import Remedy
from rules._resource import UNKNOWN, Resource
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._types import CLUSTER

_ACCESS = ("vpcConfig", "endpointPrivateAccess")


def _check(cluster: Resource) -> Iterator[Finding]:
    private = cluster.get(*_ACCESS)
    if private is UNKNOWN:
        yield undecided(cluster, *_ACCESS)
    elif private is not True:
        yield failure(cluster, "vpcConfig.endpointPrivateAccess is not true")


RULE = ResourceRule(
    id="E13",
    name="require-private-endpoint",
    severity=Severity.HIGH,
    what="A cluster's API endpoint has a private side, in the VPC.",
    why=(
        "Without it nodes reach the API server through their zone's NAT gateway and the public list: losing either"
        " makes a healthy site's nodes NotReady."
    ),
    source="https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html",
    fix="Set vpcConfig.endpointPrivateAccess to true on the cluster.",
    remedy=Remedy(what="Sets vpcConfig.endpointPrivateAccess.", edits=lambda _: {_ACCESS: True}),
    matches={CLUSTER}.__contains__,
    check=_check,
)
