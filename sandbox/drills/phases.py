"""How long each phase took from the loss of nodes to ready pods elsewhere; pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import isnan, nan

from sandbox.drills.recorder import NodeLife, PodLife


@dataclass(frozen=True, slots=True)
class Phases:
    """Seconds of each phase, one after the other, of the pod that was last; not a number where it did not end.

    Attributes:
        detection: until the nodes were not ready.
        eviction: until their pods were told to end, or were gone.
        scheduling: until as many new pods had a node.
        start: until those were ready.
    """

    detection: float
    eviction: float
    scheduling: float
    start: float

    @property
    def total(self) -> float:
        """All of them."""
        return self.detection + self.eviction + self.scheduling + self.start


def phases(pods: Mapping[str, PodLife], nodes: Mapping[str, NodeLife], killed: Collection[str], back: int) -> Phases:
    """Split the time since the start of a recording, at which nodes were killed.

    Args:
        pods: all that were seen.
        nodes: all that were seen.
        killed: names of the nodes.
        back: how many of their pods have room elsewhere.
    """
    lost = [pod for pod in pods.values() if pod.node in killed and pod.created is None]
    # A new pod may have been placed on a node that was dead as well and nobody knew; what counts are those that stay.
    new = [pod for pod in pods.values() if pod.created is not None and pod.ready is not None and pod.ending is None]
    new.sort(key=lambda pod: pod.ready or 0)
    took_over = new[:back] if len(new) >= back else []
    detected = _last([_or(nodes[name].unready, nodes[name].gone) for name in killed])
    evicted = _last([_or(pod.ending, pod.gone) for pod in lost])
    scheduled = _last([_or(pod.scheduled) for pod in took_over])
    ready = _last([_or(pod.ready) for pod in took_over])
    return Phases(detected, evicted - detected, scheduled - evicted, ready - scheduled)


def _or(*times: float | None) -> float:
    return next((each for each in times if each is not None), nan)


def _last(times: Sequence[float]) -> float:
    return nan if not times or any(map(isnan, times)) else max(times)
