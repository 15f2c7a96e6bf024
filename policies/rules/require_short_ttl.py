"""T7: nobody goes on asking a site that is gone because of an old answer."""

from collections.abc import Iterator
from typing import Final

from rules._resource import UNKNOWN, Resource
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._setting import WholeNumber
from rules._types import RECORD

_SECONDS = WholeNumber(
    name="ttl_seconds", what="longest time that an answer which may change is kept, s", default=60, minimum=1,
    maximum=86400,
)  # fmt: skip
_MOVING: Final = (
    "failoverRoutingPolicies",
    "latencyRoutingPolicies",
    "weightedRoutingPolicies",
    "geolocationRoutingPolicies",
    "geoproximityRoutingPolicy",
    "multivalueAnswerRoutingPolicy",
    "healthCheckId",
)
"""Inputs by which a name's answer depends on what is healthy, near or wanted."""


def _check(resource: Resource, *, ttl_seconds: int) -> Iterator[Finding]:
    ttl = resource.get("ttl")
    if ttl is None or not any(resource.get(key) for key in _MOVING):
        return  # an alias takes the time of what it points to; another name has one answer
    if ttl is UNKNOWN:
        yield undecided(resource, "ttl")
    elif not isinstance(ttl, int | float) or ttl > ttl_seconds:
        yield failure(resource, f"ttl is {ttl:g}, must be at most {ttl_seconds}")


RULE = ResourceRule(
    id="T7",
    name="require-short-ttl",
    severity=Severity.HIGH,
    what="DNS records whose answer changes when a site fails are kept for a minute at most.",
    why="Resolvers hand out the address of a lost site until the answer's time is over, whatever Route 53 knows.",
    source="https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-failover.html",
    fix="Set ttl to 60 or less, or make the record an alias.",
    settings=(_SECONDS,),
    matches={RECORD}.__contains__,
    check=_check,
)
