import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import DATABASE

from tests.policies.mutation import changed
from tests.policies.samples import resource, said

NAME = "require-database-backups"
TAGS: dict[str, Value] = {"owner": "o", "site": "a", "cost": "c", "backup": "llm-prod-backups"}
SOUND: dict[str, Value] = {"deletionProtection": True, "backupRetentionPeriod": 7.0, "tags": TAGS}
MUTATIONS = (
    changed(DATABASE, "llm-prod-db-a", ("deletionProtection",), value=False),
    changed(DATABASE, "llm-prod-db-b", ("backupRetentionPeriod",), 1.0),
    changed(DATABASE, "llm-dr-db", ("backupRetentionPeriod",), 1.0, "dr"),
)


def database(**changes: Value) -> Resource:
    return resource(DATABASE, SOUND | changes)


def test_holds() -> None:
    assert said(NAME, database()) == []


@pytest.mark.parametrize(("days", "shown"), [(None, "0"), (6.0, "6")])
def test_fails_without_backups_of_a_week(days: Value, shown: str) -> None:
    found = said(NAME, database(backupRetentionPeriod=days))
    assert found == [("fail", f"backupRetentionPeriod is {shown}, must be at least 7")]
    assert said(NAME, database(backupRetentionPeriod=6.0), backup_days=6) == []


def test_fails_unprotected() -> None:
    assert said(NAME, database(deletionProtection=None)) == [("fail", "deletionProtection is not true")]


@pytest.mark.parametrize("path", ["deletionProtection", "backupRetentionPeriod"])
def test_undecided_while_unknown(path: str) -> None:
    assert said(NAME, database(**{path: UNKNOWN})) == [("unknown", f"{path} is not known before the update")]
