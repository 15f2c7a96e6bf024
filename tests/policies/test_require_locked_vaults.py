import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import VAULT, VAULT_LOCK

from tests.policies.mutation import changed, removed
from tests.policies.samples import linked, resource, said

NAME = "require-locked-vaults"
MUTATIONS = (
    removed(VAULT_LOCK, "llm-prod-backups"),
    changed(VAULT_LOCK, "llm-dr-backups", ("minRetentionDays",), 1.0, "dr"),
    changed(VAULT, "llm-prod-backups", ("kmsKeyArn",), None),
)


def vault(key: Value = "arn:key") -> Resource:
    return resource(VAULT, {"kmsKeyArn": key})


def lock(days: Value = 7.0) -> Resource:
    return linked(resource(VAULT_LOCK, {"minRetentionDays": days}), backupVaultName=vault())


def test_holds() -> None:
    assert said(NAME, vault(), lock()) == []
    assert said(NAME, vault(UNKNOWN), lock()) == []


def test_fails_without_a_lock() -> None:
    assert said(NAME, vault()) == [("fail", "no lock keeps its backups from being deleted")]


def test_fails_without_a_key_of_its_own() -> None:
    [(outcome, message)] = said(NAME, vault(None), lock())
    assert (outcome, message.split(":")[0]) == ("fail", "kmsKeyArn is not set")


@pytest.mark.parametrize(("days", "shown"), [(None, "0"), (6.0, "6")])
def test_fails_when_locked_too_short(days: Value, shown: str) -> None:
    assert said(NAME, vault(), lock(days)) == [("fail", f"minRetentionDays is {shown}, must be at least 7")]
    assert said(NAME, vault(), lock(6.0), locked_days=6) == []


def test_undecided_while_unknown() -> None:
    assert said(NAME, vault(), lock(UNKNOWN)) == [("unknown", "minRetentionDays is not known before the update")]
