"""N3: no security group lets the whole internet in."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Final

from rules._networks import whole_internet
from rules._resource import UNKNOWN, Resource, Value, dig, is_known, items, strings
from rules._rule import Finding, ResourceRule, Severity, failure, undecided
from rules._setting import Names
from rules._types import INGRESS_RULE, SECURITY_GROUP, SECURITY_GROUP_RULE

# The way in for clients: an accelerator's addresses are in no prefix list, so its load balancers are open on HTTPS.
# https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html
_DOORS = Names(
    name="doors",
    what="globs over the names of ingress rules that may be open to all, on TCP port 443 alone",
    default=("*-balancer",),
)
_HTTPS: Final = 443
_LISTS: Final = ("cidrBlocks", "ipv6CidrBlocks")
_SINGLE: Final = ("cidrIpv4", "cidrIpv6")


def _check(resource: Resource, *, doors: tuple[str, ...]) -> Iterator[Finding]:
    if resource.type == SECURITY_GROUP_RULE and resource.get("type") == "egress":
        return
    if _is_door(resource, doors):
        return
    sources = list(_sources(resource))
    known = [cidr for _, cidr in sources if isinstance(cidr, str)]
    for network in whole_internet(known):
        yield failure(resource, f"lets in {network}")
    for path, cidr in sources:
        if cidr is UNKNOWN:
            yield undecided(resource, *path)


def _is_door(resource: Resource, doors: tuple[str, ...]) -> bool:
    if resource.type != INGRESS_RULE or resource.get("ipProtocol") != "tcp":
        return False
    narrow = resource.get("fromPort") == resource.get("toPort") == _HTTPS
    return narrow and any(fnmatchcase(resource.name, each) for each in doors)


def _sources(resource: Resource) -> Iterator[tuple[tuple[str, ...], Value]]:
    """Yield the networks that may enter, each with where it stands."""
    if resource.type == INGRESS_RULE:
        yield from (((key,), resource.get(key)) for key in _SINGLE)
        return
    inline = resource.type == SECURITY_GROUP
    for entry in items(resource.get("ingress")) if inline else [dict(resource.props)]:
        for key in _LISTS:
            yield from _listed(dig(entry, key), ("ingress", key) if inline else (key,))


def _listed(cidrs: Value, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Value]]:
    yield from ((path, cidr) for cidr in strings(cidrs))
    if not is_known(cidrs):
        yield path, UNKNOWN


RULE = ResourceRule(
    id="N3",
    name="forbid-open-ingress",
    severity=Severity.CRITICAL,
    what="No security group takes traffic from every address of the internet, but a load balancer on port 443.",
    why="What listens behind an open group is found by scanners within minutes, whatever it is.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",
    fix="Name the networks that need it, or another security group, in place of 0.0.0.0/0 and ::/0.",
    settings=(_DOORS,),
    matches={SECURITY_GROUP, SECURITY_GROUP_RULE, INGRESS_RULE}.__contains__,
    check=_check,
)
