"""E13: nodes reach their control plane without leaving the VPC."""

from rules._flags import is_true, set_true
from rules._rule import ResourceRule, Severity
from rules._types import CLUSTER

_ACCESS = ("vpcConfig", "endpointPrivateAccess")

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
    remedy=set_true(*_ACCESS),
    matches={CLUSTER}.__contains__,
    check=is_true(*_ACCESS),
)
