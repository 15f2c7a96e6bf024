"""The plan of a stack: what its forecast makes of its settings, site by site; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from components.forecast import Forecast
from components.planning import fleet, formula
from components.planning.fleet import NodeKinds, NodePlan, Replica, Request, Sizes, Traffic
from components.settings import Settings
from components.sizing import GPUS_PER_NODE

GATEWAY_CONNECTIONS: Final = 8192
"""Connections of one Nginx worker (`nginx.conf`), of which there is one a core."""

_CONNECTIONS_OF_REQUEST: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What every site of a stack must have.

    Attributes:
        traffic: of the region, growth in.
        replica_rate: requests/s that one replica takes.
        share_after_loss: largest share of the traffic that a site has when another is lost.
        replicas: model servers.
        nodes: GPU nodes.
        gateways: the least of them.
    """

    traffic: Traffic
    replica_rate: float
    share_after_loss: float
    replicas: Sizes
    nodes: NodePlan
    gateways: int


def traffic(forecast: Forecast) -> Traffic:
    """Return what the region must carry: its share, growth in; the cache's share never reaches a model server."""
    here = (100 + forecast.growth_percent) / 100 * forecast.share_percent / 100
    behind = here * (100 - forecast.cached_percent) / 100
    peak = forecast.requests_per_second.peak * behind
    return Traffic(
        entering=forecast.requests_per_second.peak * here,
        peak=peak,
        mean=forecast.requests_per_second.mean * behind,
        floor=peak * forecast.floor_percent / 100,
    )


def plan(settings: Settings) -> Plan:
    """Return the plan of a stack.

    Raises:
        ValueError: no replica fits on a node.
    """
    wanted = traffic(settings.forecast)
    weights = [site.weight for site in settings.sites]
    rate = replica_rate(settings)
    replicas = fleet.replicas(wanted, weights, rate)
    return Plan(
        traffic=wanted,
        replica_rate=rate,
        share_after_loss=fleet.share_after_loss(weights),
        replicas=replicas,
        nodes=fleet.nodes(replicas, len(weights), _kinds(settings)),
        gateways=fleet.gateways(wanted, weights, _gateway_rate(settings)),
    )


def replica_rate(settings: Settings) -> float:
    """Return the requests/s that one replica takes."""
    inference, forecast = settings.inference, settings.forecast
    replica = Replica(
        gpus=inference.tensor_parallel,
        slots=inference.concurrency,
        prefill=forecast.measured.prefill,
        decode=forecast.measured.decode,
    )
    return replica.rate(_request(forecast), forecast.safety)


def _request(forecast: Forecast) -> Request:
    return Request(prompt=forecast.input_tokens, answer=forecast.output_tokens, seconds=forecast.response_seconds)


def _gateway_rate(settings: Settings) -> float:
    """Return the requests/s that one gateway holds open: each is a connection of the client and one to a server."""
    slots = settings.access.gateway.cpu * GATEWAY_CONNECTIONS // _CONNECTIONS_OF_REQUEST
    return formula.largest_rate(slots, settings.forecast.response_seconds, settings.forecast.safety)


def _kinds(settings: Settings) -> NodeKinds:
    nodes, gpus = settings.nodes, settings.inference.tensor_parallel
    return NodeKinds(
        reserved=_room(nodes.reserved.instance_types, gpus),
        spot=_room(nodes.spot.instance_types, gpus),
        spares=nodes.reserved.spare,
    )


def _room(kinds: Sequence[str], gpus: int) -> int:
    """Return the replicas on a node of the smallest kind: which one starts is up to the market."""
    return min(fleet.per_node(GPUS_PER_NODE[kind], gpus) for kind in kinds)
