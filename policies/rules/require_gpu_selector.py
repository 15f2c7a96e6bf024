"""G6: a pod that needs GPUs names GPU nodes, and its cluster has the nodes that it names.

What a pod demands of nodes, its `nodeSelector` and its required node affinity, is held against the labels of the
cluster's node groups. Labels that Kubernetes or AWS put on every node, as the instance type, stand in no program: a
demand for one may be met by any group. One for any other label that no group has can never be met.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from rules._capacity import blanks, offers_gpus
from rules._pods import POD_SPECS, asks_for_gpus
from rules._resource import Resource, Value, dig, is_known, items, mapping, strings
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._stack import by_cluster, home, of_type, users
from rules._types import NODE_GROUP

_TERMS: Final = ("nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms")
# Put on nodes by kubelet and EKS: https://kubernetes.io/docs/reference/labels-annotations-taints/
_WELL_KNOWN: Final = ("kubernetes.io", "k8s.io", "eks.amazonaws.com")


def _check(resources: Sequence[Resource]) -> Iterator[Finding]:
    pools = of_type(resources, NODE_GROUP)
    unknown = [finding for pool in pools for finding in blanks(pool, ("labels",))]
    yield from unknown
    for provider, objects in () if unknown else by_cluster(resources).items():
        cluster = home(provider, resources)
        groups = None if cluster is None else users(cluster, "clusterName", pools)
        for pod in of_type(objects, *POD_SPECS):
            yield from _check_pod(pod, groups)


def _check_pod(pod: Resource, groups: Sequence[Resource] | None) -> Iterator[Finding]:
    path = POD_SPECS[pod.type]
    asks = asks_for_gpus(pod)
    demands = (pod.get(*path, "nodeSelector"), pod.get(*path, "affinity", *_TERMS))
    if asks is None:
        yield undecided(pod, *path, "containers")
    elif asks and groups is None:
        yield undecided(pod, "provider")
    elif asks and not all(map(is_known, demands)):
        yield undecided(pod, *path, "nodeSelector or affinity")
    elif asks and groups is not None:
        yield from _check_groups(pod, demands, groups)


def _check_groups(pod: Resource, demands: tuple[Value, Value], groups: Sequence[Resource]) -> Iterator[Finding]:
    met = {group.urn: _met(demands, mapping(group.get("labels"))) for group in groups}
    if not any(met[group.urn] is not False for group in groups if offers_gpus(group)):
        yield failure(pod, "no GPU node group of its cluster has the labels that it demands")
    for group in groups:
        if met[group.urn] and not offers_gpus(group):
            yield failure(pod, f"demands no label that {group.name}, a node group without GPUs, does not have")


def _met(demands: tuple[Value, Value], labels: dict[str, Value]) -> bool | None:
    """Tell whether nodes with `labels` meet all demands; None where labels decide that others put on nodes."""
    selector, terms = demands
    wanted: list[Value] = [
        {"key": key, "operator": "In", "values": [value]} for key, value in mapping(selector).items()
    ]
    return _all([*(_holds(each, labels) for each in wanted), _any([_term(term, labels) for term in items(terms)])])


def _term(term: Value, labels: dict[str, Value]) -> bool | None:
    """Tell whether a term is met; fields of a node, such as its name, are not in any program."""
    fields: list[bool | None] = [None] if items(dig(term, "matchFields")) else []
    return _all([*(_holds(each, labels) for each in items(dig(term, "matchExpressions"))), *fields])


def _holds(demand: Value, labels: dict[str, Value]) -> bool | None:
    key, operator = str(dig(demand, "key")), str(dig(demand, "operator"))
    if key not in labels and key.partition("/")[0].endswith(_WELL_KNOWN):
        return None
    has, among = key in labels, labels.get(key) in strings(dig(demand, "values"))
    # Gt and Lt compare numbers, which only labels made on the node have.
    return {"In": among, "NotIn": not among, "Exists": has, "DoesNotExist": not has}.get(operator)


def _all(found: Sequence[bool | None]) -> bool | None:
    return False if False in found else None if None in found else True


def _any(found: Sequence[bool | None]) -> bool | None:
    """Tell whether one is met, or there is none to meet."""
    return True if not found or True in found else None if None in found else False


RULE = StackRule(
    id="G6",
    name="require-gpu-selector",
    severity=Severity.MEDIUM,
    what="Pods that ask for GPUs demand labels that GPU node groups of their cluster have and others do not.",
    why=(
        "A label that no group has leaves the model server pending for ever, after an update that looked right; without"
        " a label it is the device plugin alone that keeps it off nodes without GPUs."
    ),
    source="https://kubernetes.io/docs/tasks/manage-gpus/scheduling-gpus/",
    fix="Demand the label nvidia.com/gpu.present=true by nodeSelector or required affinity, and give it to GPU groups.",
    check=_check,
)
