"""Majorities, against the definition: more than half of all members, counted the long way."""

from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.database import MOST_MEMBERS, WITNESS, members
from quorum import Group, majority, tolerated

_PLACES = st.frozensets(st.sampled_from("xyzw"), min_size=1, max_size=2)
_MEMBERS = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=3), _PLACES, max_size=7)
_SITES = st.lists(st.sampled_from("abcdefghijklmno"), max_size=15, unique=True)


def _group(**zones: str) -> Group:
    return Group(zones={name: frozenset(places) for name, places in zones.items()})


@pytest.mark.parametrize(
    ("voting", "most", "may_fail"), [(0, 1, 0), (1, 1, 0), (2, 2, 0), (3, 2, 1), (4, 3, 1), (5, 3, 2)]
)
def test_known_sizes(voting: int, most: int, may_fail: int) -> None:
    assert (majority(voting), tolerated(voting)) == (most, may_fail)


@given(st.integers(1, 99))
def test_two_majorities_always_share_a_member(voting: int) -> None:
    assert 2 * majority(voting) > voting
    assert 2 * (majority(voting) - 1) <= voting


@given(_MEMBERS, st.sets(st.text("abcdefgh", min_size=1, max_size=3)))
def test_a_group_keeps_its_majority_exactly_while_more_than_half_are_left(
    zones: dict[str, frozenset[str]], lost: set[str]
) -> None:
    left = [name for name in zones if name not in lost]
    assert Group(zones=zones).keeps(lost) == (len(left) > len(zones) / 2)


@given(_MEMBERS)
def test_a_fatal_zone_is_one_that_some_placement_does_not_survive(zones: dict[str, frozenset[str]]) -> None:
    group = Group(zones=zones)
    placements = [dict(zip(zones, places, strict=True)) for places in product(*zones.values())]
    for zone in frozenset[str]().union(*zones.values()):
        losses = ([name for name, place in placed.items() if place == zone] for placed in placements)
        assert (zone in group.fatal_zones()) == any(not group.keeps(lost) for lost in losses)


@given(st.dictionaries(st.text("abcdefgh", min_size=1, max_size=2), _PLACES, min_size=1, max_size=6))
def test_any_tolerated_number_of_losses_is_survived_and_one_more_is_not(zones: dict[str, frozenset[str]]) -> None:
    group = Group(zones=zones)
    may_fail = tolerated(group.size)
    assert all(group.keeps(lost) for lost in combinations(zones, may_fail))
    assert not any(group.keeps(lost) for lost in combinations(zones, may_fail + 1))


@given(_MEMBERS)
def test_a_standby_elsewhere_never_makes_a_group_safer(zones: dict[str, frozenset[str]]) -> None:
    settled = Group(zones={name: frozenset({min(places)}) for name, places in zones.items()})
    assert set(settled.fatal_zones()) <= set(Group(zones=zones).fatal_zones())


def test_a_witness_in_a_third_zone_is_what_makes_two_sites_survive_one() -> None:
    assert _group(one="a", two="b").fatal_zones() == ("a", "b")
    assert _group(one="a", two="b", witness="c").fatal_zones() == ()


def test_a_standby_needs_a_zone_that_no_other_member_is_in() -> None:
    assert _group(one="ac", two="b", witness="c").fatal_zones() == ("c",)
    assert _group(one="ad", two="b", witness="c").fatal_zones() == ()


@given(_SITES)
def test_members_are_odd_and_none_shares_a_zone(sites: list[str]) -> None:
    found = members(sites)
    if len(sites) < 2:
        assert not found
        return
    assert len(found) % 2
    assert 3 <= len(found) <= MOST_MEMBERS
    assert {*found} <= {*sites, WITNESS}
    assert Group(zones={name: frozenset({name}) for name in found}).fatal_zones() == ()


@given(_SITES)
def test_no_site_is_without_a_member_while_the_service_takes_one_more(sites: list[str]) -> None:
    if 2 <= len(sites) <= MOST_MEMBERS:
        assert {*sites} <= {*members(sites)}
