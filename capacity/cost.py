"""What the planned nodes of one site cost in a month, by the price table that reviews use."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from components.node_groups import Group
from components.settings import Settings
from review.money.prices import money, table

_CLUSTER: Final = "EKS cluster"
_DISK: Final = "gp3 storage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Dollars of a month, the sums in words, and what the table has no price for: that is in no sum."""

    amount: Decimal
    formulas: tuple[str, ...]
    unpriced: tuple[str, ...]

    @property
    def said(self) -> str:
        """The amount; what has no price is named instead of counted as nothing."""
        known = f"{money(self.amount)} USD"
        return f"{known} and, not in the price table, {', '.join(self.unpriced)}" if self.unpriced else known


def of_site(settings: Settings, reserved: int, spot: int) -> Cost:
    """Return what a site costs with so many GPU nodes beside its least system nodes, with their disks and its cluster.

    Load balancers, addresses, traffic and what the region's sites share are in the review's bill and not here.
    """
    nodes = settings.nodes
    items: Counter[str] = Counter({_CLUSTER: 1})
    _add(items, f"{nodes.system.instance_type} on demand", nodes.system, nodes.system.minimum)
    _add(items, f"{nodes.reserved.instance_types[0]} on demand", nodes.reserved, reserved)
    _add(items, f"{nodes.spot.instance_types[0]} spot (estimate)", nodes.spot, spot)
    return priced(items, settings.region)


def _add(items: Counter[str], item: str, group: Group, count: int) -> None:
    items[item] += count
    items[_DISK] += count * group.disk_gib


def priced(items: Mapping[str, int], region: str) -> Cost:
    """Return the cost of counted items of the price table."""
    prices = table()
    known = {item: price for item in items if (price := prices.monthly(item, region)) is not None}
    wanted = {item: count for item, count in items.items() if count}
    return Cost(
        amount=sum((wanted[item] * known[item] for item in wanted if item in known), Decimal(0)),
        formulas=tuple(prices.formula(item, region, wanted[item]) for item in wanted if item in known),
        unpriced=tuple(f"{wanted[item]:,} x {item} in {region}" for item in wanted if item not in known),
    )
