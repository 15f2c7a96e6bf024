"""What a plan comes to: a site's month in dollars, and the same stack under another forecast."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from capacity import cost
from capacity.cost import Cost
from capacity.stacks import Stack
from components.planning.plan import plan
from review.money import prices


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What one site costs in a month.

    Attributes:
        least: at its least size, which runs whatever the load.
        burst: with all of the burst, as if the peak lasted all month.
        static: without a burst: as many reserved nodes as the peak needs, all month.
    """

    least: Cost
    burst: Cost
    static: Cost


def month(stack: Stack) -> Month:
    """Return what one site of a plan costs."""
    settings, nodes = stack.settings, stack.plan.nodes
    return Month(
        least=cost.of_site(settings, nodes.reserved, nodes.spot.minimum),
        burst=cost.of_site(settings, nodes.reserved, nodes.spot.maximum),
        static=cost.of_site(settings, nodes.static, 0),
    )


def with_forecast(stack: Stack, changes: Mapping[str, object]) -> Stack:
    """Return the stack as it would be planned with these keys of its forecast changed."""
    values = stack.settings.forecast.model_dump() | dict(changes)
    forecast = type(stack.settings.forecast).model_validate(values)
    settings = stack.settings.model_copy(update={"forecast": forecast})
    return Stack(stack.name, settings, plan(settings))


def per_million_tokens(stacks: Sequence[Stack]) -> Decimal | None:
    """Return the dollars of a million tokens of answers at the mean load; None where something has no price.

    All sites at their least, over what the first stack's model servers write: an estimate, as the prices are.
    """
    costs = [(month(stack).least, len(stack.settings.sites)) for stack in stacks]
    if any(each.unpriced for each, _ in costs):
        return None
    total = sum((each.amount * sites for each, sites in costs), Decimal(0))
    first = stacks[0]
    tokens = first.plan.traffic.mean * first.settings.forecast.output_tokens * prices.table().hours * 3600
    return total / Decimal(tokens) * 1_000_000


def savings_percent(found: Month) -> tuple[Decimal, Decimal] | None:
    """Return how much less a site costs than with all of its peak reserved, %: at its least, and with all of the burst.

    None where something has no price.
    """
    if found.burst.unpriced or found.static.unpriced:
        return None
    least, burst = ((1 - each.amount / found.static.amount) * 100 for each in (found.least, found.burst))
    return least, burst
