"""What a stack's settings say beside what the plan says; pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from components.planning.fleet import Sizes
from components.planning.plan import Plan
from components.settings import Settings

# What the whole platform's traffic is like; a region's share of it, and how ready it keeps, are its own.
_OF_THE_PLATFORM: Final = ("requests_per_second", "growth_percent", "input_tokens", "output_tokens")
_MEASURE: Final = "measure the throughput on what the settings have, and set all of platform.forecast.measured"
_SAME: Final = "say the same of the platform's traffic in both stacks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One setting.

    Attributes:
        setting: its key.
        found: what the settings say.
        planned: what the plan says, in words where it is a bound.
        fix: what to do where they disagree.
    """

    setting: str
    found: str
    planned: str
    agrees: bool
    fix: str = "set it so, or give platform.forecast the reason for another"


def sizes(settings: Settings, planned: Plan) -> Iterator[Line]:
    """Yield the sizes of every site.

    The least of everything runs whatever the load, so it is neither below the plan nor above it: who wants more says so
    in the forecast, where it has a reason. The most costs nothing until it is needed, so it may be above.
    """
    nodes, replicas = settings.nodes, settings.inference.replicas
    yield from _range("inference.replicas", Sizes(replicas.minimum, replicas.maximum), planned.replicas)
    yield _exact("access.gateway.replicas.minimum", settings.access.gateway.replicas.minimum, planned.gateways)
    declared = {"reserved": nodes.reserved, "spot": nodes.spot, "on-demand": nodes.on_demand}
    for name, wanted in planned.nodes.groups().items():
        found = Sizes(declared[name].minimum, declared[name].maximum)
        yield from _range(f"nodes.{name.replace('-', '_')}", found, wanted)


def basis(settings: Settings) -> Iterator[Line]:
    """Yield what the throughput was measured on: another GPU, or another batch, has another."""
    measured, nodes = settings.forecast.measured, settings.nodes
    groups = (nodes.reserved, nodes.spot, nodes.on_demand)
    kinds = sorted({kind for group in groups for kind in group.instance_types})
    yield Line(
        setting="forecast.measured.instance_types",
        found=", ".join(measured.instance_types),
        planned=f"with {', '.join(kinds)}",
        agrees=set(kinds) <= set(measured.instance_types),
        fix=_MEASURE,
    )
    slots = settings.inference.concurrency
    yield replace(_exact("forecast.measured.concurrency", measured.concurrency, slots), fix=_MEASURE)
    # Slots are worth what the KV cache holds, which the settings check for requests of this size.
    yield _at_least(
        "inference.mean_tokens",
        settings.inference.mean_tokens,
        settings.forecast.input_tokens + settings.forecast.output_tokens,
    )


def with_upstream(settings: Settings, upstream: Settings) -> Iterator[Line]:
    """Yield what a standby's forecast says of the platform's traffic beside what its upstream's says."""
    for key in _OF_THE_PLATFORM:
        ours, theirs = (str(getattr(each.forecast, key)) for each in (settings, upstream))
        yield Line(setting=f"forecast.{key}", found=ours, planned=theirs, agrees=ours == theirs, fix=_SAME)


def _range(setting: str, found: Sizes, planned: Sizes) -> Iterator[Line]:
    yield _exact(f"{setting}.minimum", found.minimum, planned.minimum)
    yield _at_least(f"{setting}.maximum", found.maximum, planned.maximum)


def _exact(setting: str, found: int, planned: int) -> Line:
    return Line(setting=setting, found=str(found), planned=str(planned), agrees=found == planned)


def _at_least(setting: str, found: int, planned: int) -> Line:
    return Line(setting=setting, found=str(found), planned=f"{planned} or more", agrees=found >= planned)
