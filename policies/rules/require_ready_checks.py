"""T5: who sends traffic asks whether it is wanted, and not whether a port is open."""

from collections.abc import Iterator, Mapping
from typing import Final

from rules._resource import UNKNOWN, Resource
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._setting import Names
from rules._types import HEALTH_CHECK, TARGET_GROUP

_PATHS = Names(name="paths", what="addresses that say whether a server takes traffic", default=("/ready",))
_PLACES: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    TARGET_GROUP: (("healthCheck", "protocol"), ("healthCheck", "path")),
    HEALTH_CHECK: (("type",), ("resourcePath",)),
}
"""Where a check says how it asks, and for what."""

# They ask nobody, but look at other checks, an alarm or a switch:
# https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html
_WATCHING: Final = ("CALCULATED", "CLOUDWATCH_METRIC", "RECOVERY_CONTROL")


def _check(resource: Resource, *, paths: tuple[str, ...]) -> Iterator[Finding]:
    way, place = _PLACES[resource.type]
    protocol, path = resource.get(*way), resource.get(*place)
    if protocol in _WATCHING:
        return
    if protocol is UNKNOWN:
        yield undecided(resource, *way)
    elif not str(protocol).startswith("HTTP"):
        yield failure(resource, f"{'.'.join(way)} is {protocol}, must be HTTPS or HTTP")
    elif path is UNKNOWN:
        yield undecided(resource, *place)
    elif path not in paths:
        yield failure(resource, f"{'.'.join(place)} is {path}, must be one of {', '.join(paths)}")


RULE = ResourceRule(
    id="T5",
    name="require-ready-checks",
    severity=Severity.HIGH,
    what="Target groups and Route 53 health checks ask for readiness by HTTP, at an address that tells it.",
    why=(
        "A port is open while a server drains, hangs or has nobody behind it; traffic then goes on to a site that"
        " cannot answer."
    ),
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-health-checks.html",
    fix="Set protocol HTTPS and path /ready in healthCheck of the target group, type HTTPS and resourcePath /ready.",
    settings=(_PATHS,),
    matches=_PLACES.__contains__,
    check=_check,
)
