import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import DAEMON_SET, DEPLOYMENT, PRIORITY_CLASS

from tests.policies.mutation import changed, removed
from tests.policies.samples import resource, said
from tests.policies.workloads import SPEC, asking, workload

NAME = "require-priorities"
CLASS = (*SPEC, "priorityClassName")
MUTATIONS = (
    changed(DEPLOYMENT, "llm-prod-a-inference", CLASS, "data"),
    changed(DAEMON_SET, "llm-prod-b-device-plugin", CLASS, None),
    changed(PRIORITY_CLASS, "llm-dr-c-access", ("value",), 200_000, "dr"),
    changed(PRIORITY_CLASS, "llm-prod-a-log-shipping", ("value",), 20_000),
    changed(PRIORITY_CLASS, "llm-prod-b-precompute", ("preemptionPolicy",), None),
    removed(PRIORITY_CLASS, "llm-prod-b-inference"),
)


def priority(name: Value, value: Value, provider: str = "a", **more: Value) -> Resource:
    props: dict[str, Value] = {"metadata": {"name": name}, "value": value, **more}
    return resource(PRIORITY_CLASS, props, str(name), provider=provider)


HIGH, LOW = priority("business", 100.0), priority("monitoring", 1.0)


FIRST = priority("log-shipping", -1.0, preemptionPolicy="Never")


@pytest.mark.parametrize(
    "it",
    [
        workload(asking(), priorityClassName="business"),
        workload({"name": "log"}, priorityClassName="monitoring"),
        workload({"name": "log"}, priorityClassName="system-node-critical"),
    ],
    ids=range(3),
)
def test_holds(it: Resource) -> None:
    assert said(NAME, HIGH, LOW, FIRST, it) == []


def test_who_goes_first_is_a_setting() -> None:
    assert said(NAME, HIGH, LOW, first=("monitoring",)) == [("fail", "preemptionPolicy is not set, must be Never")]


@pytest.mark.parametrize(
    ("resources", "message"),
    [
        (
            [HIGH, LOW, workload(asking(), priorityClassName="monitoring")],
            "asks for GPUs at priority 1, below business",
        ),
        ([HIGH, LOW, workload()], "priorityClassName is not set, must be of business, monitoring"),
        ([workload(priorityClassName="x")], "priorityClassName is x, must be of a class"),
        (
            [LOW, priority("business", 100.0, "b"), workload(priorityClassName="business")],
            "priorityClassName is business, must be of monitoring",
        ),
        (
            [HIGH, LOW, priority("precompute", 1.0, preemptionPolicy="Never")],
            "value is 1, must be below that of monitoring",
        ),
        ([HIGH, priority("precompute", 0.0)], "preemptionPolicy is not set, must be Never"),
    ],
    ids=range(6),
)
def test_fails(resources: list[Resource], message: str) -> None:
    assert said(NAME, *resources) == [("fail", message)]


@pytest.mark.parametrize(
    ("resources", "path"),
    [
        ([HIGH, workload(asking(), priorityClassName=UNKNOWN)], "spec.template.spec.priorityClassName"),
        ([HIGH, workload(UNKNOWN, priorityClassName="business")], "spec.template.spec.containers"),
        ([priority("business", UNKNOWN), workload()], "value"),
        ([priority(UNKNOWN, 1.0), workload()], "metadata.name"),
        ([HIGH, priority("precompute", 0.0, preemptionPolicy=UNKNOWN)], "preemptionPolicy"),
    ],
    ids=range(5),
)
def test_unknown_is_undecided(resources: list[Resource], path: str) -> None:
    assert said(NAME, *resources) == [("unknown", f"{path} is not known before the update")]
