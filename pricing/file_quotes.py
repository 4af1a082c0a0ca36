"""Reads. What the rows of a checked file come to, and what each scheme would charge for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from departments.inventory.calculation_run import Calculated
from departments.inventory.import_report import RowReport
from departments.organisation.models import Department
from pricing.charging import charge
from pricing.incentives import earn
from pricing.money import Money
from pricing.price_lookup import (
    PriceRule,
    SchemeTerms,
    all_scheme_terms,
    charges,
    incentive_on,
    incentive_rules,
    price_rules,
)


@dataclass(frozen=True, slots=True)
class FileLine:
    """The rows of a department at one place in the method, and what each scheme would take.

    What it would pay out is below zero; None: it says nothing of them.
    """

    department: str
    name: str
    scope: int | None
    category: int | None
    durability_class: str
    row_count: int
    location_kgco2e: Decimal
    market_kgco2e: Decimal
    amounts: tuple[Money | None, ...]


@dataclass(frozen=True, slots=True)
class FileQuote:
    """All of them, by department and place; `amounts` of a line stand in the order of `schemes`."""

    schemes: tuple[SchemeTerms, ...]
    lines: tuple[FileLine, ...]
    rows_without_price: int

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        return sum(line.row_count for line in self.lines)

    @property
    def market_kgco2e(self) -> Decimal:
        """Emissions of all lines, market-based; removals stand in their own lines."""
        return sum((line.market_kgco2e for line in self._emitted), Decimal(0))

    @property
    def location_kgco2e(self) -> Decimal:
        """The same, location-based."""
        return sum((line.location_kgco2e for line in self._emitted), Decimal(0))

    @property
    def amounts(self) -> tuple[Money, ...]:
        """What each scheme would take of all lines together."""
        return tuple(
            Money(
                sum(each.amount_minor for line in self.lines if (each := line.amounts[place])),
                terms.currency,
            )
            for place, terms in enumerate(self.schemes)
        )

    @property
    def _emitted(self) -> list[FileLine]:
        return [line for line in self.lines if not line.durability_class]


def quote_file(rows: Iterable[RowReport]) -> FileQuote:
    """What the rows without a problem would be charged, by the prices approved today.

    Rounded once for each department, place and price, as if they stood on a bill alone; what a
    mechanism shares out afterwards is not in it. Schemes that say nothing of them are left out.
    """
    facts = [
        _Facts(row.department, row.ended_on, row.emissions)
        for row in rows
        if row.emissions is not None and row.department is not None and row.ended_on is not None
    ]
    groups: dict[tuple[str, bool, int, int, str], list[_Facts]] = defaultdict(list)
    for each in facts:
        groups[each.place].append(each)
    pricings = [_Pricing(terms) for terms in all_scheme_terms()]
    lines = [_line(groups[place], pricings) for place in sorted(groups)]
    told = [
        place
        for place in range(len(pricings))
        if any(line.amounts[place] is not None for line in lines)
    ]
    return FileQuote(
        schemes=tuple(pricings[place].terms for place in told),
        lines=tuple(
            replace(line, amounts=tuple(line.amounts[place] for place in told)) for line in lines
        ),
        rows_without_price=len({id(row) for one in pricings for row in one.without_price}),
    )


@dataclass(frozen=True, slots=True)
class _Facts:
    department: Department
    on: date
    result: Calculated

    @property
    def place(self) -> tuple[str, bool, int, int, str]:
        """Emissions before removals, in the order of the method."""
        found = self.result
        kind = found.durability_class
        return self.department.code, bool(kind), found.scope or 0, found.category or 0, kind


def _line(facts: Sequence[_Facts], pricings: Iterable[_Pricing]) -> FileLine:
    department, first = facts[0].department, facts[0].result
    return FileLine(
        department=department.code,
        name=department.name,
        scope=first.scope,
        category=first.category,
        durability_class=first.durability_class,
        row_count=len(facts),
        location_kgco2e=sum((each.result.location_kgco2e for each in facts), Decimal(0)),
        market_kgco2e=sum((each.result.market_kgco2e for each in facts), Decimal(0)),
        amounts=tuple(pricing.amount_of(facts) for pricing in pricings),
    )


class _Pricing:
    """A scheme with its prices at hand, so that many rows are priced without asking again."""

    def __init__(self, terms: SchemeTerms) -> None:
        self.terms = terms
        self.without_price: list[_Facts] = []
        self._rates = incentive_rules(terms.id)
        self._prices: dict[int | None, list[PriceRule]] = defaultdict(list)
        for rule in price_rules(scheme_id=terms.id):  # the best of those that fit comes first
            self._prices[rule.department_id].append(rule)

    def amount_of(self, facts: Iterable[_Facts]) -> Money | None:
        """What the scheme would take of rows at one place; None if it says nothing of them."""
        kgco2e: dict[Decimal, Decimal] = defaultdict(Decimal)
        is_removal = False
        for each in facts:
            is_removal = bool(each.result.durability_class)
            price = self._earned(each) if is_removal else self._charged(each)
            if price is not None:
                kgco2e[price] += self._settled(each.result)
        if not kgco2e:
            return None
        currency = self.terms.currency
        if is_removal:
            earned = (
                earn(kgco2e=kg, rate_per_tonne=rate, currency=currency)
                for rate, kg in kgco2e.items()
            )
            return Money(-sum(each.amount_minor for each in earned), currency)
        charged = (
            charge(kgco2e=kg, price_per_tonne=price, currency=currency)
            for price, kg in kgco2e.items()
        )
        return Money(sum(each.amount_minor for each in charged), currency)

    def _settled(self, result: Calculated) -> Decimal:
        is_market = self.terms.scope2_basis == "market"
        return result.market_kgco2e if is_market else result.location_kgco2e

    def _charged(self, facts: _Facts) -> Decimal | None:
        found, on = facts.result, facts.on
        if not charges(self.terms, on=on, scope=found.scope, category=found.category):
            return None
        scope, category, country = found.scope, found.category, found.country
        for rule in (*self._prices[facts.department.pk], *self._prices[None]):
            if rule.fits(on=on, scope=scope, category=category, country=country):
                return rule.price_per_tonne
        self.without_price.append(facts)
        return None

    def _earned(self, facts: _Facts) -> Decimal | None:
        """The rate of a verified removal."""
        found, on = facts.result, facts.on
        if found.removal_state != "verified" or on < self.terms.starts_on:
            return None
        rate = incentive_on(self._rates, on=on, durability_class=found.durability_class)
        return None if rate is None else rate.rate_per_tonne
