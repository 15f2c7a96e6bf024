"""G10: the GPU nodes of a cluster have one who scales them.

An autoscaler that finds node groups by itself would take back what the alarms have added, and the other way round.
Such a one is known by its chart or image; groups that are scaled by alarms have step policies.
"""

from collections.abc import Iterator, Sequence

from rules._growth import gpu_groups, scaled_by, unknown
from rules._pods import POD_SPECS, containers
from rules._resource import UNKNOWN, Resource, Value, dig
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._setting import Names
from rules._stack import of_type
from rules._types import RELEASE, SCALING_POLICY

_SCALERS = Names(
    name="scalers",
    what="parts of the names of charts and images that scale the nodes of a cluster",
    default=("cluster-autoscaler", "karpenter"),
)


def _check(resources: Sequence[Resource], *, scalers: tuple[str, ...]) -> Iterator[Finding]:
    yield from unknown(resources)
    groups = gpu_groups(resources)
    if not any(scaled_by(policy, groups) for policy in of_type(resources, SCALING_POLICY)):
        return
    for each in resources:
        for key, name in _runs(each):
            if name is UNKNOWN:
                yield undecided(each, key)
            elif found := [scaler for scaler in scalers if scaler in str(name)]:
                yield failure(each, f"{key} {name} is a {found[0]}, and the GPU groups are scaled by alarms")


def _runs(resource: Resource) -> Iterator[tuple[str, Value]]:
    if resource.type == RELEASE:
        yield "chart", resource.get("chart")
    elif resource.type in POD_SPECS:
        for _, container in containers(resource):
            yield "image", dig(container, "image")


RULE = StackRule(
    id="G10",
    name="limit-node-scalers",
    severity=Severity.HIGH,
    what="Where alarms scale GPU node groups, no autoscaler of nodes runs in a cluster.",
    why="Two who decide on the size of one group undo what the other has done, with nodes that take minutes to start.",
    source="https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md",
    fix="Take the autoscaler out, or bind it to other groups and waive this rule for it.",
    settings=(_SCALERS,),
    check=_check,
)
