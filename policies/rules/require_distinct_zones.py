"""T2: two sites never share an availability zone."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from rules._resource import UNKNOWN, Resource
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._stack import of_type
from rules._types import SUBNET


def _check(resources: Sequence[Resource]) -> Iterator[Finding]:
    claims: dict[str, dict[str, Resource]] = defaultdict(dict)
    for subnet in of_type(resources, SUBNET):
        site, zone = subnet.get("tags", "site"), subnet.get("availabilityZone")
        if site is UNKNOWN:
            yield undecided(subnet, "tags", "site")
        elif zone is UNKNOWN:
            yield undecided(subnet, "availabilityZone")
        elif site is not None and zone is not None:
            claims[str(zone)].setdefault(str(site), subnet)
    for zone, sites in claims.items():
        yield from _shared(zone, sites)


def _shared(zone: str, sites: dict[str, Resource]) -> Iterator[Finding]:
    if len(sites) > 1:
        names = ", ".join(sorted(sites))
        yield failure(sites[max(sites)], f"sites {names} share availability zone {zone}")


RULE = StackRule(
    id="T2",
    name="require-distinct-zones",
    severity=Severity.CRITICAL,
    what="Each site has an availability zone of its own.",
    why="A zone is what fails as one; two sites in one zone are lost together, however many they are.",
    source="https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/availability-zones.html",
    fix="Give each site of the stack's settings another `zone`; subnets follow it.",
    check=_check,
)
