"""T8: every address means one place, and databases may replicate between regions.

A route over a peering connection shows the network on its other side. Two clusters may have the same addresses for
Services: those never leave a cluster.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from itertools import combinations

from rules._resource import UNKNOWN, Resource
from rules._rule import Finding, Severity, StackRule, failure, undecided
from rules._stack import of_type
from rules._types import CLUSTER, ROUTE, VPC

_PATHS = {
    VPC: ("cidrBlock",),
    CLUSTER: ("kubernetesNetworkConfig", "serviceIpv4Cidr"),
    ROUTE: ("destinationCidrBlock",),
}
_LOWER = IPv4Network("0.0.0.0/1")


@dataclass(frozen=True, slots=True)
class _Claim:
    """A network, and who says so."""

    owner: Resource
    network: IPv4Network


def _check(resources: Sequence[Resource]) -> Iterator[Finding]:
    claims: list[_Claim] = []
    for owner in of_type(resources, *_PATHS):
        cidr = owner.get(*_PATHS[owner.type]) if _counts(owner) else None
        if cidr is UNKNOWN:
            yield undecided(owner, *_PATHS[owner.type])
        elif isinstance(cidr, str):
            claims.append(_Claim(owner, IPv4Network(cidr, strict=False)))
    yield from _check_overlaps(claims)
    yield from _check_sides([claim for claim in claims if claim.owner.type != CLUSTER])


def _counts(owner: Resource) -> bool:
    return owner.type != ROUTE or owner.get("vpcPeeringConnectionId") is not None


def _check_overlaps(claims: Sequence[_Claim]) -> Iterator[Finding]:
    said: set[tuple[IPv4Network, IPv4Network]] = set()
    for one, other in combinations(claims, 2):
        pair = (one.network, other.network)
        if pair not in said and _see_each_other(one.owner, other.owner) and one.network.overlaps(other.network):
            said.add(pair)
            yield failure(other.owner, f"its network {other.network} overlaps {one.network} of {one.owner.name}")


def _see_each_other(one: Resource, other: Resource) -> bool:
    """Tell whether two networks meet in one route table; what is of one region has that region's provider."""
    if one.type == other.type:
        return one.type == VPC
    return one.provider == other.provider


def _check_sides(claims: Sequence[_Claim]) -> Iterator[Finding]:
    low = [claim for claim in claims if claim.network.subnet_of(_LOWER)]
    high = [claim for claim in claims if claim not in low]
    if low and high:
        yield failure(
            high[0].owner, f"its network {high[0].network} and {low[0].network} lie on both sides of 128.0.0.0"
        )


RULE = StackRule(
    id="T8",
    name="require-disjoint-networks",
    severity=Severity.HIGH,
    what="VPCs, their peers and Service addresses do not overlap, and all VPCs lie on one side of 128.0.0.0.",
    why=(
        "Overlapping networks cannot be peered and are never renumbered later; and RDS refuses group replication across"
        " regions when networks lie on both sides of 128.0.0.0."
    ),
    source=(
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-active-active-clusters-cross-vpc-prerequisites.html"
    ),
    fix="Give each region another /16 of 10.0.0.0/8 as network.cidr, and cluster.service_cidr a block beside them all.",
    check=_check,
)
