import pytest
from rules._resource import UNKNOWN, Resource, Value
from rules._types import DEPLOYMENT, LISTENER, TARGET_GROUP

from tests.policies.mutation import changed
from tests.policies.samples import resource, said

NAME = "require-stream-time"
TERMINATION = ("targetHealthStates", 0, "enableUnhealthyConnectionTermination")
MUTATIONS = (
    changed(TARGET_GROUP, "llm-prod-a", ("deregistrationDelay",), 299),
    changed(TARGET_GROUP, "llm-dr-c", TERMINATION, value=True, stack="dr"),
    changed(TARGET_GROUP, "llm-prod-b", ("targetHealthStates",), None),
)


def serving(stream: Value = "300") -> Resource:
    return resource(DEPLOYMENT, {"metadata": {"annotations": {"inference-platform/longest-stream-seconds": stream}}})


def group(delay: Value = 300.0, ends: Value = False) -> Resource:  # noqa: FBT002 - an input's value
    states: Value = [{"enableUnhealthyConnectionTermination": ends}]
    return resource(TARGET_GROUP, {"deregistrationDelay": delay, "targetHealthStates": states})


def listener(idle: Value, protocol: Value = "TCP") -> Resource:
    return resource(LISTENER, {"protocol": protocol, "tcpIdleTimeoutSeconds": idle})


def test_holds() -> None:
    assert said(NAME, serving(), serving(None), group(), group("310"), group(None), listener(None)) == []
    assert said(NAME, serving("600"), listener(None, "TLS")) == []
    assert said(NAME, serving(UNKNOWN)) == []


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (group(299.0), "deregistrationDelay is 299, must be at least the longest stream, 300"),
        (group("60"), "deregistrationDelay is 60, must be at least the longest stream, 300"),
        (group(ends=True), "targetHealthStates.enableUnhealthyConnectionTermination is not false"),
        (group(ends=None), "targetHealthStates.enableUnhealthyConnectionTermination is not false"),
        (listener(60.0), "tcpIdleTimeoutSeconds is 60, must be at least the longest stream, 300"),
    ],
    ids=range(5),
)
def test_fails(broken: Resource, message: str) -> None:
    assert said(NAME, serving(), serving("20"), broken) == [("fail", message)]


def test_the_services_own_values_fail_a_longer_stream() -> None:
    assert [outcome for outcome, _ in said(NAME, serving("360"), group(None), listener(None))] == ["fail", "fail"]


@pytest.mark.parametrize(
    ("blank", "path"),
    [
        (group(UNKNOWN), "deregistrationDelay"),
        (group(ends=UNKNOWN), "targetHealthStates"),
        (listener(UNKNOWN), "tcpIdleTimeoutSeconds"),
    ],
    ids=range(3),
)
def test_unknown_is_undecided(blank: Resource, path: str) -> None:
    assert said(NAME, serving(), blank) == [("unknown", f"{path} is not known before the update")]


def test_undecided_while_the_longest_stream_is_unknown() -> None:
    ((outcome, message),) = said(NAME, serving(UNKNOWN), group())
    assert (outcome, "longest-stream-seconds" in message) == ("unknown", True)
