import pytest
from rules._resource import UNKNOWN, Value
from rules._types import DEPLOYMENT

from tests.policies.mutation import changed
from tests.policies.samples import said
from tests.policies.workloads import CONTAINER, asking, workload

NAME = "require-guaranteed-resources"
REQUESTS = (*CONTAINER, "resources", "requests")
MUTATIONS = (
    changed(DEPLOYMENT, "llm-prod-a-inference", (*REQUESTS, "memory"), "256Gi"),
    changed(DEPLOYMENT, "llm-prod-b-inference", (*REQUESTS, "cpu"), "16"),
    changed(DEPLOYMENT, "llm-dr-c-inference", (*CONTAINER, "resources", "limits", "cpu"), None, "dr"),
)
LIMITS: dict[str, Value] = {"cpu": "32", "memory": "512Gi", "nvidia.com/gpu": "8"}


def container(requests: Value = None, limits: Value = None) -> dict[str, Value]:
    return asking(resources={"requests": requests, "limits": limits or LIMITS})


@pytest.mark.parametrize("requests", [None, LIMITS, {"cpu": "32"}], ids=range(3))
def test_holds(requests: Value) -> None:
    assert said(NAME, workload(container(requests))) == []


def test_holds_without_gpus() -> None:
    assert said(NAME, workload({"name": "web", "resources": {"requests": {"cpu": "1"}}})) == []


@pytest.mark.parametrize(
    ("requests", "limits", "message"),
    [
        ({**LIMITS, "cpu": "16"}, None, "container server requests cpu 16 and is limited to 32"),
        ({**LIMITS, "nvidia.com/gpu": "4"}, None, "container server requests nvidia.com/gpu 4 and is limited to 8"),
        (None, {"cpu": "1", "nvidia.com/gpu": "8"}, "container server has no limit of memory"),
    ],
    ids=range(3),
)
def test_fails(requests: Value, limits: Value, message: str) -> None:
    assert said(NAME, workload(container(requests, limits))) == [("fail", message)]


def test_a_sidecar_without_limits_fails_the_pod() -> None:
    assert said(NAME, workload(container(), {"name": "agent", "resources": {"limits": {"cpu": "1"}}})) == [
        ("fail", "container agent has no limit of memory")
    ]


def test_unknown_is_undecided() -> None:
    found = said(NAME, workload(container({**LIMITS, "memory": UNKNOWN})))
    assert found == [("unknown", "spec.template.spec.containers.server.resources is not known before the update")]
    assert [outcome for outcome, _ in said(NAME, workload(UNKNOWN))] == ["unknown"]
