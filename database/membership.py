"""What to do next, from what the members say of themselves and of each other; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from database.gtids import Intervals, contains
from quorum import majority

ONLINE: Final = "ONLINE"
RECOVERING: Final = "RECOVERING"
OFFLINE: Final = "OFFLINE"
ERROR: Final = "ERROR"
UNREACHABLE: Final = "UNREACHABLE"
STATES: Final = (ONLINE, RECOVERING, OFFLINE, ERROR, UNREACHABLE)
"""https://dev.mysql.com/doc/refman/8.4/en/group-replication-server-states.html"""

_VOTING: Final = frozenset({ONLINE, RECOVERING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What one member says.

    Attributes:
        name: of the member.
        uuid: of its server.
        states: of all members of its group as it sees them, by their servers' UUIDs; one without a group is in none.
        roles: of them.
        done: the group's transactions that it has.
    """

    name: str
    uuid: str
    states: Mapping[str, str]
    roles: Mapping[str, str] = field(default_factory=dict[str, str])
    done: Intervals = field(default_factory=dict[str, Sequence[tuple[int, int]]])

    @property
    def state(self) -> str:
        """Its own state."""
        return self.states.get(self.uuid, OFFLINE)

    @property
    def in_group(self) -> bool:
        """Whether it is in a group, or just about to be."""
        return self.state in _VOTING

    @property
    def margin(self) -> int:
        """How many members its group can lose at once and still commit; below 0 it is blocked.

        A majority of the members of the group's view must answer each other:
        https://dev.mysql.com/doc/refman/8.4/en/group-replication-fault-tolerance.html
        """
        answering = sum(state in _VOTING for state in self.states.values())
        return answering - majority(len(self.states))

    def peers(self) -> frozenset[str]:
        """Return the servers that it is in a group with, itself among them."""
        return frozenset(uuid for uuid, state in self.states.items() if state in _VOTING)


@dataclass(frozen=True, slots=True)
class Begin:
    """Start the group on this member."""

    name: str


@dataclass(frozen=True, slots=True)
class Join:
    """Have this member join; one in error must leave first."""

    name: str
    leave_first: bool


@dataclass(frozen=True, slots=True)
class Wait:
    """Do nothing now, for this reason."""

    why: str


@dataclass(frozen=True, slots=True)
class Refuse:
    """Do nothing, as only people can decide."""

    why: str


@dataclass(frozen=True, slots=True)
class Done:
    """All members are online in one group."""


Step = Begin | Join | Wait | Refuse | Done


def groups(seen: Sequence[Standing]) -> Sequence[Sequence[Standing]]:
    """Return the groups that there are: members are in one if either of them sees the other in it."""
    found: list[tuple[frozenset[str], list[Standing]]] = []
    for each in (each for each in seen if each.in_group):
        peers, members = each.peers(), [each]
        for group in [group for group in found if group[0] & peers]:
            found.remove(group)
            peers, members = peers | group[0], [*group[1], *members]
        found.append((peers, members))
    return [members for _, members in found]


def decide(order: Sequence[str], seen: Mapping[str, Standing]) -> Step:
    """Return the next step.

    Args:
        order: all members, by name.
        seen: those that answer.
    """
    away = [name for name in order if name not in seen]
    found = groups([seen[name] for name in order if name in seen])
    if len(found) > 1:
        sides = " and ".join("+".join(each.name for each in group) for group in found)
        return Refuse(
            f"there are {len(found)} groups, {sides}, must be one; keep the one with the data, stop the other"
        )
    if not found:
        return _begin([seen[name] for name in order if name in seen], away)
    return _grow([seen[name] for name in order if name in seen], found[0], away)


def _begin(seen: Sequence[Standing], away: Sequence[str]) -> Step:
    """Begin where most is known, and only when nobody is missing who may be in a group, or know more."""
    if away:
        return Wait(f"no group is known, and {', '.join(away)} may be in one but does not answer; it is waited for")
    complete = [each for each in seen if all(contains(each.done, other.done) for other in seen)]
    if not complete:
        return Refuse(
            f"no member of {', '.join(each.name for each in seen)} has all transactions of the group;"
            " restore the others from the one that is right"
        )
    return Begin(complete[0].name)


def _grow(seen: Sequence[Standing], group: Sequence[Standing], away: Sequence[str]) -> Step:
    """Let members join one by one, as each takes the data from one that is in."""
    if any(each.margin < 0 for each in group):
        names = "+".join(each.name for each in group)
        return Wait(f"the group has lost its majority, {names} is what is left of it; bring the other members back")
    if joining := [each.name for each in group if each.state == RECOVERING]:
        return Wait(f"{', '.join(joining)} is recovering, must be {ONLINE}")
    if outside := [each for each in seen if not each.in_group]:
        return Join(outside[0].name, leave_first=outside[0].state == ERROR)
    if away:
        return Wait(f"{', '.join(away)} does not answer; it joins when it does")
    return Done()
