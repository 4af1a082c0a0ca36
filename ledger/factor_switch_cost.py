"""Reads. What another release of factors, or a restatement, would change, in kg and in money.

A line is a department's tonnes of an accounting period, scope, category and price, as on a bill.
Its amounts are rounded once, as a bill's line of these records alone would be; so lines add up to
departments, and departments to the total, exactly. Nothing is stored.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from departments.inventory.factor_switch import Switched, switched_results
from departments.inventory.restatement_report import waiting_results
from ledger.models.periods import AccountingPeriod
from pricing.charging import charge
from pricing.price_lookup import SchemeTerms, is_covered, price_in_force, scheme_terms

LOCATION, MARKET = 0, 1


@dataclass(frozen=True, slots=True)
class Change:
    """Before and after, and what of the difference is which; in kgCO2e or in minor units.

    `difference` is `factor_change` + `other_change`.
    """

    before: Decimal
    again: Decimal
    after: Decimal

    @property
    def difference(self) -> Decimal:
        return self.after - self.before

    @property
    def factor_change(self) -> Decimal:
        """What the other factors make of the same activity."""
        return self.after - self.again

    @property
    def other_change(self) -> Decimal:
        """What has changed in rules and data since approval, with the factors of before."""
        return self.again - self.before


@dataclass(frozen=True, slots=True)
class SwitchLine:
    """A department's records of one period, scope, category and price; None: not charged."""

    department: str
    period: str
    scope: int
    category: int | None
    price_per_tonne: Decimal | None
    records: tuple[Switched, ...]
    kgco2e: Change
    amount_minor: Change


@dataclass(frozen=True, slots=True)
class SwitchReport:
    """All lines, and their sums by department and in all; `basis` is 0 by location, 1 by market."""

    scheme: str
    currency: str
    currency_exponent: int
    basis: int
    lines: tuple[SwitchLine, ...]

    @property
    def kgco2e(self) -> Change:
        return summed(line.kgco2e for line in self.lines)

    @property
    def amount_minor(self) -> Change:
        return summed(line.amount_minor for line in self.lines)

    @property
    def departments(self) -> dict[str, tuple[Change, Change]]:
        """kgCO2e and minor units by department."""
        codes = dict.fromkeys(line.department for line in self.lines)
        return {
            code: (
                summed(line.kgco2e for line in self.lines if line.department == code),
                summed(line.amount_minor for line in self.lines if line.department == code),
            )
            for code in codes
        }

    @property
    def through(self) -> int:
        """The highest id of its results; 0 without any."""
        return max((each.result_id for line in self.lines for each in line.records), default=0)

    @property
    def missing(self) -> tuple[Switched, ...]:
        """Records that keep their factor, since the other release has none."""
        return tuple(each for line in self.lines for each in line.records if each.missing)


def summed(changes: Iterable[Change]) -> Change:
    """The sum of changes, exactly."""
    held = list(changes)
    return Change(
        sum((each.before for each in held), Decimal(0)),
        sum((each.again for each in held), Decimal(0)),
        sum((each.after for each in held), Decimal(0)),
    )


def cost_of_switching(
    *, scheme_code: str, before: str, after: str, from_on: date, until_on: date
) -> SwitchReport:
    """The report of a switch for the activity of some days, at a scheme's prices in force.

    Raises: FactorSetNotFound, SchemeNotFound, NoPriceInForce.
    """
    found = switched_results(before=before, after=after, from_on=from_on, until_on=until_on)
    return cost_of(scheme_code=scheme_code, found=found)


def cost_of_restating(*, scheme_code: str, from_on: date, until_on: date) -> SwitchReport:
    """The report of recalculated results that wait for approval, at a scheme's prices in force.

    Raises: SchemeNotFound, NoPriceInForce.
    """
    found = waiting_results(from_on=from_on, until_on=until_on)
    return cost_of(scheme_code=scheme_code, found=found)


def cost_of(*, scheme_code: str, found: Iterable[Switched]) -> SwitchReport:
    """Results before and after by the lines that a bill of them alone would have.

    Raises: SchemeNotFound, NoPriceInForce.
    """
    terms = scheme_terms(code=scheme_code)
    basis = MARKET if terms.scope2_basis == "market" else LOCATION
    price_of, period_of = cache(_price_of), cache(_period_of)
    groups: dict[tuple[object, ...], list[Switched]] = {}
    for each in found:
        price = price_of(
            terms, each.activity_on, each.department_id, each.scope, each.category, each.country
        )
        period = period_of(each.activity_on)
        key = (each.department, period, each.scope, each.category or 0, price)
        groups.setdefault(key, []).append(each)
    lines = (_line(terms, basis, key, group) for key, group in groups.items())
    ordered = sorted(lines, key=_order)
    return SwitchReport(
        scheme=terms.code,
        currency=terms.currency,
        currency_exponent=terms.currency_exponent,
        basis=basis,
        lines=tuple(ordered),
    )


def _order(line: SwitchLine) -> tuple[str, str, int, int]:
    return line.department, line.period, line.scope, line.category or 0


def _price_of(
    terms: SchemeTerms,
    on: date,
    department_id: int,
    scope: int,
    category: int | None,
    country: str,
) -> Decimal | None:
    """The price per tonne; None where the scheme doesn't charge."""
    if not is_covered(scheme_id=terms.id, on=on, scope=scope, category=category):
        return None
    return price_in_force(
        scheme_id=terms.id,
        on=on,
        department_id=department_id,
        scope=scope,
        category=category,
        country=country,
    ).price_per_tonne


def _period_of(day: date) -> str:
    found = AccountingPeriod.objects.filter(days__contains=day).first()
    return found.code if found else f"{day:%Y-%m}"


def _line(
    terms: SchemeTerms, basis: int, key: tuple[object, ...], records: list[Switched]
) -> SwitchLine:
    first, price = records[0], key[-1]
    assert price is None or isinstance(price, Decimal)
    kgco2e = summed(
        Change(each.before[basis], each.again[basis], each.after[basis]) for each in records
    )
    figures = (kgco2e.before, kgco2e.again, kgco2e.after)
    amounts = [_amount(terms, figure, price) for figure in figures]
    return SwitchLine(
        department=first.department,
        period=str(key[1]),
        scope=first.scope,
        category=first.category,
        price_per_tonne=price,
        records=tuple(records),
        kgco2e=kgco2e,
        amount_minor=Change(*amounts),
    )


def _amount(terms: SchemeTerms, kgco2e: Decimal, price: Decimal | None) -> Decimal:
    if price is None:
        return Decimal(0)
    cost = charge(kgco2e=kgco2e, price_per_tonne=price, currency=terms.currency)
    return Decimal(cost.amount_minor)
