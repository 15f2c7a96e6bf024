import pytest
from rules._resource import UNKNOWN, Value
from rules._types import CLUSTER

from tests.policies.mutation import changed
from tests.policies.samples import cluster, said

NAME = "require-supported-kubernetes"
MUTATIONS = (
    changed(CLUSTER, "llm-prod-b", ("version",), "1.33"),
    changed(CLUSTER, "llm-dr-c", ("version",), None, "dr"),
)


@pytest.mark.parametrize("version", ["1.35", "1.36"])
def test_holds(version: str) -> None:
    assert said(NAME, cluster(version=version)) == []


@pytest.mark.parametrize(("version", "shown"), [("1.34", "1.34"), ("1.3", "1.3"), (None, "not set")])
def test_fails_out_of_support(version: Value, shown: str) -> None:
    assert said(NAME, cluster(version=version)) == [("fail", f"version is {shown}, must be 1.35 or 1.36")]


def test_fails_for_what_a_stack_does_not_list() -> None:
    assert said(NAME, cluster(version="1.35"), versions=("1.36",)) == [("fail", "version is 1.35, must be 1.36")]


def test_undecided_while_unknown() -> None:
    assert said(NAME, cluster(version=UNKNOWN)) == [("unknown", "version is not known before the update")]
