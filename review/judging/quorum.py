"""Majorities: what a group of voting members over zones can lose and still decide; pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


def majority(members: int) -> int:
    """Return how many of `members` must agree: more than half."""
    return members // 2 + 1


def tolerated(members: int) -> int:
    """Return how many of `members` may fail while the others still decide; none of an empty group."""
    return max(members - majority(members), 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Voting members, by name, each in a zone.

    Attributes:
        zones: the zone of each member.
    """

    zones: Mapping[str, str]

    @property
    def size(self) -> int:
        """How many members vote."""
        return len(self.zones)

    def keeps(self, lost: Iterable[str]) -> bool:
        """Tell whether the members that are not in `lost` are still a majority of the whole group."""
        left = self.size - len(self.zones.keys() & set(lost))
        return left >= majority(self.size)

    def fatal_zones(self) -> tuple[str, ...]:
        """Return the zones whose loss alone takes the majority, sorted."""
        held = Counter(self.zones.values())
        return tuple(sorted(zone for zone, count in held.items() if self.size - count < majority(self.size)))
