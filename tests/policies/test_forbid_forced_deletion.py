import pytest
from rules._remedy import edited
from rules._resource import UNKNOWN, Value
from rules._types import AWS_SECRET, BUCKET, BUCKET_VERSIONING, DATABASE, REPOSITORY, VAULT

from tests.policies.mutation import changed
from tests.policies.samples import resource, said

NAME = "forbid-forced-deletion"
MUTATIONS = (
    changed(BUCKET, "llm-prod-weights", ("forceDestroy",), value=True),
    changed(BUCKET_VERSIONING, "llm-dr-weights", ("versioningConfiguration", "status"), "Suspended", "dr"),
    changed(VAULT, "llm-prod-backups", ("forceDestroy",), value=True),
    changed(REPOSITORY, "llm-prod-queue-worker", ("forceDelete",), value=True),
    changed(AWS_SECRET, "llm-prod-queue", ("recoveryWindowInDays",), 0.0),
    changed(DATABASE, "llm-prod-db-b", ("skipFinalSnapshot",), value=True),
)
FORCED: tuple[tuple[str, tuple[str, ...], Value, Value], ...] = (
    (BUCKET, ("forceDestroy",), True, False),
    (VAULT, ("forceDestroy",), True, False),
    (REPOSITORY, ("forceDelete",), True, False),
    (DATABASE, ("skipFinalSnapshot",), True, False),
    (AWS_SECRET, ("recoveryWindowInDays",), 0.0, 7.0),
    (BUCKET_VERSIONING, ("versioningConfiguration", "status"), "Suspended", "Enabled"),
)
each_input = pytest.mark.parametrize(("token", "path", "bad", "good"), FORCED)


@each_input
def test_holds(token: str, path: tuple[str, ...], bad: Value, good: Value) -> None:
    assert bad != good
    assert said(NAME, resource(token, {})) == []
    assert said(NAME, resource(token, edited({}, {path: good}))) == []


@each_input
def test_fails(token: str, path: tuple[str, ...], bad: Value, good: Value) -> None:
    assert bad != good
    [(outcome, message)] = said(NAME, resource(token, edited({}, {path: bad})))
    assert outcome == "fail"
    assert message == f"{'.'.join(path)} is {bad}, which loses what it holds"


@each_input
def test_undecided_while_unknown(token: str, path: tuple[str, ...], bad: Value, good: Value) -> None:
    assert bad != good
    found = said(NAME, resource(token, edited({}, {path: UNKNOWN})))
    assert found == [("unknown", f"{'.'.join(path)} is not known before the update")]


def test_a_copy_leaves_no_snapshot_until_it_is_promoted() -> None:
    lost: dict[str, Value] = {"skipFinalSnapshot": True}
    assert said(NAME, resource(DATABASE, {**lost, "replicateSourceDb": "arn:aws:rds:us-east-1:1:db:one"})) == []
    assert said(NAME, resource(DATABASE, lost))
    assert said(NAME, resource(DATABASE, {**lost, "replicateSourceDb": ""}))


def test_only_a_database_is_a_copy() -> None:
    assert said(NAME, resource(BUCKET, {"forceDestroy": True, "replicateSourceDb": "arn:aws:rds:us-east-1:1:db:one"}))
