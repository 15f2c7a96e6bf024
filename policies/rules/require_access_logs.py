"""O11: what came in is written down."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from rules._flags import is_true
from rules._resource import Resource
from rules._rule import Finding, Severity, StackRule, failure
from rules._stack import of_type, users
from rules._types import (
    ACCELERATOR,
    DISTRIBUTION,
    LOAD_BALANCER,
    LOG_DELIVERY_SOURCE,
    WEB_ACL,
    WEB_ACL_LOGS,
)

_OWN: Final[Mapping[str, Callable[[Resource], Iterator[Finding]]]] = {
    LOAD_BALANCER: is_true("accessLogs", "enabled"),
    ACCELERATOR: is_true("attributes", "flowLogsEnabled"),
}
"""What says by an input of its own whether it writes logs."""

_BY_ANOTHER: Final[Mapping[str, str]] = {DISTRIBUTION: LOG_DELIVERY_SOURCE, WEB_ACL: WEB_ACL_LOGS}
"""What writes logs where a resource of this type names it as `resourceArn`."""


def _check(resources: Sequence[Resource]) -> Iterator[Finding]:
    for each in of_type(resources, *_OWN):
        yield from _OWN[each.type](each)
    for each in of_type(resources, *_BY_ANOTHER):
        kind = _BY_ANOTHER[each.type]
        if not users(each, "resourceArn", of_type(resources, kind)):
            yield failure(each, f"no {kind.rpartition(':')[2]} names it, so nothing that passes it is written down")


RULE = StackRule(
    id="O11",
    name="require-access-logs",
    severity=Severity.MEDIUM,
    what="Distribution, web ACL, accelerator and load balancers write logs of what comes in.",
    why="Without them nobody can tell after an attack or an outage who asked for what, and from where.",
    source="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html",
    fix=(
        "Set accessLogs.enabled or attributes.flowLogsEnabled, or create a LogDeliverySource or a"
        " WebAclLoggingConfiguration with its ARN."
    ),
    check=_check,
)
