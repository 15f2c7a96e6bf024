"""From traffic to what each site must have; pure, and by nothing but numbers."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from components.planning.formula import gpu_seconds, largest_rate

LEAST_PODS: Final = 2
"""Replicas and gateways that a site has whatever its traffic: one may be evicted, updated or lost."""

# Binary fractions: 3 replicas for a need of 3.0000000000000004 would be 4.
_DIGITS: Final = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What a region must carry, requests/s.

    Attributes:
        entering: the most at its gateways.
        peak: the most at its model servers, behind the gateways' cache.
        mean: of a day, there.
        floor: what stays carried there at once when a site is lost, before anything is started.
    """

    entering: float
    peak: float
    mean: float
    floor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The mean request.

    Attributes:
        prompt: tokens that it brings.
        answer: tokens that are written for it.
        seconds: from its first byte to the last of its answer, s.
    """

    prompt: float
    answer: float
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Replica:
    """One model server.

    Attributes:
        gpus: GPUs of it.
        slots: requests that it answers at the same time.
        prefill: tokens/s of prompts that one GPU reads.
        decode: tokens/s that one GPU writes.
    """

    gpus: int
    slots: int
    prefill: float
    decode: float

    def rate(self, request: Request, safety: float) -> float:
        """Return the requests/s that it takes: by its slots or by its GPUs, whichever is less."""
        work = gpu_seconds(request.prompt, request.answer, self.prefill, self.decode)
        return min(largest_rate(self.slots, request.seconds, safety), largest_rate(self.gpus, work, safety))


@dataclass(frozen=True, slots=True)
class Sizes:
    """The least and the most of something on one site; the least runs whatever the load."""

    minimum: int
    maximum: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeKinds:
    """Replicas that one node of each capacity kind has room for, and reserved nodes that run with nothing to do."""

    reserved: int
    spot: int
    spares: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NodePlan:
    """GPU nodes of one site.

    Attributes:
        reserved: the base, with its spares.
        spot: the burst beyond it.
        static: reserved nodes that it would take without any burst, to compare with.
    """

    reserved: int
    spot: Sizes
    static: int

    def groups(self) -> Mapping[str, Sizes]:
        """Return the sizes of each node group by its name; on-demand nodes stand in for a burst that does not come."""
        return {
            "reserved": Sizes(self.reserved, self.reserved),
            "spot": self.spot,
            "on-demand": Sizes(0, self.spot.maximum),
        }


def share_after_loss(weights: Sequence[int]) -> float:
    """Return the largest share of a region's traffic that a site has after the worst loss of another.

    A site alone has all of it: what stands in for it is another region. Where all that are left are drained (weight 0),
    the traffic is taken to be even.
    """
    return max((max(_shares(_without(weights, lost))) for lost in range(len(weights)) if len(weights) > 1), default=1.0)


def share(weights: Sequence[int]) -> float:
    """Return the largest share of a region's traffic that a site has when all are there."""
    return max(_shares(weights))


def replicas(traffic: Traffic, weights: Sequence[int], rate: float) -> Sizes:
    """Return the replicas of each site: the least carry the floor without any other site, the most carry the peak so.

    Args:
        traffic: of the region.
        weights: of its sites.
        rate: requests/s of one replica.
    """
    after = share_after_loss(weights)
    least = max(LEAST_PODS, up(traffic.floor * after / rate), up(traffic.mean * share(weights) / rate))
    return Sizes(least, max(least, up(traffic.peak * after / rate)))


def gateways(traffic: Traffic, weights: Sequence[int], rate: float) -> int:
    """Return the gateways of each site that take all that enters when another site is lost, each `rate` requests/s."""
    return max(LEAST_PODS, up(traffic.entering * share_after_loss(weights) / rate))


def nodes(wanted: Sizes, sites: int, kinds: NodeKinds) -> NodePlan:
    """Return the GPU nodes of each site for its replicas.

    Reserved nodes hold the least replicas, with spares beside them. Spot nodes at their least hold the least replicas
    alone, for the day on which reserved ones fail as a kind, and together with them the replicas of a site that is
    lost: its pods start on what runs already. At their most they hold what the peak needs beyond the reserved ones.
    """
    base = up(wanted.minimum / kinds.reserved)
    reserved = base + kinds.spares
    elsewhere = up(sites * wanted.minimum / (sites - 1)) if sites > 1 else wanted.minimum
    least = up(max(wanted.minimum, elsewhere - reserved * kinds.reserved) / kinds.spot)
    burst = up((wanted.maximum - base * kinds.reserved) / kinds.spot)
    static = up(wanted.maximum / kinds.reserved) + kinds.spares
    return NodePlan(reserved=reserved, spot=Sizes(least, max(least, burst)), static=static)


def per_node(gpus: int, of_replica: int) -> int:
    """Return the replicas that one node has room for; one replica never spans nodes.

    Raises:
        ValueError: not one fits.
    """
    if of_replica > gpus:
        raise ValueError(f"a replica of {of_replica} GPUs does not fit on a node of {gpus}; take a larger node or less")
    return gpus // of_replica


def up(count: float) -> int:
    """Return the whole number that is not below; half a node can not be had."""
    return math.ceil(round(count, _DIGITS))


def _without(weights: Sequence[int], lost: int) -> list[int]:
    return [weight for site, weight in enumerate(weights) if site != lost]


def _shares(weights: Sequence[int]) -> list[float]:
    total = sum(weights)
    return [weight / total if total else 1 / len(weights) for weight in weights]
