"""Calculates. How each department answers to the price, which nobody knows but the answer key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from config.bench.generator.draws import half_life_weight, stream
from config.bench.generator.sizes import CompanySize, Month, month_at

WORLDS = ("none", "linear", "saturation", "lag", "salience", "growth", "shock")


@dataclass(frozen=True, slots=True)
class Price:
    """The fee per tonne from a day on."""

    from_on: date
    usd_per_tonne: Decimal


@dataclass(frozen=True, slots=True)
class World:
    """A department's hidden response; shares are of what it would have emitted."""

    department: str
    kind: str
    response_per_usd: float  # share abated for each USD of the price
    most_abated: float  # however high the price
    lag_months: float  # until half of it has come
    salience: float  # abated at once when a price first exists, whatever it is
    growth_a_month: float
    shock_month: int  # counted from the first month; -1: none
    shock: float  # what it multiplies that month and the two after by

    def factor(self, month: Month, prices: list[Price]) -> float:
        """What the month's activity is multiplied by."""
        abated = sum(
            self._abated_by(price, before, month)
            for before, price in zip([None, *prices], prices, strict=False)
        )
        introduced = prices[0].from_on <= month.first_day
        abated = min(abated, self.most_abated) + (self.salience if introduced else 0.0)
        grown = (1 + self.growth_a_month) ** month.number
        shocked = self.shock if 0 <= month.number - self.shock_month <= 2 else 1.0
        is_shocked = self.shock_month >= 0
        return max(grown * (1 - abated), 0.05) * (shocked if is_shocked else 1.0)

    def _abated_by(self, price: Price, before: Price | None, month: Month) -> float:
        """The part of the response that one step of the price has brought by now."""
        if price.from_on > month.first_day:
            return 0.0
        step = float(price.usd_per_tonne - (before.usd_per_tonne if before else 0))
        age = (month.first_day.year - price.from_on.year) * 12
        age += month.first_day.month - price.from_on.month
        arrived = half_life_weight(age + 1, self.lag_months) if self.lag_months else 1.0
        return self.response_per_usd * step * arrived


def price_path(size: CompanySize) -> list[Price]:
    """A fee that is introduced, and raised nine months later."""
    first, second = month_at(size.first_month, 3), month_at(size.first_month, 9)
    return [
        Price(first.first_day, Decimal("15.000000")),
        Price(second.first_day, Decimal("40.000000")),
    ]


def worlds_of(seed: int, size: CompanySize, departments: list[str]) -> dict[str, World]:
    """The world of each department: every kind occurs, in an order that is drawn."""
    chance = stream(seed, "worlds")
    kinds = [WORLDS[number % len(WORLDS)] for number in range(len(departments))]
    chance.shuffle(kinds)
    found = {}
    for department, kind in zip(departments, kinds, strict=True):
        responds = kind not in ("none", "growth", "shock")
        found[department] = World(
            department=department,
            kind=kind,
            response_per_usd=round(chance.uniform(0.002, 0.006), 6) if responds else 0.0,
            most_abated=round(chance.uniform(0.05, 0.12), 6) if kind == "saturation" else 0.5,
            lag_months=chance.choice((6.0, 9.0, 12.0)) if kind == "lag" else 0.0,
            salience=round(chance.uniform(0.02, 0.05), 6) if kind == "salience" else 0.0,
            growth_a_month=round(chance.uniform(0.01, 0.025), 6) if kind == "growth" else 0.0,
            shock_month=chance.randrange(2, 12) if kind == "shock" else -1,
            shock=round(chance.choice((0.6, 1.5)), 6) if kind == "shock" else 1.0,
        )
    return found
