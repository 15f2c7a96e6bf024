"""T10: no change takes every site of a region out of the way in."""

from collections.abc import Iterator
from typing import Final

from rules._resource import UNKNOWN, Resource, dig, items
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._types import ENDPOINT_GROUP

_DIAL: Final = "trafficDialPercentage"
_ENDPOINTS: Final = "endpointConfigurations"


def _check(resource: Resource) -> Iterator[Finding]:
    dial = resource.get(_DIAL)
    if dial is UNKNOWN:
        yield undecided(resource, _DIAL)
    elif dial == 0:
        yield failure(resource, f"{_DIAL} is 0, so the region takes no client")
    weights = [dig(each, "weight") for each in items(resource.get(_ENDPOINTS))]
    if any(weight is not UNKNOWN and weight != 0 for weight in weights):
        return
    if UNKNOWN in weights:
        yield undecided(resource, _ENDPOINTS)
    else:
        yield failure(resource, f"{_ENDPOINTS} has no site with a weight above 0")


RULE = ResourceRule(
    id="T10",
    name="forbid-drained-regions",
    severity=Severity.CRITICAL,
    what="Each region's endpoint group has a dial above 0 and a site with a weight above 0.",
    why=(
        "Draining is for one site at a time. With every site out, all clients move to the other region at once, and"
        " with weight 0 they find none there when that one fails as well."
    ),
    source="https://docs.aws.amazon.com/global-accelerator/latest/dg/about-endpoints-endpoint-weights.html",
    fix="Set dial_percent above 0 and the weight of one site at least; waive the rule for a drill, with its date.",
    matches={ENDPOINT_GROUP}.__contains__,
    check=_check,
)
