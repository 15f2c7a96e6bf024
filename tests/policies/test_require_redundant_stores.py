import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import REPLICATION_GROUP

from tests.policies.mutation import changed
from tests.policies.samples import resource, said

NAME = "require-redundant-stores"
MUTATIONS = (
    changed(REPLICATION_GROUP, "llm-prod-queue", ("multiAzEnabled",), value=False),
    changed(REPLICATION_GROUP, "llm-prod-queue", ("automaticFailoverEnabled",), None),
    changed(REPLICATION_GROUP, "llm-dr-queue", ("snapshotRetentionLimit",), 1.0, "dr"),
)


def group(**changes: Value) -> Resource:
    sound: dict[str, Value] = {"automaticFailoverEnabled": True, "multiAzEnabled": True, "snapshotRetentionLimit": 7.0}
    return resource(REPLICATION_GROUP, sound | changes)


def test_holds() -> None:
    assert said(NAME, group()) == []


@pytest.mark.parametrize("flag", ["automaticFailoverEnabled", "multiAzEnabled"])
def test_fails_in_one_zone(flag: str) -> None:
    assert said(NAME, group(**{flag: None})) == [("fail", f"{flag} is not true")]


@pytest.mark.parametrize(("days", "shown"), [(None, "0"), (3.0, "3")])
def test_fails_without_snapshots_of_a_week(days: Value, shown: str) -> None:
    found = said(NAME, group(snapshotRetentionLimit=days))
    assert found == [("fail", f"snapshotRetentionLimit is {shown}, must be at least 7")]
    assert said(NAME, group(snapshotRetentionLimit=3.0), snapshot_days=3) == []


@pytest.mark.parametrize("path", ["automaticFailoverEnabled", "multiAzEnabled", "snapshotRetentionLimit"])
def test_undecided_while_unknown(path: str) -> None:
    assert said(NAME, group(**{path: UNKNOWN})) == [("unknown", f"{path} is not known before the update")]
