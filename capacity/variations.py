"""The plan under other forecasts, beside the one that is: what a change of traffic or of care would cost."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from capacity.figures import month, with_forecast
from capacity.stacks import Stack
from capacity.text import of_range
from components.forecast import Forecast, Rate

_PRIMARY, _STANDBY = 0, -1
_SPECIFIED: Final = {
    "requests_per_second": {"mean": 7333, "peak": 22000},
    "growth_percent": 0,
    "cached_percent": 89,
}
_VARIATIONS: Final[Sequence[tuple[str, int, Callable[[Forecast], Mapping[str, object]]]]] = (
    ("as it is", _PRIMARY, lambda _: {}),
    ("traffic twice as high", _PRIMARY, lambda it: {"requests_per_second": _twice(it.requests_per_second)}),
    (
        "answers twice as long",
        _PRIMARY,
        lambda it: {"output_tokens": 2 * it.output_tokens, "response_seconds": 2 * it.response_seconds},
    ),
    ("safety 2.0", _PRIMARY, lambda _: {"safety": 2.0}),
    ("a lost site is not felt at the peak", _PRIMARY, lambda _: {"floor_percent": 100}),
    ("89 % of requests from caches", _PRIMARY, lambda _: {"cached_percent": 89}),
    ("the standby as it is", _STANDBY, lambda _: {}),
    ("the standby carries half", _STANDBY, lambda _: {"share_percent": 50}),
    ("the standby carries all", _STANDBY, lambda _: {"share_percent": 100}),
    ("22,000 requests/s, 89 % of them from caches", _PRIMARY, lambda _: _SPECIFIED),
    (
        "the same, prompts of 200 and answers of 8 tokens",
        _PRIMARY,
        lambda _: {**_SPECIFIED, "input_tokens": 200, "output_tokens": 8, "response_seconds": 0.7},
    ),
)


def rows(stacks: Sequence[Stack]) -> Iterator[Sequence[str]]:
    """Yield name, stack, model servers, reserved nodes, spot nodes and a site's month of each."""
    for name, index, changes in _VARIATIONS:
        stack = with_forecast(stacks[index], changes(stacks[index].settings.forecast))
        replicas, nodes = of_range(stack.plan.replicas), stack.plan.nodes
        yield name, stack.name, replicas, f"{nodes.reserved:,}", of_range(nodes.spot), month(stack).least.said


def _twice(rate: Rate) -> Mapping[str, float]:
    return {"mean": 2 * rate.mean, "peak": 2 * rate.peak}
