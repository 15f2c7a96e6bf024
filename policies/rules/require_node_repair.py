"""E6: a node that is broken but not gone is replaced without anybody being woken."""

from collections.abc import Iterator, Sequence

from rules._addons import lacking
from rules._flags import is_true
from rules._resource import Resource
from rules._rule import Finding, Severity, StackRule
from rules._stack import of_type, users
from rules._types import CLUSTER, NODE_GROUP

_repairs = is_true("nodeRepairConfig", "enabled")
_AGENT = "eks-node-monitoring-agent"


def _check(resources: Sequence[Resource]) -> Iterator[Finding]:
    groups = of_type(resources, NODE_GROUP)
    for group in groups:
        yield from _repairs(group)
    for cluster in of_type(resources, CLUSTER):
        if users(cluster, "clusterName", groups):
            yield from lacking(cluster, [_AGENT], resources)


RULE = StackRule(
    id="E6",
    name="require-node-repair",
    severity=Severity.HIGH,
    what="Node groups repair their nodes, and each cluster has the agent that sees more than kubelet does.",
    why=(
        "A GPU that fell off the bus leaves its node Ready: without repair it holds its replica down until somebody"
        " looks, and without the agent nothing tells that it did."
    ),
    source="https://docs.aws.amazon.com/eks/latest/userguide/node-repair.html",
    fix="Set nodeRepairConfig to {enabled: true} on the node group, and add the add-on eks-node-monitoring-agent.",
    check=_check,
)
