import pytest
from rules._remedy import edited
from rules._resource import UNKNOWN, Resource, Value
from rules._types import BUCKET_REPLICATION, PEERING

from tests.policies.mutation import changed, removed
from tests.policies.samples import resource, said

NAME = "require-replicated-weights"
BROUGHT = "llm-dr-replication"
STATES = (
    (("status",), "Disabled", "Enabled"),
    (("deleteMarkerReplication", "status"), "Enabled", "Disabled"),
    (("sourceSelectionCriteria", "sseKmsEncryptedObjects", "status"), "Disabled", "Enabled"),
    (("destination", "replicationTime", "status"), "Disabled", "Enabled"),
    (("destination", "metrics", "status"), "Disabled", "Enabled"),
)
MUTATIONS = (
    removed(BUCKET_REPLICATION, BROUGHT, "dr"),
    *(changed(BUCKET_REPLICATION, BROUGHT, ("rules", 0, *path), bad, "dr") for path, bad, _ in STATES),
)


def replication(path: tuple[str, ...] = (), value: Value = None) -> Resource:
    on: Value = {"status": "Enabled"}
    rule: dict[str, Value] = {
        "status": "Enabled",
        "deleteMarkerReplication": {"status": "Disabled"},
        "sourceSelectionCriteria": {"sseKmsEncryptedObjects": on},
        "destination": {"replicationTime": on, "metrics": on},
    }
    return resource(BUCKET_REPLICATION, {"rules": [edited(rule, {path: value}) if path else rule]})


def test_holds() -> None:
    assert said(NAME, replication(), resource(PEERING, {})) == []


def test_fails_when_regions_are_joined_and_nothing_is_replicated() -> None:
    found = said(NAME, resource(PEERING, {}))
    assert found == [("fail", "joins two regions, and no bucket is replicated between them")]


@pytest.mark.parametrize(("path", "bad", "wanted"), STATES)
def test_fails_in_another_state(path: tuple[str, ...], bad: str, wanted: str) -> None:
    key = ".".join(path)
    assert said(NAME, replication(path, bad)) == [("fail", f"{key} is {bad}, must be {wanted}")]
    assert said(NAME, replication(path, None)) == [("fail", f"{key} is not set, must be {wanted}")]


@pytest.mark.parametrize("path", [path for path, _, _ in STATES])
def test_undecided_while_unknown(path: tuple[str, ...]) -> None:
    found = said(NAME, replication(path, UNKNOWN))
    assert found == [("unknown", f"rules.{'.'.join(path)} is not known before the update")]
