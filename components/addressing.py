"""Addresses of a region, its shared part and its sites; pure, and stable when a site is added.

A region's /16 is cut in sixteen /20 blocks: block 0 is shared, site `a` to `o` has block 1 to 15.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

_BLOCK_PREFIX = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteAddresses:
    """The subnets of one site, as CIDRs."""

    private: str
    public: str
    database: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessAddresses:
    """The subnets of the witness zone, as CIDRs: control-plane interfaces and the database witness."""

    private: str
    database: str


def site_addresses(region: str, site: str) -> SiteAddresses:
    """Return the subnets of `site` (one letter, a to o) in the /16 `region`."""
    block = _block(region, ord(site) - ord("a") + 1)
    small = list(block.subnets(new_prefix=24))
    return SiteAddresses(private=str(next(block.subnets(new_prefix=21))), public=str(small[8]), database=str(small[9]))


def witness_addresses(region: str) -> WitnessAddresses:
    """Return the subnets of the witness zone in the /16 `region`."""
    small = list(_block(region, 0).subnets(new_prefix=24))
    return WitnessAddresses(private=str(small[0]), database=str(small[1]))


def standby_address(region: str) -> str:
    """Return the subnet of the /16 `region` in which the first database member may have its standby."""
    return str(list(_block(region, 0).subnets(new_prefix=24))[2])


def database_networks(region: str, sites: Sequence[str]) -> Sequence[str]:
    """Return the subnets that the database may be in: those of `sites`, the witness's, and the standby's."""
    own = [site_addresses(region, site).database for site in sites]
    return [*own, witness_addresses(region).database, standby_address(region)]


def _block(region: str, index: int) -> IPv4Network:
    return list(IPv4Network(region).subnets(new_prefix=_BLOCK_PREFIX))[index]


def overlaps(one: str, other: str) -> bool:
    """Tell whether two CIDRs share an address."""
    return IPv4Network(one).overlaps(IPv4Network(other))


def same_side(*cidrs: str) -> bool:
    """Tell whether all CIDRs lie on one side of 128.0.0.0.

    RDS group replication across regions demands it:
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-active-active-clusters-cross-vpc-prerequisites.html
    """
    lower = IPv4Network("0.0.0.0/1")
    return len({IPv4Network(cidr).subnet_of(lower) for cidr in cidrs}) <= 1


def dns_server(services: str) -> str:
    """Return the address of a cluster's DNS Service, the tenth of `services`; EKS fixes it.

    https://github.com/awslabs/amazon-eks-ami/blob/main/nodeadm/internal/api/util.go
    """
    return str(IPv4Network(services)[10])
