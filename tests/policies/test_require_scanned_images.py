import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import REPOSITORY

from tests.policies.mutation import changed
from tests.policies.samples import resource, said

NAME = "require-scanned-images"
MUTATIONS = (
    changed(REPOSITORY, "llm-prod-queue-worker", ("imageTagMutability",), "MUTABLE"),
    changed(REPOSITORY, "llm-prod-queue-worker", ("imageScanningConfiguration", "scanOnPush"), value=False, stack="dr"),
)


def repository(mutability: Value = "IMMUTABLE", scanned: Value = True) -> Resource:  # noqa: FBT002 - a value of the engine
    return resource(
        REPOSITORY, {"imageTagMutability": mutability, "imageScanningConfiguration": {"scanOnPush": scanned}}
    )


def test_holds() -> None:
    assert said(NAME, repository()) == []


@pytest.mark.parametrize("mutability", [None, "MUTABLE"])
def test_fails_with_tags_that_move(mutability: Value) -> None:
    assert said(NAME, repository(mutability)) == [("fail", "imageTagMutability is MUTABLE, must be IMMUTABLE")]


@pytest.mark.parametrize("scanned", [None, False])
def test_fails_unseen(scanned: Value) -> None:
    assert said(NAME, repository(scanned=scanned)) == [("fail", "imageScanningConfiguration.scanOnPush is not true")]


def test_undecided_while_unknown() -> None:
    assert said(NAME, repository(UNKNOWN, UNKNOWN)) == [
        ("unknown", "imageScanningConfiguration.scanOnPush is not known before the update"),
        ("unknown", "imageTagMutability is not known before the update"),
    ]
