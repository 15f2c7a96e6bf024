import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import NAMESPACE

from tests.policies.mutation import changed
from tests.policies.samples import resource, said

NAME = "require-pod-security-labels"
LABEL = "pod-security.kubernetes.io/enforce"
PATH = ("metadata", "labels", LABEL)
MUTATIONS = (
    changed(NAMESPACE, "llm-prod-a-business", PATH, "privileged"),
    changed(NAMESPACE, "llm-prod-b-data", PATH, None),
    changed(NAMESPACE, "llm-dr-c-monitoring", PATH, None, "dr"),
)


def namespace(level: Value, name: Value = "business") -> Resource:
    return resource(NAMESPACE, {"metadata": {"name": name, "labels": {LABEL: level}}})


@pytest.mark.parametrize(
    ("level", "name"), [("restricted", "business"), ("baseline", UNKNOWN), ("privileged", "monitoring")]
)
def test_holds(level: Value, name: Value) -> None:
    assert said(NAME, namespace(level, name)) == []


@pytest.mark.parametrize(("level", "found"), [("privileged", "privileged"), (None, "not set"), ("strict", "strict")])
def test_fails(level: Value, found: str) -> None:
    assert said(NAME, namespace(level)) == [("fail", f"label {LABEL} is {found}, must be restricted or baseline")]


def test_which_may_be_privileged_is_a_setting() -> None:
    found = said(NAME, namespace("privileged", "monitoring"), privileged=("edge",))
    assert found == [("fail", f"label {LABEL} is privileged, must be restricted or baseline")]


@pytest.mark.parametrize(
    ("level", "name", "path"),
    [(UNKNOWN, "business", f"metadata.labels.{LABEL}"), ("privileged", UNKNOWN, "metadata.name")],
)
def test_unknown_is_undecided(level: Value, name: Value, path: str) -> None:
    assert said(NAME, namespace(level, name)) == [("unknown", f"{path} is not known before the update")]
