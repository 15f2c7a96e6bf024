from dataclasses import replace

import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import BACKUP_PLAN, BACKUP_SELECTION, DATABASE

from tests.policies.mutation import changed, removed
from tests.policies.samples import linked, resource, said

NAME = "require-backup-copies"
COPY = ("rules", 0, "copyActions")
HERE = "arn:aws:backup:us-east-1:123456789012:backup-vault:llm-prod-backups"
THERE = "arn:aws:backup:us-west-2:123456789012:backup-vault:llm-dr-backups"
MUTATIONS = (
    changed(BACKUP_PLAN, "llm-prod-backups", COPY, []),
    changed(BACKUP_PLAN, "llm-prod-backups", (*COPY, 0, "destinationVaultArn"), HERE),
    changed(BACKUP_PLAN, "llm-dr-backups", (*COPY, 0, "lifecycle", "deleteAfter"), 1.0, "dr"),
    changed(BACKUP_PLAN, "llm-dr-backups", ("rules", 0, "lifecycle", "deleteAfter"), 6.0, "dr"),
    removed(BACKUP_SELECTION, "llm-prod-backups"),
    changed(BACKUP_SELECTION, "llm-prod-backups", ("selectionTags", 0, "value"), "other"),
)
PROVIDER = resource("pulumi:providers:aws", {"region": "us-east-1"}, "aws-us-east-1")


def plan(kept: Value = 7.0, arn: Value = THERE, copied: Value = 7.0) -> Resource:
    copy: Value = {"destinationVaultArn": arn, "lifecycle": {"deleteAfter": copied}}
    rule: Value = {"lifecycle": {"deleteAfter": kept}, "copyActions": [copy] if arn else []}
    return replace(resource(BACKUP_PLAN, {"rules": [rule]}), provider="aws-us-east-1")


def selection(of: Resource, value: Value = "daily") -> Resource:
    tag: Value = {"type": "STRINGEQUALS", "key": "backup", "value": value}
    return linked(resource(BACKUP_SELECTION, {"selectionTags": [tag]}), planId=of)


def database(value: Value, **more: Value) -> Resource:
    return resource(DATABASE, {"tags": {"backup": value}, **more})


def test_holds() -> None:
    sound = plan()
    assert said(NAME, PROVIDER, sound, selection(sound), database("daily"), database(None)) == []
    for_ever = plan(None, THERE, None)
    assert said(NAME, PROVIDER, for_ever, selection(for_ever)) == []


def test_holds_for_a_replica_whose_source_is_elsewhere() -> None:
    sound = plan()
    assert said(NAME, PROVIDER, sound, selection(sound), database(None, replicateSourceDb="arn")) == []


@pytest.mark.parametrize("arn", [None, HERE])
def test_fails_without_a_copy_elsewhere(arn: Value) -> None:
    lone = plan(7.0, arn)
    found = said(NAME, PROVIDER, lone, selection(lone))
    assert found == [("fail", "has a rule without a copy in a region other than us-east-1")]


def test_fails_when_kept_too_short() -> None:
    short = plan(6.0, THERE, 1.0)
    days = "must be at least 7"
    assert said(NAME, PROVIDER, short, selection(short)) == [
        ("fail", f"deletes the backup after 6 days, {days}"),
        ("fail", f"deletes the copy after 1 days, {days}"),
    ]
    assert said(NAME, PROVIDER, short, selection(short), kept_days=1) == []


def test_fails_when_nothing_is_selected() -> None:
    assert said(NAME, PROVIDER, plan()) == [("fail", "no selection says what it backs up")]


def test_fails_when_no_database_is_selected() -> None:
    sound = plan()
    [(outcome, message)] = said(NAME, PROVIDER, sound, selection(sound), database("weekly"), database(None))
    assert outcome == "fail"
    assert message.startswith("neither it nor another database of the stack has a tag")


def test_undecided_while_unknown() -> None:
    blank = plan(UNKNOWN, UNKNOWN, UNKNOWN)
    found = said(NAME, PROVIDER, blank, selection(blank, UNKNOWN), database("daily"))
    assert {outcome for outcome, _ in found} == {"unknown"}
    assert len(found) == 4
