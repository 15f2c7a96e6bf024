import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import CACHE_PARAMETERS, REPLICATION_GROUP

from tests.policies.mutation import changed
from tests.policies.samples import resource, said

NAME = "require-eviction-policy"
MUTATIONS = (
    changed(CACHE_PARAMETERS, "llm-prod-queue", ("parameters", 0, "value"), "volatile-lru"),
    changed(CACHE_PARAMETERS, "llm-dr-queue", ("parameters",), None, "dr"),
    changed(
        CACHE_PARAMETERS, "llm-prod-cache", ("parameters", 0, "value"), "noeviction", also=("require-store-alarms",)
    ),
    changed(CACHE_PARAMETERS, "llm-dr-cache", ("parameters", 0, "value"), "volatile-ttl", "dr"),
    changed(REPLICATION_GROUP, "llm-prod-cache", ("parameterGroupName",), "default.valkey8"),
)


def group(*parameters: Value, name: str = "llm-prod-queue") -> Resource:
    return resource(CACHE_PARAMETERS, {"parameters": [*parameters]}, name)


def policy(value: Value) -> Value:
    return {"name": "maxmemory-policy", "value": value}


def test_holds_for_a_queue_that_loses_nothing_and_a_cache_that_may() -> None:
    assert said(NAME, group({"name": "timeout", "value": "0"}, policy("noeviction"))) == []
    assert said(NAME, group(policy("allkeys-lfu"), name="llm-prod-cache")) == []
    assert said(NAME, resource(REPLICATION_GROUP, {"parameterGroupName": "llm-prod-cache"})) == []


def test_fails_for_a_queue_that_evicts() -> None:
    assert said(NAME, group(policy("volatile-lru"))) == [
        ("fail", "maxmemory-policy of a queue's store is volatile-lru, must be noeviction")
    ]


@pytest.mark.parametrize("found", ["noeviction", "volatile-lfu"])
def test_fails_for_a_cache_that_refuses_answers(found: str) -> None:
    assert said(NAME, group(policy(found), name="llm-prod-cache")) == [
        ("fail", f"maxmemory-policy of a cache is {found}, must begin with allkeys-")
    ]


@pytest.mark.parametrize(("named", "shown"), [(None, ""), ("default.valkey8", " default.valkey8")])
def test_fails_for_a_group_without_parameters_of_its_own(named: Value, shown: str) -> None:
    found = said(NAME, resource(REPLICATION_GROUP, {"parameterGroupName": named}))
    assert found == [("fail", f"has AWS's own parameters{shown}, must have a group of its own")]


def test_fails_where_nothing_is_said() -> None:
    assert said(NAME, group(name="llm-prod-cache")) == [("fail", "does not set maxmemory-policy")]


def test_undecided_while_unknown() -> None:
    unknown = [("unknown", "parameters is not known before the update")]
    assert said(NAME, group(policy(UNKNOWN))) == unknown
    assert said(NAME, group({"name": UNKNOWN, "value": "noeviction"})) == unknown
