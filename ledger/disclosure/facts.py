"""Calculates. What disclosures are computed from: settled sums, rules and texts, as plain facts.

Quantities are kgCO2e, exact; amounts are in the scheme's currency. Nothing here is rounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class PeriodFact:
    """An accounting period of the year."""

    id: int
    code: str
    first_day: date
    ends_before: date
    is_closed: bool


@dataclass(frozen=True, slots=True)
class Year:
    """A reporting year: the accounting periods that it is made of, in order, without a gap."""

    code: str
    periods: tuple[PeriodFact, ...]

    @property
    def first_day(self) -> date:
        return self.periods[0].first_day

    @property
    def ends_before(self) -> date:
        return self.periods[-1].ends_before

    @property
    def days(self) -> int:
        return (self.ends_before - self.first_day).days


@dataclass(frozen=True, slots=True)
class Settled:
    """Posted statement lines of one period of activity that share everything below, added up.

    True-ups are in the period of their activity. `settled_kgco2e` is on the scheme's own basis.
    """

    period: str
    period_id: int
    kind: str
    scope: int | None
    category: int | None
    durability_class: str
    price_id: int | None
    price_per_tonne: Decimal | None
    location_kgco2e: Decimal
    market_kgco2e: Decimal
    settled_kgco2e: Decimal
    amount: Decimal
    line_count: int


@dataclass(frozen=True, slots=True)
class PriceFact:
    """An approved price of a scheme; `key` is what it is for, the same for those that follow it."""

    price_id: int
    price_per_tonne: Decimal
    key: tuple[int, int, int, str]
    starts_on: date
    ends_before: date | None

    def overlaps(self, first_day: date, ends_before: date) -> bool:
        """Whether it is in force on some of these days."""
        return self.starts_on < ends_before and (
            self.ends_before is None or self.ends_before > first_day
        )


@dataclass(frozen=True, slots=True)
class PricedPeriod:
    """A price that a scope and category was charged at, in a period up to the year's end."""

    first_day: date
    scope: int
    category: int | None
    price_id: int


@dataclass(frozen=True, slots=True)
class Text:
    """What the company says on a topic, and which version of whom it is."""

    text: str
    version: int
    about: str


@dataclass(frozen=True, slots=True)
class SchemeFacts:
    """A scheme that posted something for the year."""

    id: int
    code: str
    name: str
    mechanism: str
    currency: str
    scope2_basis: str
    is_illustrative: bool
    keeps_atmosphere: bool
    settled: tuple[Settled, ...]
    prices: tuple[PriceFact, ...]
    history: tuple[PricedPeriod, ...]
    texts: Mapping[str, Text]

    @property
    def emissions(self) -> tuple[Settled, ...]:
        """What was settled of Scopes 1 to 3, charged or not."""
        return tuple(each for each in self.settled if each.scope is not None)

    @property
    def charged(self) -> tuple[Settled, ...]:
        """What of them has a price."""
        return tuple(each for each in self.emissions if each.kind == "charge")

    @property
    def removals(self) -> tuple[Settled, ...]:
        """What was settled of removals, whether it earned or not."""
        return tuple(each for each in self.settled if each.durability_class)


@dataclass(frozen=True, slots=True)
class Removal:
    """A removal's result; `sign` is -1 where a superseded one was taken back, 0 if not settled."""

    sign: int
    activity: str
    project: str
    durability_class: str
    state: str
    kgco2e: Decimal


@dataclass(frozen=True, slots=True)
class Approved:
    """Approved results in force of a scope and category in the days of the year, settled or not."""

    scope: int
    category: int | None
    location_kgco2e: Decimal
    market_kgco2e: Decimal


@dataclass(frozen=True, slots=True)
class Covered:
    """What of a scope at least one scheme has charged; each result once."""

    scope: int
    location_kgco2e: Decimal
    market_kgco2e: Decimal


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the disclosures of a year are computed from."""

    year: Year
    schemes: tuple[SchemeFacts, ...]
    removals: tuple[Removal, ...]
    approved: tuple[Approved, ...]
    approved_removals_kgco2e: Decimal = ZERO
    covered: tuple[Covered, ...] = ()

    @property
    def books(self) -> SchemeFacts | None:
        """The scheme whose lines are the inventory: the one that books kilograms, else the first.

        Every scheme settles the same results, so adding schemes up would count them twice.
        """
        keepers = [each for each in self.schemes if each.keeps_atmosphere]
        return next(iter([*keepers, *self.schemes]), None)


def tonnes(kgco2e: Decimal) -> Decimal:
    """tCO2e, exact."""
    return kgco2e.scaleb(-3)


def total(figures: Iterable[Decimal]) -> Decimal:
    """Their sum."""
    return sum(figures, ZERO)
