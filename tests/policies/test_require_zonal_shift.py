import pytest
from rules._resource import UNKNOWN, Value
from rules._types import CLUSTER

from tests.policies.mutation import changed
from tests.policies.samples import cluster, said

NAME = "require-zonal-shift"
MUTATIONS = (
    changed(CLUSTER, "llm-prod-a", ("zonalShiftConfig", "enabled"), value=False),
    changed(CLUSTER, "llm-dr-c", ("zonalShiftConfig",), None, "dr"),
)


def test_holds() -> None:
    assert said(NAME, cluster(zonalShiftConfig={"enabled": True})) == []


@pytest.mark.parametrize("config", [None, {}, {"enabled": False}], ids=str)
def test_fails_unless_enabled(config: Value) -> None:
    assert said(NAME, cluster(zonalShiftConfig=config)) == [("fail", "zonalShiftConfig.enabled is not true")]


@pytest.mark.parametrize("config", [UNKNOWN, {"enabled": UNKNOWN}], ids=str)
def test_undecided_while_unknown(config: Value) -> None:
    assert said(NAME, cluster(zonalShiftConfig=config)) == [
        ("unknown", "zonalShiftConfig.enabled is not known before the update")
    ]
