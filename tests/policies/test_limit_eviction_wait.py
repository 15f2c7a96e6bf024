import pytest
from rules._resource import UNKNOWN, Value
from rules._types import DEPLOYMENT, STATEFUL_SET

from tests.policies.mutation import changed
from tests.policies.samples import said
from tests.policies.workloads import SPEC, workload

NAME = "limit-eviction-wait"
UNREACHABLE = "node.kubernetes.io/unreachable"
MUTATIONS = (
    changed(DEPLOYMENT, "llm-prod-a-gateway", (*SPEC, "tolerations", 1, "tolerationSeconds"), 30.0),
    changed(DEPLOYMENT, "llm-dr-c-gateway", (*SPEC, "tolerations", 1, "tolerationSeconds"), None, "dr"),
    changed(DEPLOYMENT, "llm-prod-b-gateway", (*SPEC, "tolerations"), None),
)


def toleration(seconds: Value = 0.0, **changes: Value) -> dict[str, Value]:
    fields: dict[str, Value] = {"key": UNREACHABLE, "operator": "Exists", "effect": "NoExecute"}
    return {**fields, "tolerationSeconds": seconds, **changes}


@pytest.mark.parametrize(
    "tolerations",
    [
        [toleration()],
        [toleration(5.0)],
        [toleration(-1.0)],
        [toleration(300.0), toleration(3.0, key=None, effect=None)],
        [toleration(None), toleration(2.0)],
    ],
    ids=range(5),
)
def test_holds(tolerations: list[Value]) -> None:
    assert said(NAME, workload(tolerations=tolerations)) == []


def test_holds_for_what_is_no_deployment() -> None:
    assert said(NAME, workload(token=STATEFUL_SET)) == []


@pytest.mark.parametrize(
    ("tolerations", "stay"),
    [
        (None, "300 s"),
        ([toleration(0.0, key="nvidia.com/gpu")], "300 s"),
        ([toleration(0.0, effect="NoSchedule")], "300 s"),
        ([toleration(6.0)], "6 s"),
        ([toleration(None)], "for ever"),
    ],
    ids=range(5),
)
def test_fails(tolerations: Value, stay: str) -> None:
    message = f"its pods stay on an unreachable node {stay}, must be at most 5 s"
    assert said(NAME, workload(tolerations=tolerations)) == [("fail", message)]


def test_the_wait_is_a_setting() -> None:
    assert said(NAME, workload(tolerations=[toleration(30.0)]), wait_seconds=30) == []


@pytest.mark.parametrize("tolerations", [UNKNOWN, [toleration(UNKNOWN)]], ids=range(2))
def test_unknown_is_undecided(tolerations: Value) -> None:
    path = "spec.template.spec.tolerations"
    assert said(NAME, workload(tolerations=tolerations)) == [("unknown", f"{path} is not known before the update")]
