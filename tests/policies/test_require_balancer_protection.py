import pytest
from rules._resource import UNKNOWN, Value
from rules._types import LOAD_BALANCER

from tests.policies.mutation import changed
from tests.policies.samples import resource, said

NAME = "require-balancer-protection"
PROTECTION = "enableDeletionProtection"
MUTATIONS = (
    changed(LOAD_BALANCER, "llm-prod-b", (PROTECTION,), value=False),
    changed(LOAD_BALANCER, "llm-dr-c", (PROTECTION,), None, "dr"),
)


def test_holds() -> None:
    assert said(NAME, resource(LOAD_BALANCER, {PROTECTION: True})) == []


@pytest.mark.parametrize("value", [False, None])
def test_fails(value: Value) -> None:
    assert said(NAME, resource(LOAD_BALANCER, {PROTECTION: value})) == [("fail", f"{PROTECTION} is not true")]


def test_unknown_is_undecided() -> None:
    found = said(NAME, resource(LOAD_BALANCER, {PROTECTION: UNKNOWN}))
    assert found == [("unknown", f"{PROTECTION} is not known before the update")]
