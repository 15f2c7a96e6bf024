"""T4: the GPU nodes that a site keeps whatever happens are its own by contract.

Asked of every stack, and most needed in a standby: its nodes come back from an update or a repair on a day on which a
whole region's customers ask the same zone for the same machines. A reservation that the launch template names is made
elsewhere, so its size is not ours to judge. One that is matched by "targeted" alone serves nobody who does not name it.
"""

from collections.abc import Iterator, Sequence
from itertools import chain

from rules._capacity import DEFAULT_CAPACITY, blanks, by_site, least_size, offers_gpus, reservation
from rules._resource import UNKNOWN, Resource, is_known, strings
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._setting import WholeNumber
from rules._stack import of_type, sources
from rules._types import CAPACITY_RESERVATION, LAUNCH_TEMPLATE, NODE_GROUP, SUBNET

_PERCENT = WholeNumber(
    name="percent",
    what="share of the least size of a site's on-demand GPU groups that is reserved, %",
    default=100,
    minimum=1,
    maximum=100,
)
_OF_GROUP = (("capacityType",), ("scalingConfig", "minSize"))
_OF_RESERVATION = ("availabilityZone", "instanceType", "instanceCount", "instanceMatchCriteria")


def _check(resources: Sequence[Resource], *, percent: int) -> Iterator[Finding]:
    groups = of_type(resources, NODE_GROUP)
    reserved = of_type(resources, CAPACITY_RESERVATION)
    unknown = [*chain.from_iterable(blanks(group, *_OF_GROUP) for group in groups), *_unknown(reserved)]
    if unknown:
        yield from unknown
        return
    on_demand = [group for group in groups if offers_gpus(group) and _is_on_demand(group)]
    for site, of_site in by_site(on_demand).items():
        yield from _check_site(site, of_site, resources, percent)


def _unknown(reserved: Sequence[Resource]) -> Iterator[Finding]:
    for each in reserved:
        for key in _OF_RESERVATION:
            if not is_known(each.get(key)):
                yield undecided(each, key)


def _is_on_demand(group: Resource) -> bool:
    return (group.get("capacityType") or DEFAULT_CAPACITY) == DEFAULT_CAPACITY


def _check_site(
    site: str, groups: Sequence[Resource], resources: Sequence[Resource], percent: int
) -> Iterator[Finding]:
    templates = of_type(resources, LAUNCH_TEMPLATE)
    targets = {group.urn: reservation(group, templates) for group in groups}
    for group in groups:
        if targets[group.urn] is UNKNOWN:
            yield undecided(group, "launchTemplate")
    open_groups = [group for group in groups if targets[group.urn] is None]
    needed = -(-sum(map(least_size, open_groups)) * percent // 100)
    held = sum(
        _count(each) for each in of_type(resources, CAPACITY_RESERVATION) if _serves(each, open_groups, resources)
    )
    if held < needed:
        yield failure(open_groups[0], f"site {site} holds a reservation of {held} nodes, must be at least {needed}")


def _serves(reserved: Resource, groups: Sequence[Resource], resources: Sequence[Resource]) -> bool:
    """Tell whether nodes of `groups` start in an open reservation: of their type, in their zone."""
    subnets = of_type(resources, SUBNET)
    zones = [subnet.get("availabilityZone") for group in groups for subnet in sources(group, "subnetIds", subnets)]
    kinds = [kind for group in groups for kind in strings(group.get("instanceTypes"))]
    return (
        reserved.get("instanceMatchCriteria") != "targeted"
        and reserved.get("availabilityZone") in zones
        and reserved.get("instanceType") in kinds
    )


def _count(reserved: Resource) -> int:
    count = reserved.get("instanceCount")
    return int(count) if isinstance(count, int | float) else 0


RULE = StackRule(
    id="T4",
    name="require-reserved-floor",
    severity=Severity.HIGH,
    what="The least size of a site's on-demand GPU node groups is held by capacity reservations in its zone.",
    why=(
        "On-demand is a price and no promise: after a repair, an update or a lost region the nodes that the plan counts"
        " on may not be there to start."
    ),
    source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-capacity-reservations.html",
    fix="Set nodes.reserved.reserve to true with `initial` at least `minimum`, or give the site its reservation_id.",
    settings=(_PERCENT,),
    check=_check,
)
