import pytest
from rules._resource import UNKNOWN, Value
from rules._types import DISTRIBUTION

from tests.policies.mutation import changed
from tests.policies.samples import resource, said

NAME = "require-http3"
MUTATIONS = (changed(DISTRIBUTION, "llm-prod-entry", ("httpVersion",), "http2"),)


@pytest.mark.parametrize("version", ["http2and3", "http3"])
def test_holds(version: Value) -> None:
    assert said(NAME, resource(DISTRIBUTION, {"httpVersion": version})) == []


@pytest.mark.parametrize("version", ["http2", None])
def test_fails(version: Value) -> None:
    found = said(NAME, resource(DISTRIBUTION, {"httpVersion": version}))
    assert found == [("fail", f"httpVersion is {version}, must be http2and3 or http3")]


def test_unknown_is_undecided() -> None:
    found = said(NAME, resource(DISTRIBUTION, {"httpVersion": UNKNOWN}))
    assert found == [("unknown", "httpVersion is not known before the update")]
