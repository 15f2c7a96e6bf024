"""Addresses, sizes and user data: by example and by property."""

import base64
from ipaddress import IPv4Network

from hypothesis import given
from hypothesis import strategies as st

from components import addressing, sizing
from components.compute.user_data import user_data

REGIONS = st.integers(0, 255).map(lambda second: f"10.{second}.0.0/16")
SITES = st.sets(st.sampled_from("abcdefghijklmno"), min_size=1)


def _all(region: str, sites: set[str]) -> list[IPv4Network]:
    shared = addressing.witness_addresses(region)
    found = [shared.private, shared.database]
    for site in sites:
        own = addressing.site_addresses(region, site)
        found += [own.private, own.public, own.database]
    return [IPv4Network(each) for each in found]


def test_addresses_by_example() -> None:
    site = addressing.site_addresses("10.20.0.0/16", "a")
    assert (site.private, site.public, site.database) == ("10.20.16.0/21", "10.20.24.0/24", "10.20.25.0/24")
    assert addressing.witness_addresses("10.20.0.0/16").database == "10.20.1.0/24"


@given(REGIONS, SITES)
def test_subnets_are_disjoint_and_inside(region: str, sites: set[str]) -> None:
    found = _all(region, sites)
    assert all(each.subnet_of(IPv4Network(region)) for each in found)
    assert not [(one, two) for i, one in enumerate(found) for two in found[:i] if one.overlaps(two)]


@given(REGIONS, SITES, SITES)
def test_adding_sites_moves_none(region: str, sites: set[str], more: set[str]) -> None:
    assert set(_all(region, sites)) <= set(_all(region, sites | more))


def test_sides() -> None:
    assert addressing.same_side("10.0.0.0/16", "100.64.0.0/16")
    assert not addressing.same_side("10.0.0.0/16", "172.16.0.0/16")


def test_a_replica_never_spans_nodes() -> None:
    assert sizing.replicas_on(3, "p5en.48xlarge", 8) == 3
    assert sizing.replicas_on(3, "p5en.48xlarge", 3) == 6
    assert sizing.replicas_on(3, "p5en.48xlarge", 16) == 0


def test_grace_outlasts_the_longest_stream() -> None:
    assert sizing.grace_seconds(20, 300) > 320


def test_user_data_is_mime_with_a_guard() -> None:
    text = base64.b64decode(user_data()).decode()
    assert text.startswith("MIME-Version: 1.0")
    assert "grep -qw bbr" in text
