"""The program grows by the same resources with each site, and the bench's words about it."""

from collections import Counter

import engine
import pytest

from sandbox.errors import SandboxError
from sandbox.growth import SITES, growth, with_sites
from sandbox.lifecycle.stacks import Project


def resources(count: int) -> Counter[str]:
    """How many resources of each type the program makes for a stack of so many sites."""
    stack = with_sites(Project.of(engine.ROOT).stack("prod"), count)
    return Counter(each.type for each in engine.run("prod", stack.settings, None).resources)


def test_each_pair_of_sites_adds_the_same_resources() -> None:
    # The database's group has an odd number of members: a third site takes the witness's place, a fourth adds two.
    two, four, six = resources(2), resources(4), resources(6)
    assert (four - two)["aws:eks/cluster:Cluster"] == 2
    assert six - four == four - two


def a_round(*seconds: float, counts: tuple[int, ...] = (300, 600, 1200)) -> dict[int, dict[str, float]]:
    return {
        sites: {"seconds": each, "resources": count} for sites, each, count in zip(SITES, seconds, counts, strict=True)
    }


def test_the_lowest_rounds_make_the_cost_of_a_site() -> None:
    said = growth([a_round(6, 9, 18), a_round(6, 90, 15)])
    assert "3 sites 300 resources 6.0 s, 6 sites 600 resources 9.0 s, 12 sites 1200 resources 15.0 s" in said
    assert "a site more costs 1.00 s up to 6 sites and 1.00 s beyond, ratio 1.00 (lowest of 2" in said


def test_sites_that_add_different_resources_are_no_growth() -> None:
    with pytest.raises(SandboxError, match="does not grow by as many for each"):
        growth([a_round(6, 9, 15, counts=(300, 600, 1300))])
