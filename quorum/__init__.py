"""Majorities: what a group of voting members over zones can lose and still decide; pure.

It knows neither the program nor its guards: the review, the policies and the database's exporter hold every group
against the same arithmetic.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


def majority(voting: int) -> int:
    """Return how many of `voting` members must agree: more than half."""
    return voting // 2 + 1


def tolerated(voting: int) -> int:
    """Return how many of `voting` members may fail while the others still decide; none of an empty group."""
    return max(voting - majority(voting), 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Voting members.

    Attributes:
        zones: by the name of each member, every zone that it may be in: two where a standby may take over.
    """

    zones: Mapping[str, frozenset[str]]

    @property
    def size(self) -> int:
        """How many members vote."""
        return len(self.zones)

    def keeps(self, lost: Iterable[str]) -> bool:
        """Tell whether the members that are not in `lost` are still a majority of the whole group."""
        left = self.size - len(self.zones.keys() & set(lost))
        return left >= majority(self.size)

    def fatal_zones(self) -> tuple[str, ...]:
        """Return the zones whose loss alone may take the majority, wherever members then are; sorted."""
        held = Counter(zone for places in self.zones.values() for zone in places)
        return tuple(sorted(zone for zone, count in held.items() if self.size - count < majority(self.size)))
