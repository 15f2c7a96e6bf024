"""T6: nothing between client and model server cuts a stream before its end."""

from collections.abc import Iterator, Sequence
from typing import Final

from rules._resource import UNKNOWN, Resource, Value, dig, items
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._stack import of_type
from rules._types import DEPLOYMENT, LISTENER, TARGET_GROUP

_STREAM: Final = ("metadata", "annotations", "inference-platform/longest-stream-seconds")
_STATES: Final = "targetHealthStates"
# https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html and
# https://docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout.html
_DELAY: Final = ("deregistrationDelay", 300)
_IDLE: Final = ("tcpIdleTimeoutSeconds", 350)


def _check(resources: Sequence[Resource]) -> Iterator[Finding]:
    groups = of_type(resources, TARGET_GROUP)
    listeners = [each for each in of_type(resources, LISTENER) if each.get("protocol") in ("TCP", UNKNOWN)]
    if not groups and not listeners:
        return
    serving = [each for each in of_type(resources, DEPLOYMENT) if each.get(*_STREAM) is not None]
    yield from (undecided(each, *_STREAM) for each in serving if each.get(*_STREAM) is UNKNOWN)
    longest = max((_seconds(each.get(*_STREAM)) for each in serving), default=0)
    for group in groups:
        yield from _check_time(group, *_DELAY, longest)
        yield from _check_states(group)
    for listener in listeners:
        yield from _check_time(listener, *_IDLE, longest)


def _seconds(annotation: Value) -> int:
    text = str(annotation)
    return int(text) if text.isdigit() else 0


def _check_time(resource: Resource, key: str, default: int, longest: int) -> Iterator[Finding]:
    value = resource.get(key)
    if value is UNKNOWN:
        yield undecided(resource, key)
        return
    seconds = default if value is None else int(value) if isinstance(value, int | float) else _seconds(value)
    if seconds < longest:
        yield failure(resource, f"{key} is {seconds}, must be at least the longest stream, {longest}")


def _check_states(group: Resource) -> Iterator[Finding]:
    """Yield the failure of a group that cuts the streams of a target which turns unhealthy, as it does by default."""
    states = items(group.get(_STATES)) or [None]
    for state in states:
        ends = dig(state, "enableUnhealthyConnectionTermination")
        if ends is UNKNOWN:
            yield undecided(group, _STATES)
        elif ends is not False:
            yield failure(group, f"{_STATES}.enableUnhealthyConnectionTermination is not false")


RULE = StackRule(
    id="T6",
    name="require-stream-time",
    severity=Severity.HIGH,
    what="Network load balancers let a stream end when its target leaves or turns unhealthy, and while it is silent.",
    why="A balancer that closes a connection before the longest stream is over breaks answers at every deployment.",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html",
    fix=(
        "Set deregistrationDelay to the longest stream or more, enableUnhealthyConnectionTermination to false, and"
        " tcpIdleTimeoutSeconds of TCP listeners to the longest stream or more."
    ),
    check=_check,
)
