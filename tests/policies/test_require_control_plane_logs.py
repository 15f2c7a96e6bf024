import pytest
from rules._resource import UNKNOWN, Value
from rules._types import CLUSTER

from tests.policies.mutation import changed
from tests.policies.samples import cluster, said

NAME = "require-control-plane-logs"
MUTATIONS = (changed(CLUSTER, "llm-prod-a", ("enabledClusterLogTypes",), ["api"]),)
ALL_LOGS: list[Value] = ["api", "audit", "authenticator", "controllerManager", "scheduler"]


def test_holds() -> None:
    assert said(NAME, cluster(enabledClusterLogTypes=ALL_LOGS)) == []


@pytest.mark.parametrize(
    ("logs", "missing"),
    [
        (None, "api, audit, authenticator, controllerManager, scheduler"),
        (["api", "audit", "authenticator"], "controllerManager, scheduler"),
    ],
    ids=str,
)
def test_fails(logs: Value, missing: str) -> None:
    assert said(NAME, cluster(enabledClusterLogTypes=logs)) == [("fail", f"enabledClusterLogTypes lacks {missing}")]


@pytest.mark.parametrize("logs", [UNKNOWN, ["api", UNKNOWN]], ids=str)
def test_undecided_while_unknown(logs: Value) -> None:
    assert said(NAME, cluster(enabledClusterLogTypes=logs)) == [
        ("unknown", "enabledClusterLogTypes is not known before the update")
    ]
