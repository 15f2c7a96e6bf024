import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import DATABASE, DATABASE_PARAMETERS, REPLICATION_GROUP, SHARED_MEMBER

from tests.policies.mutation import changed
from tests.policies.samples import resource, said

NAME = "require-encrypted-stores"
MUTATIONS = (
    changed(REPLICATION_GROUP, "llm-prod-queue", ("transitEncryptionEnabled",), value=False),
    changed(REPLICATION_GROUP, "llm-prod-queue", ("authToken",), None),
    changed(REPLICATION_GROUP, "llm-dr-queue", ("atRestEncryptionEnabled",), None, "dr"),
    changed(SHARED_MEMBER, "llm-prod-shared", ("tlsEnabled",), value=False),
    changed(SHARED_MEMBER, "llm-dr-shared", ("kmsKeyArn",), None, "dr"),
    changed(DATABASE, "llm-prod-db-witness", ("storageEncrypted",), value=False),
    changed(DATABASE, "llm-dr-db", ("kmsKeyId",), None, "dr"),
    changed(DATABASE_PARAMETERS, "llm-prod-db", ("parameters", 0, "value"), "OFF"),
    changed(DATABASE_PARAMETERS, "llm-dr-db", ("parameters", 0, "name"), "log_output", "dr"),
)


def group(**changes: Value) -> Resource:
    sound: dict[str, Value] = {"atRestEncryptionEnabled": True, "transitEncryptionEnabled": True, "authToken": UNKNOWN}
    return resource(REPLICATION_GROUP, sound | changes)


def test_holds_with_a_token_or_with_users() -> None:
    assert said(NAME, group()) == []
    assert said(NAME, group(authToken=None, userGroupIds=["workers"])) == []


@pytest.mark.parametrize("flag", ["atRestEncryptionEnabled", "transitEncryptionEnabled"])
def test_fails_in_the_clear(flag: str) -> None:
    assert said(NAME, group(**{flag: False})) == [("fail", f"{flag} is not true")]


def test_fails_where_nobody_is_asked() -> None:
    assert said(NAME, group(authToken=None)) == [("fail", "has neither authToken nor userGroupIds")]


def test_fails_for_a_table_in_the_clear_or_under_a_key_of_aws() -> None:
    assert said(NAME, resource(SHARED_MEMBER, {"kmsKeyArn": UNKNOWN})) == []
    assert said(NAME, resource(SHARED_MEMBER, {"tlsEnabled": False})) == [
        ("fail", "tlsEnabled is false"),
        ("fail", "has no kmsKeyArn"),
    ]


def test_fails_for_a_database_in_the_clear_or_under_a_key_of_aws() -> None:
    assert said(NAME, resource(DATABASE, {"storageEncrypted": True, "kmsKeyId": UNKNOWN})) == []
    assert said(NAME, resource(DATABASE, {"storageEncrypted": UNKNOWN})) == [
        ("unknown", "storageEncrypted is not known before the update"),
        ("fail", "has no kmsKeyId"),
    ]
    assert said(NAME, resource(DATABASE, {"kmsKeyId": "arn"})) == [("fail", "storageEncrypted is not true")]


def parameters(name: Value, value: Value) -> Resource:
    return resource(DATABASE_PARAMETERS, {"parameters": [{"name": name, "value": value}]})


def test_fails_for_a_database_that_takes_clients_in_the_clear() -> None:
    assert said(NAME, parameters("require_secure_transport", "ON")) == []
    for found in (parameters("require_secure_transport", "OFF"), parameters("log_output", "FILE")):
        assert said(NAME, found) == [("fail", "require_secure_transport is not ON")]


def test_undecided_while_parameters_are_unknown() -> None:
    hidden = [("unknown", "parameters is not known before the update")]
    assert (
        said(NAME, parameters(UNKNOWN, "ON")) == said(NAME, parameters("require_secure_transport", UNKNOWN)) == hidden
    )


@pytest.mark.parametrize("path", ["atRestEncryptionEnabled", "transitEncryptionEnabled"])
def test_undecided_while_unknown(path: str) -> None:
    assert said(NAME, group(**{path: UNKNOWN})) == [("unknown", f"{path} is not known before the update")]
