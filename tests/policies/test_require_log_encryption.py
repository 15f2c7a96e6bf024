import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import KEY, LOG_GROUP

from tests.policies.mutation import changed
from tests.policies.samples import linked, resource, said

NAME = "require-log-encryption"
MUTATIONS = (
    changed(LOG_GROUP, "llm-prod-flow", ("kmsKeyId",), None),
    changed(LOG_GROUP, "llm-prod-a-control-plane", ("retentionInDays",), 0),
    changed(LOG_GROUP, "llm-dr-c-control-plane", ("retentionInDays",), None, "dr"),
)
OURS = resource(KEY, {})


def group(key: Value = "arn:aws:kms:key", days: Value = 90.0) -> Resource:
    return resource(LOG_GROUP, {"kmsKeyId": key, "retentionInDays": days})


def test_holds() -> None:
    assert said(NAME, group(), OURS, linked(group(UNKNOWN), kmsKeyId=OURS)) == []


@pytest.mark.parametrize("key", [None, ""])
def test_fails_without_a_key(key: Value) -> None:
    assert said(NAME, group(key)) == [("fail", "has no kmsKeyId")]


@pytest.mark.parametrize("days", [None, 0.0])
def test_fails_without_an_end(days: Value) -> None:
    assert said(NAME, group(days=days)) == [("fail", "retentionInDays is not set, so it grows for ever")]


def test_undecided_while_unknown() -> None:
    assert said(NAME, OURS, group(UNKNOWN, UNKNOWN)) == [
        ("unknown", "kmsKeyId is not known before the update"),
        ("unknown", "retentionInDays is not known before the update"),
    ]
