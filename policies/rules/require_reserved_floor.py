"""T4: the GPU nodes that a site keeps whatever happens are its own by contract.

Asked of every stack, and most needed in a standby: its nodes come back from an update or a repair on a day on which a
whole region's customers ask the same zone for the same machines. A reservation that the launch template names is made
elsewhere, so its size is not ours to judge. One that is matched by "targeted" alone serves nobody who does not name it.
"""

from collections.abc import Iterator, Sequence
from itertools import chain

from rules._capacity import DEFAULT_CAPACITY, blanks, by_site, least_size, offers_gpus, reservation
from rules._resource import UNKNOWN, Resource, Value, is_known, strings
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
    targeting = [(group, reservation(group, templates)) for group in groups]
    without = [group for group, target in targeting if target is None]
    zones = _zones(without, resources)
    unknown = [undecided(group, "launchTemplate") for group, target in targeting if target is UNKNOWN]
    unknown += [undecided(group, "subnetIds") for group in without[:1] if UNKNOWN in zones]
    if unknown:
        yield from unknown
        return
    kinds = [kind for group in without for kind in strings(group.get("instanceTypes"))]
    reserved = of_type(resources, CAPACITY_RESERVATION)
    held = sum(_count(each) for each in reserved if _serves(each, kinds, zones))
    needed = -(-sum(map(least_size, without)) * percent // 100)
    if held < needed:
        yield failure(without[0], f"site {site} holds a reservation of {held} nodes, must be at least {needed}")


def _zones(groups: Sequence[Resource], resources: Sequence[Resource]) -> list[Value]:
    """Return the zones of the groups' subnets; none where the subnets are made elsewhere."""
    subnets = of_type(resources, SUBNET)
    return [subnet.get("availabilityZone") for group in groups for subnet in sources(group, "subnetIds", subnets)]


def _serves(reserved: Resource, kinds: Sequence[str], zones: Sequence[Value]) -> bool:
    """Tell whether nodes of these instance types start in a reservation by themselves, in these zones."""
    here = not zones or reserved.get("availabilityZone") in zones
    is_open = reserved.get("instanceMatchCriteria") != "targeted"
    return here and is_open and reserved.get("instanceType") in kinds


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
