"""Majorities, against the definition: more than half of all members, counted the long way."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.judging.quorum import Group, majority, tolerated

_MEMBERS = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=3), st.sampled_from("xyzw"), max_size=9)


@pytest.mark.parametrize(
    ("members", "most", "may_fail"), [(0, 1, 0), (1, 1, 0), (2, 2, 0), (3, 2, 1), (4, 3, 1), (5, 3, 2)]
)
def test_known_sizes(members: int, most: int, may_fail: int) -> None:
    assert (majority(members), tolerated(members)) == (most, may_fail)


@given(st.integers(1, 99))
def test_two_majorities_always_share_a_member(members: int) -> None:
    assert 2 * majority(members) > members
    assert 2 * (majority(members) - 1) <= members


@given(_MEMBERS, st.sets(st.text("abcdefgh", min_size=1, max_size=3)))
def test_a_group_keeps_its_majority_exactly_while_more_than_half_are_left(
    zones: dict[str, str], lost: set[str]
) -> None:
    left = [name for name in zones if name not in lost]
    assert Group(zones=zones).keeps(lost) == (len(left) > len(zones) / 2)


@given(_MEMBERS)
def test_a_fatal_zone_is_one_whose_members_are_not_survived(zones: dict[str, str]) -> None:
    group = Group(zones=zones)
    for zone in set(zones.values()):
        inside = {name for name, place in zones.items() if place == zone}
        assert (zone in group.fatal_zones()) == (not group.keeps(inside))


@given(st.dictionaries(st.text("abcdefgh", min_size=1, max_size=2), st.sampled_from("xyz"), min_size=1, max_size=6))
def test_any_tolerated_number_of_losses_is_survived_and_one_more_is_not(zones: dict[str, str]) -> None:
    group = Group(zones=zones)
    may_fail = tolerated(group.size)
    assert all(group.keeps(lost) for lost in combinations(zones, may_fail))
    assert not any(group.keeps(lost) for lost in combinations(zones, may_fail + 1))


def test_a_witness_in_a_third_zone_is_what_makes_two_sites_survive_one() -> None:
    assert Group(zones={"one": "a", "two": "b"}).fatal_zones() == ("a", "b")
    assert Group(zones={"one": "a", "two": "b", "witness": "c"}).fatal_zones() == ()
