"""Reads. What each department's fee would come to in a coming period: tonnes, growth and price.

A line is a department's charged tonnes of the last settled period by scope and category, true-ups
included, times the growth, at the price in force on the first day after that period or at the
forecast's own. It is rounded once, like a bill's; lines add up to departments and to the total.
Beside it stands what the same would come to with the growth that each department has had.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from departments.organisation.said import said
from ledger.budget_trend import DepartmentTrend, trends
from ledger.errors.calendar import PeriodNotFound
from ledger.errors.proposals import ScenarioInvalid
from ledger.models.periods import AccountingPeriod
from ledger.models.settlements import LineKind, SettlementLine, SettlementState
from ledger.scenario_settings import ScenarioPrice
from pricing.charging import charge
from pricing.money import EXACT, round_half_away
from pricing.price_lookup import SchemeTerms, price_by, scheme_terms

MG_DIGITS = -6


@dataclass(frozen=True, slots=True)
class ForecastLine:
    """One department, scope and category; kgCO2e to the milligram, amounts in minor units.

    `trend_minor` is the amount with the department's own trend; None where it has none.
    """

    department: str
    scope: int
    category: int | None
    kgco2e_before: Decimal
    amount_before_minor: int
    kgco2e: Decimal
    price_per_tonne: Decimal
    amount_minor: int
    trend_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """All lines, and the sums of departments in the order of their codes."""

    scheme: str
    currency: str
    currency_exponent: int
    period: str
    on: date
    growth: Decimal
    lines: tuple[ForecastLine, ...]
    trends: dict[str, DepartmentTrend] = field(default_factory=dict)

    @property
    def departments(self) -> dict[str, tuple[int, int]]:
        """What was charged, and what would be, by department; in minor units."""
        found: dict[str, tuple[int, int]] = {}
        for line in self.lines:
            before, after = found.get(line.department, (0, 0))
            found[line.department] = (before + line.amount_before_minor, after + line.amount_minor)
        return found

    @property
    def by_trend_minor(self) -> dict[str, int | None]:
        """What would be charged with each department's own trend; None where it has none."""
        found: dict[str, int | None] = {}
        for line in self.lines:
            before = found.get(line.department, 0)
            missing = before is None or line.trend_minor is None
            found[line.department] = None if missing else (before or 0) + (line.trend_minor or 0)
        return found

    @property
    def total_minor(self) -> tuple[int, int]:
        """The same for the company."""
        both = self.departments.values()
        return sum(before for before, _ in both), sum(after for _, after in both)


def forecast(
    *,
    scheme_code: str,
    period_code: str,
    growth: Decimal = Decimal(1),
    prices: Sequence[ScenarioPrice] = (),
) -> Forecast:
    """The period after a settled one: its charged tonnes × growth, at the prices of that day.

    Raises: SchemeNotFound, PeriodNotFound, NoPriceInForce; ScenarioInvalid, without charged lines.
    """
    terms = scheme_terms(code=scheme_code)
    period = AccountingPeriod.objects.filter(code=period_code).first()
    if period is None:
        raise PeriodNotFound(period_code)
    rows = (
        SettlementLine.objects.filter(
            scheme_id=terms.id,
            activity_period=period,
            settlement__state=SettlementState.POSTED,
            kind=LineKind.CHARGE,
        )
        .values_list("department_id", "department__code", "scope", "category")
        .annotate(settled=Sum("settled_mgco2e"), amount=Sum("amount_minor"))
        .order_by("department__code", "scope", "category")
    )
    on = period.ends_before
    grown = trends(terms, period)
    lines = tuple(_line(terms, on, growth, prices, grown, row) for row in rows)
    if not lines:
        raise ScenarioInvalid(
            said(
                "Scheme %(scheme)s has charged nothing for %(period)s.",
                scheme=terms.code,
                period=period_code,
            )
        )
    return Forecast(
        terms.code, terms.currency, terms.currency_exponent, period.code, on, growth, lines, grown
    )


def _line(
    terms: SchemeTerms,
    on: date,
    growth: Decimal,
    prices: Sequence[ScenarioPrice],
    grown: dict[str, DepartmentTrend],
    row: tuple[int, str, int, int | None, Decimal, Decimal],
) -> ForecastLine:
    department_id, code, scope, category, settled_mg, amount = row
    before = Decimal(int(settled_mg)).scaleb(MG_DIGITS)
    kgco2e = _times(before, growth)
    price = _own_price(prices, on, scope, category)
    if price is None:
        price = price_by(
            terms, on=on, department_id=department_id, scope=scope, category=category
        ).price_per_tonne
    trend = grown[code].growth
    cost, by_trend = (
        None
        if each is None
        else charge(kgco2e=each, price_per_tonne=price, currency=terms.currency).amount_minor
        for each in (kgco2e, None if trend is None else _times(before, trend))
    )
    assert cost is not None  # its kilograms are given
    return ForecastLine(code, scope, category, before, int(amount), kgco2e, price, cost, by_trend)


def _times(kgco2e: Decimal, factor: Decimal) -> Decimal:
    mg = round_half_away(EXACT.multiply(kgco2e, factor), -MG_DIGITS)
    return Decimal(mg).scaleb(MG_DIGITS)


def _own_price(
    prices: Sequence[ScenarioPrice], on: date, scope: int, category: int | None
) -> Decimal | None:
    fitting = [
        each
        for each in prices
        if each.scope in (None, scope)
        and each.category in (None, category)
        and (each.starts_on is None or each.starts_on <= on)
        and (each.ends_before is None or on < each.ends_before)
    ]
    best = min(fitting, key=lambda each: each.rank, default=None)
    return best.price_per_tonne if best else None
