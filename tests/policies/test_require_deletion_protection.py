import pytest
from rules._resource import UNKNOWN, Value
from rules._types import CLUSTER

from tests.policies.mutation import changed
from tests.policies.samples import cluster, said

NAME = "require-deletion-protection"
MUTATIONS = (
    changed(CLUSTER, "llm-prod-b", ("deletionProtection",), value=False),
    changed(CLUSTER, "llm-dr-c", ("deletionProtection",), None, "dr"),
)


def test_holds() -> None:
    assert said(NAME, cluster(deletionProtection=True)) == []


@pytest.mark.parametrize("protected", [None, False])
def test_fails_without_it(protected: Value) -> None:
    assert said(NAME, cluster(deletionProtection=protected)) == [("fail", "deletionProtection is not true")]


def test_undecided_while_unknown() -> None:
    assert said(NAME, cluster(deletionProtection=UNKNOWN)) == [
        ("unknown", "deletionProtection is not known before the update")
    ]
