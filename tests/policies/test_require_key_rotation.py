import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import KEY

from tests.policies.mutation import changed
from tests.policies.samples import resource, said

NAME = "require-key-rotation"
MUTATIONS = (
    changed(KEY, "llm-prod-a", ("enableKeyRotation",), value=False),
    changed(KEY, "llm-prod-logs", ("enableKeyRotation",), None),
    changed(KEY, "llm-dr-c", ("deletionWindowInDays",), 7, "dr"),
)


def key(**changes: Value) -> Resource:
    return resource(KEY, {"enableKeyRotation": True, "deletionWindowInDays": 30.0, **changes})


@pytest.mark.parametrize("window", [None, 30.0])
def test_holds(window: Value) -> None:
    assert said(NAME, key(deletionWindowInDays=window)) == []


def test_holds_for_a_key_that_kms_cannot_rotate() -> None:
    assert said(NAME, key(enableKeyRotation=None, customerMasterKeySpec="ECC_NIST_P256")) == []


@pytest.mark.parametrize("rotated", [None, False])
def test_fails_without_rotation(rotated: Value) -> None:
    assert said(NAME, key(enableKeyRotation=rotated)) == [("fail", "enableKeyRotation is not true")]


def test_fails_when_it_is_gone_soon() -> None:
    assert said(NAME, key(deletionWindowInDays=7.0)) == [("fail", "deletionWindowInDays is 7, must be at least 30")]
    assert said(NAME, key(deletionWindowInDays=7.0), deletion_days=7) == []


@pytest.mark.parametrize("path", ["enableKeyRotation", "deletionWindowInDays"])
def test_undecided_while_unknown(path: str) -> None:
    assert said(NAME, key(**{path: UNKNOWN})) == [("unknown", f"{path} is not known before the update")]


def test_undecided_while_it_may_be_a_key_that_kms_cannot_rotate() -> None:
    assert said(NAME, key(enableKeyRotation=None, customerMasterKeySpec=UNKNOWN)) == [
        ("unknown", "customerMasterKeySpec is not known before the update")
    ]
