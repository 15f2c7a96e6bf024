"""Money a month of each site, and of what a region's sites share, before and after."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final, TypeAlias

from review.assessment import Cost
from review.estate.lookup import all_steps
from review.estate.sites import Moment, after, before
from review.money.charges import Bill, Named, bill
from review.money.prices import Table, money, table
from review.plan import Operation, Plan, State, Step

_CENT: Final = Decimal("0.01")
_Place: TypeAlias = tuple[str, str, str]


def costs(plans: Iterable[Plan]) -> list[Cost]:
    """Return the cost of every place that costs anything, or holds what has no fixed price."""
    places: dict[_Place, list[Step]] = defaultdict(list)
    listed = [*plans]
    for stack, step in all_steps(listed):
        if step.custom and step.type.startswith("aws:"):
            places[stack, step.place.region, step.place.site].append(step)
    order = {plan.stack: place for place, plan in enumerate(listed)}
    found = (_cost(place, places[place]) for place in sorted(places, key=lambda each: (order[each[0]], *each[1:])))
    return [cost for cost in found if cost.formula or cost.unpriced]


def _cost(place: _Place, steps: Iterable[Step]) -> Cost:
    stack, region, site = place
    resources = [*steps]
    was, now = (bill(_by_type(resources, moment)) for moment in (before, after))
    prices = table()
    return Cost(
        stack=stack,
        region=region,
        site=site,
        before=_sum(was, region, prices),
        after=_sum(now, region, prices),
        unpriced=tuple(_unpriced(was, now, region, prices)),
        formula=tuple(_formulas(was.charged, now.charged, region, prices)),
        comparable=_is_comparable(was.charged, now.charged, region, prices),
    )


def _by_type(steps: Iterable[Step], moment: Moment) -> Mapping[str, list[Named]]:
    found: dict[str, list[Named]] = defaultdict(list)
    for step in steps:
        if state := moment(step):
            found[step.type].append((step.name, _identified(step, state)))
    return found


def _identified(step: Step, state: State) -> State:
    """Return the state with the id that the resource has today, unless it gets another one."""
    known = step.before.id if step.before and step.operation is not Operation.REPLACE else ""
    return state if state.id or not known else replace(state, id=known)


def _sum(made: Bill, region: str, prices: Table) -> Decimal:
    amounts = (count * (prices.monthly(item, region) or Decimal(0)) for item, count in made.charged.items())
    return sum(amounts, Decimal(0)).quantize(_CENT)


def _is_comparable(was: Counter[str], now: Counter[str], region: str, prices: Table) -> bool:
    """Tell whether all that differs has a price: a node of an unpriced type in place of a priced one saves nothing."""
    return all(prices.monthly(item, region) is not None for item in {*was, *now} if was[item] != now[item])


def _unpriced(was: Bill, now: Bill, region: str, prices: Table) -> Iterator[str]:
    for item in sorted({*was.charged, *now.charged}):
        if prices.monthly(item, region) is None and (was.charged[item] or now.charged[item]):
            yield _counted(f"{item}, no price in {region}", was.charged[item], now.charged[item])
    for what in sorted({*was.unpriced, *now.unpriced}):
        yield _counted(what, was.unpriced[what], now.unpriced[what])


def _counted(what: str, was: int, now: int) -> str:
    return f"{now} x {what}" + (f" (before: {was})" if was != now else "")


def _formulas(was: Counter[str], now: Counter[str], region: str, prices: Table) -> Iterator[str]:
    """Yield the sum of each item in words, the dearest first."""
    priced = {item: prices.monthly(item, region) for item in {*was, *now}}
    known = {item: price for item, price in priced.items() if price is not None and (was[item] or now[item])}
    for item in sorted(known, key=lambda each: (-max(was[each], now[each]) * known[each], each)):
        earlier = f" (before: {was[item]:,}, {money(was[item] * known[item])} USD)" if was[item] != now[item] else ""
        yield prices.formula(item, region, now[item]) + earlier
