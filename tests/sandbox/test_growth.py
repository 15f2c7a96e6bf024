"""The program grows by the same resources with each site, and the bench's words about it."""

from collections import Counter
from functools import cache

import engine
import pytest

from components.database import members
from sandbox.errors import SandboxError
from sandbox.growth import MEMBERS, PER_MEMBER, SITES, growth, with_sites
from sandbox.lifecycle.stacks import Project


@cache
def resources(count: int) -> Counter[str]:
    """How many resources of each type the program makes for a stack of so many sites."""
    stack = with_sites(Project.of(engine.ROOT).stack("prod"), count)
    return Counter(each.type for each in engine.run("prod", stack.settings, None).resources)


def test_each_pair_of_sites_adds_the_same_resources() -> None:
    # The database's group has an odd number of members: a third site takes the witness's place, a fourth adds two.
    two, four, six = resources(2), resources(4), resources(6)
    assert (four - two)["aws:eks/cluster:Cluster"] == 2
    assert six - four == four - two


# A hundred for each site, and two for each of the 3, 7 and 9 members of the database.
EVEN = (306, 614, 1218)


def a_round(*seconds: float, counts: tuple[int, ...] = EVEN) -> dict[int, dict[str, float]]:
    return {
        sites: {"seconds": each, "resources": count} for sites, each, count in zip(SITES, seconds, counts, strict=True)
    }


def test_the_lowest_rounds_make_the_cost_of_a_site() -> None:
    said = growth([a_round(6, 9, 18), a_round(6, 90, 15)])
    assert "3 sites 306 resources 6.0 s, 6 sites 614 resources 9.0 s, 12 sites 1218 resources 15.0 s" in said
    assert "a site more costs 1.00 s up to 6 sites and 1.00 s beyond, ratio 1.00 (lowest of 2" in said


def voting(sites: int) -> int:
    return len(members([str(number) for number in range(sites)]))


def test_the_bench_knows_the_members_of_the_database() -> None:
    assert {sites: voting(sites) for sites in SITES} == MEMBERS


def test_each_site_adds_as_many_resources_the_members_of_the_database_aside() -> None:
    two, three, four = (resources(sites).total() - PER_MEMBER * voting(sites) for sites in (2, 3, 4))
    assert three - two == four - three > 0


@pytest.mark.parametrize("size", range(len(SITES)))
@pytest.mark.parametrize("more", [-1, 1])
def test_sites_that_add_different_resources_are_no_growth(size: int, more: int) -> None:
    counts = tuple(count + more * (number == size) for number, count in enumerate(EVEN))
    with pytest.raises(SandboxError, match=r"a site more adds [\d.]+ at first and [\d.]+ then, must be as many"):
        growth([a_round(6, 9, 15, counts=counts)])
