"""Which node may leave; pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the pod is told.

    Attributes:
        groups: Auto Scaling groups of GPU nodes, those that are given back first in front.
        stand_in: the one whose nodes are there for what the others lack.
        spare: idle nodes that stay, a count.
        idle: how long a node has had no pod with a GPU before it may leave, s.
        drain: how long its last pods may take to leave, s.
    """

    groups: Sequence[str]
    stand_in: str
    spare: int
    idle: float
    drain: float

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Settings":
        """Return what the environment says."""
        return cls(
            groups=json.loads(environment["GROUPS"]),
            stand_in=environment["STAND_IN"],
            spare=int(environment["SPARE"]),
            idle=float(environment["IDLE_SECONDS"]),
            drain=float(environment["DRAIN_SECONDS"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """An Auto Scaling group.

    Attributes:
        instances: those in service.
        begun: how many there are with those on their way, a count.
    """

    name: str
    minimum: int
    desired: int
    instances: frozenset[str]
    begun: int

    @property
    def awaited(self) -> int:
        """Return how many nodes are wanted and not in service."""
        return max(self.desired - len(self.instances), 0)

    @property
    def starved(self) -> bool:
        """Tell whether it could do with less: it wants a node that nobody has begun to start."""
        return self.desired > max(self.begun, self.minimum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A GPU node.

    Attributes:
        since: when it was first seen without a pod that has a GPU, s since 1970; None while there is one.
        open: whether it is ready and takes pods.
        leaving: whether a run has begun to drain it.
    """

    name: str
    instance: str
    since: float | None
    open: bool
    leaving: bool

    def is_ripe(self, idle: float, now: float) -> bool:
        """Tell whether it has been idle for so long (s)."""
        return self.since is not None and now - self.since >= idle


def choose(settings: Settings, groups: Sequence[Group], nodes: Sequence[Node], now: float) -> Node | None:
    """Return the node that may leave: of the group that gives back first, the one that has been idle longest.

    Nodes that stand in for others stay as long as those are on their way, or they would be asked for again.
    """
    idle = [node for node in nodes if node.since is not None and (node.open or node.leaving)]
    if len(idle) <= settings.spare:
        return None
    for group in sorted(groups, key=lambda group: settings.groups.index(group.name)):
        if group.desired - _standing_in(settings, group, groups) > group.minimum:
            ripe = [node for node in idle if node.instance in group.instances and node.is_ripe(settings.idle, now)]
            if ripe:
                return min(ripe, key=lambda node: (not node.leaving, node.since))
    return None


def _standing_in(settings: Settings, group: Group, groups: Sequence[Group]) -> int:
    # Where nodes are wanted that do not come, an idle node shows that these are too many: they are given up first.
    if group.name != settings.stand_in or any(each.starved for each in groups):
        return 0
    return sum(each.awaited for each in groups if each.name != group.name)
