import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import HEALTH_CHECK, TARGET_GROUP

from tests.policies.mutation import changed
from tests.policies.samples import resource, said

NAME = "require-ready-checks"
MUTATIONS = (
    changed(TARGET_GROUP, "llm-prod-a", ("healthCheck", "protocol"), "TCP"),
    changed(TARGET_GROUP, "llm-dr-c", ("healthCheck", "path"), "/healthz", "dr"),
    changed(HEALTH_CHECK, "llm-prod-entry-accelerator", ("type",), "TCP"),
    changed(HEALTH_CHECK, "llm-prod-region", ("resourcePath",), None),
)


def group(protocol: Value = "HTTPS", path: Value = "/ready") -> Resource:
    return resource(TARGET_GROUP, {"healthCheck": {"protocol": protocol, "path": path}})


def check(kind: Value = "HTTPS_STR_MATCH", path: Value = "/ready") -> Resource:
    return resource(HEALTH_CHECK, {"type": kind, "resourcePath": path})


def test_holds() -> None:
    assert said(NAME, group(), group("HTTP"), check(), check("CALCULATED", None)) == []


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (group("TCP", None), "healthCheck.protocol is TCP, must be HTTPS or HTTP"),
        (resource(TARGET_GROUP, {}), "healthCheck.protocol is None, must be HTTPS or HTTP"),
        (group(path="/"), "healthCheck.path is /, must be one of /ready"),
        (check("TCP", None), "type is TCP, must be HTTPS or HTTP"),
        (check(path=None), "resourcePath is None, must be one of /ready"),
    ],
    ids=range(5),
)
def test_fails(broken: Resource, message: str) -> None:
    assert said(NAME, broken) == [("fail", message)]


def test_which_addresses_tell_is_a_setting() -> None:
    assert said(NAME, group(path="/health"), paths=("/ready", "/health")) == []


@pytest.mark.parametrize(
    ("blank", "path"),
    [
        (group(UNKNOWN), "healthCheck.protocol"),
        (group(path=UNKNOWN), "healthCheck.path"),
        (resource(TARGET_GROUP, {"healthCheck": UNKNOWN}), "healthCheck.protocol"),
        (check(UNKNOWN), "type"),
    ],
    ids=range(4),
)
def test_unknown_is_undecided(blank: Resource, path: str) -> None:
    assert said(NAME, blank) == [("unknown", f"{path} is not known before the update")]
