"""Arithmetic of the networks that rules find in inputs; pure."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network


def whole_internet(cidrs: Sequence[str]) -> list[str]:
    """Return the address families that `cidrs` cover whole, be it in pieces such as two halves."""
    networks = [ip_network(cidr, strict=False) for cidr in cidrs]
    v4 = collapse_addresses(net for net in networks if isinstance(net, IPv4Network))
    v6 = collapse_addresses(net for net in networks if isinstance(net, IPv6Network))
    return [str(net) for net in (*v4, *v6) if net.prefixlen == 0]
