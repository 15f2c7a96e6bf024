"""The address ranges of regions, sites and Services, before and after."""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network
from itertools import combinations
from typing import Final

from review.assessment import Fact, Level
from review.estate.lookup import all_steps, at, joined, text
from review.estate.sites import Moment, after, before
from review.plan import Plan, State, Step

_RANGES: Final = {
    "aws:ec2/vpc:Vpc": ("network", ("cidrBlock",)),
    "aws:ec2/subnet:Subnet": ("subnet", ("cidrBlock",)),
    "aws:eks/cluster:Cluster": ("Services", ("kubernetesNetworkConfig", "serviceIpv4Cidr")),
}
_VPC: Final = "aws:ec2/vpc:Vpc"


def facts(plans: Iterable[Plan]) -> list[Fact]:
    """Return the ranges that are declared, and whether the regions' networks overlap."""
    steps = [step for _, step in all_steps(plans) if step.type in _RANGES]
    return [*filter(None, map(_range, steps)), *_overlaps([step for step in steps if step.type == _VPC])]


def _range(step: Step) -> Fact | None:
    what, path = _RANGES[step.type]
    was, now = _cidr(step.before, path), _cidr(step.after, path)
    if not was and not now:
        return None
    moved = bool(was) and bool(now) and was != now
    return Fact(
        subject=f"site {step.place.site}" if step.place.site else step.place.region,
        quantity=f"addresses of {what} {step.name}",
        before=was,
        after=now,
        level=Level.CARE if moved else Level.SAFE,
        note="a range can not be changed in place: all that has an address in it is made again" if moved else "",
    )


def _cidr(state: State | None, path: tuple[str, ...]) -> str:
    return text(at(state, *path))


def _overlaps(networks: Iterable[Step]) -> Iterator[Fact]:
    vpcs = [*networks]
    was, now = (_clashes(vpcs, moment) for moment in (before, after))
    if was or now:
        yield Fact(
            subject="all regions",
            quantity="networks that overlap",
            before=was,
            after=now,
            level=Level.BLOCKED if now and now != was else Level.CARE if now else Level.SAFE,
            note="networks that overlap can not be joined by peering: give one another range" if now else "",
        )


def _clashes(networks: Iterable[Step], moment: Moment) -> str:
    held = {step.name: cidr for step in networks if (cidr := _cidr(moment(step), ("cidrBlock",)))}
    clash = [f"{a} {held[a]} with {b} {held[b]}" for a, b in combinations(held, 2) if _meet(held[a], held[b])]
    return joined(clash)


def _meet(one: str, other: str) -> bool:
    return IPv4Network(one).overlaps(IPv4Network(other))
