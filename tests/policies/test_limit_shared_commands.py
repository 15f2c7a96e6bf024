import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import SHARED_MEMBER, SHARED_USER

from keyspace.commands import access_string
from tests.policies.mutation import changed
from tests.policies.samples import resource, said

NAME = "limit-shared-commands"
SOUND = "on ~shared:* resetchannels -@all +get +set"
MUTATIONS = (
    changed(SHARED_USER, "llm-prod-shared", ("accessString",), "on ~shared:* -@all +get +expire"),
    changed(SHARED_USER, "llm-dr-shared", ("accessString",), "on ~* -@all +get", "dr"),
    changed(SHARED_MEMBER, "llm-prod-shared", ("aclName",), "open-access"),
)


def user(rights: Value) -> Resource:
    return resource(SHARED_USER, {"accessString": rights})


def test_holds() -> None:
    assert said(NAME, user(SOUND), resource(SHARED_MEMBER, {"aclName": "llm-prod-shared"})) == []
    assert said(NAME, user(access_string())) == []


@pytest.mark.parametrize(
    "word",
    ["+expire", "+setex", "+lpush", "+xadd", "+eval", "+incr", "+@all", "+@write", "allcommands", "+CLUSTER|FAILOVER"],
)
def test_fails_for_a_command_that_regions_do_not_share(word: str) -> None:
    [(outcome, message)] = said(NAME, user(f"{SOUND} {word}"))
    assert outcome == "fail"
    assert message.startswith(f"accessString has {word}, may give get, set, del, ")


@pytest.mark.parametrize("word", ["~*", "allkeys", "~limits:*", "%R~*"])
def test_fails_for_keys_that_are_a_regions_own(word: str) -> None:
    found = said(NAME, user(f"{SOUND} {word}"))
    assert found == [("fail", f"accessString has {word}, may give keys that begin with shared:")]


@pytest.mark.parametrize(("acl", "shown"), [("open-access", "open-access"), (None, "not set")])
def test_fails_for_a_table_that_is_open_to_everyone(acl: Value, shown: str) -> None:
    found = said(NAME, resource(SHARED_MEMBER, {"aclName": acl}))
    assert found == [("fail", f"aclName is {shown}, must be a list of users of its own")]


def test_settings_say_what_may_be_given() -> None:
    assert said(NAME, user("on ~own:* +incr"), commands=("incr",), keys=("own:",)) == []


def test_undecided_while_unknown() -> None:
    assert said(NAME, user(UNKNOWN)) == [("unknown", "accessString is not known before the update")]
    unknown = said(NAME, resource(SHARED_MEMBER, {"aclName": UNKNOWN}))
    assert unknown == [("unknown", "aclName is not known before the update")]
