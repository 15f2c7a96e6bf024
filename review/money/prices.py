"""The price table of the repository: what each thing costs in each region, and who says so."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

_FILE: Final = Path(__file__).with_name("prices.yaml")
_HOUR: Final = "h"
_CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Who says a price: an https address, the day on which it was read there, and what is found there."""

    url: str
    date: date
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What one of a thing costs.

    Attributes:
        unit: `h`, `month`, or what is counted and a month, e.g. `GiB-month`.
        amounts: US dollars of one unit, by region.
        source: key of its source.
    """

    item: str
    unit: str
    amounts: Mapping[str, Decimal]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """All prices, by item."""

    hours: int
    prices: Mapping[str, Price]
    sources: Mapping[str, Source]

    def monthly(self, item: str, region: str) -> Decimal | None:
        """Return the US dollars of one `item` in a month, None where the table has none for the region."""
        price = self.prices.get(item)
        amount = price.amounts.get(region) if price else None
        if price is None or amount is None:
            return None
        return amount * self.hours if price.unit == _HOUR else amount

    def formula(self, item: str, region: str, count: int) -> str:
        """Return the sum in words, e.g. `3 x EKS cluster x 730 h x 0.10 USD/h = 219.00 USD`."""
        price = self.prices[item]
        hours = f" x {self.hours} h" if price.unit == _HOUR else ""
        total = count * (self.monthly(item, region) or Decimal(0))
        return f"{count:,} x {item}{hours} x {price.amounts[region]} USD/{price.unit} = {money(total)} USD"

    def describe(self) -> str:
        """Return in one line when and where the prices were read."""
        days = sorted(source.date for source in self.sources.values())
        addresses = ", ".join(source.url for source in self.sources.values())
        return f"read from {days[0]} to {days[-1]}, on demand, without discounts and taxes: {addresses}"


def money(amount: Decimal) -> str:
    """Return US dollars with cents."""
    return f"{amount.quantize(_CENT):,}"


@cache
def table() -> Table:
    """Return the table that is shipped."""
    read: Mapping[str, Any] = yaml.safe_load(_FILE.read_text())
    sources = {
        key: Source(url=each["url"], date=each["date"], what=each["what"]) for key, each in read["sources"].items()
    }
    prices = {each["item"]: _price(each) for each in read["prices"]}
    return Table(hours=read["hours_per_month"], prices=prices, sources=sources)


def _price(entry: Mapping[str, str]) -> Price:
    about = {"item", "unit", "source"}
    amounts = {region: Decimal(amount) for region, amount in entry.items() if region not in about}
    return Price(item=entry["item"], unit=entry["unit"], amounts=amounts, source=entry["source"])
