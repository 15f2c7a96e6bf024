import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import NAMESPACE, PRIORITY_CLASS, RESOURCE_QUOTA

from tests.policies.mutation import changed, removed
from tests.policies.samples import resource, said
from tests.policies.workloads import asking, workload

NAME = "limit-tiers"
EXPRESSION = ("spec", "scopeSelector", "matchExpressions", 0)
MUTATIONS = (
    removed(RESOURCE_QUOTA, "llm-prod-a-tenant-evaluation-tiers"),
    changed(RESOURCE_QUOTA, "llm-dr-c-data-tiers", (*EXPRESSION, "operator"), "In", "dr"),
    changed(RESOURCE_QUOTA, "llm-prod-b-monitoring-tiers", ("spec", "hard", "pods"), "1"),
    changed(RESOURCE_QUOTA, "llm-prod-b-tenant-evaluation-tiers", (*EXPRESSION, "values"), ["tenant", "inference"]),
)
OPEN = "no ResourceQuota refuses pods of all PriorityClasses but its own"


def namespace(name: Value = "data") -> Resource:
    return resource(NAMESPACE, {"metadata": {"name": name}}, provider="a")


def quota(hard: Value, place: Value = "data", **spec: Value) -> Resource:
    props: dict[str, Value] = {"metadata": {"namespace": place}, "spec": {"hard": hard, **spec}}
    return resource(RESOURCE_QUOTA, props, provider="a")


def others(*own: Value, place: Value = "data", pods: Value = "0", operator: Value = "NotIn") -> Resource:
    expression: Value = {"scopeName": "PriorityClass", "operator": operator, "values": list(own)}
    return quota({"pods": pods}, place, scopeSelector={"matchExpressions": [expression]})


def priority(name: str, value: Value) -> Resource:
    return resource(PRIORITY_CLASS, {"metadata": {"name": name}, "value": value}, name, provider="a")


CLASSES = (priority("inference", 9.0), priority("data", 5.0))


def test_holds() -> None:
    assert said(NAME, *CLASSES, namespace(), quota({"pods": "9"}), others("data")) == []


def test_holds_for_the_highest_class_where_there_are_gpus() -> None:
    server = workload(asking(), metadata={"namespace": "data"})
    assert said(NAME, *CLASSES, namespace(), server, others("inference", "data")) == []


@pytest.mark.parametrize(
    ("quotas", "message"),
    [
        ([], OPEN),
        ([quota({"pods": "0"})], OPEN),
        ([others("data", pods="1")], OPEN),
        ([others("data", operator="In")], OPEN),
        ([others("data", place="business")], OPEN),
        (
            [others("inference")],
            "its pods may be of inference, the highest PriorityClass, and need no GPUs",
        ),
    ],
    ids=range(6),
)
def test_fails(quotas: list[Resource], message: str) -> None:
    assert said(NAME, *CLASSES, namespace(), *quotas) == [("fail", message)]


@pytest.mark.parametrize("it", [others(UNKNOWN), others("data", pods=UNKNOWN), quota(UNKNOWN)], ids=range(3))
def test_unknown_is_undecided(it: Resource) -> None:
    assert said(NAME, *CLASSES, namespace(), it) == [("unknown", "spec is not known before the update")]
