import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import RECORD

from tests.policies.mutation import changed
from tests.policies.samples import resource, said

NAME = "require-short-ttl"
MUTATIONS = (
    changed(RECORD, "llm-prod-entry-primary", ("ttl",), 300),
    changed(RECORD, "llm-dr-latency", ("ttl",), 61, "dr"),
    changed(RECORD, "llm-prod-entry-api", ("healthCheckId",), "check"),
)


def record(ttl: Value, **inputs: Value) -> Resource:
    return resource(RECORD, {"ttl": ttl, **inputs})


def test_holds() -> None:
    assert said(NAME, record(60.0, failoverRoutingPolicies=[{"type": "PRIMARY"}])) == []
    assert said(NAME, record(None, weightedRoutingPolicies=[{"weight": 0}]), record(86400.0)) == []
    assert said(NAME, record(UNKNOWN, latencyRoutingPolicies=[])) == []


@pytest.mark.parametrize("key", ["failoverRoutingPolicies", "latencyRoutingPolicies", "weightedRoutingPolicies"])
def test_fails(key: str) -> None:
    assert said(NAME, record(61.0, **{key: "set"})) == [("fail", "ttl is 61, must be at most 60")]
    assert said(NAME, record(61.0, **{key: UNKNOWN})) == [("fail", "ttl is 61, must be at most 60")]


def test_the_longest_time_is_a_setting() -> None:
    assert len(said(NAME, record(60.0, healthCheckId=UNKNOWN), ttl_seconds=30)) == 1


def test_unknown_is_undecided() -> None:
    assert said(NAME, record(UNKNOWN, healthCheckId="check")) == [("unknown", "ttl is not known before the update")]
