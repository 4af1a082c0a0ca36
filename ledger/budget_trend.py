"""Reads. How each department's charged tonnes have grown from a settled period to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from ledger.models.periods import AccountingPeriod
from ledger.models.settlements import LineKind, SettlementLine, SettlementState
from pricing.charging import plain
from pricing.errors import ProjectionImpossible
from pricing.price_lookup import SchemeTerms
from pricing.projection import Year, growth_of

MG_DIGITS = -6
SHOWN = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class DepartmentTrend:
    """The factor from a period to the next, and where it is from; None: there is none to fit."""

    growth: Decimal | None
    words: str


def trends(terms: SchemeTerms, period: AccountingPeriod) -> dict[str, DepartmentTrend]:
    """The trend of each department that was charged in a period, by its code.

    It is the mean growth from the first to the last settled period that is about as long (a tenth
    more or less), so that years aren't measured against quarters.
    """
    alike = [each for each in _until(period) if _is_as_long(each, period)]
    tonnes = _tonnes(terms, alike)
    found = {}
    for code, by_period in tonnes.items():
        if period.pk in by_period:
            history = [each for each in alike if each.pk in by_period]
            found[code] = _trend(code, by_period, history, period)
    return found


def _trend(
    code: str,
    by_period: dict[int, Decimal],
    history: Sequence[AccountingPeriod],
    period: AccountingPeriod,
) -> DepartmentTrend:
    steps = [Year(_steps(each, period), by_period[each.pk], Decimal(0)) for each in history]
    try:
        growth = growth_of(steps)
    except ProjectionImpossible:
        words = (
            f"{code}: no trend, as {period.code} has no earlier period with tonnes to fit it on."
        )
        return DepartmentTrend(None, words)
    shown = plain(growth.quantize(SHOWN))
    return DepartmentTrend(
        growth,
        f"{code}: × {shown} a period, the mean growth from {history[0].code} to {period.code}.",
    )


def _until(period: AccountingPeriod) -> list[AccountingPeriod]:
    rows = AccountingPeriod.objects.order_by("days")
    return [each for each in rows if each.first_day <= period.first_day]


def _days(period: AccountingPeriod) -> int:
    return (period.ends_before - period.first_day).days


def _is_as_long(each: AccountingPeriod, period: AccountingPeriod) -> bool:
    return abs(_days(each) - _days(period)) * 10 <= _days(period)


def _steps(each: AccountingPeriod, period: AccountingPeriod) -> int:
    """How many periods lie between, also where some of them were not settled; below zero."""
    return round((each.first_day - period.first_day).days / _days(period))


def _tonnes(
    terms: SchemeTerms, periods: Sequence[AccountingPeriod]
) -> dict[str, dict[int, Decimal]]:
    rows = (
        SettlementLine.objects.filter(
            scheme_id=terms.id,
            activity_period__in=periods,
            settlement__state=SettlementState.POSTED,
            kind=LineKind.CHARGE,
        )
        .values_list("department__code", "activity_period_id")
        .annotate(settled=Sum("settled_mgco2e"))
        .order_by("department__code")
    )
    found: dict[str, dict[int, Decimal]] = {}
    for code, period_id, settled in rows:
        found.setdefault(code, {})[period_id] = Decimal(int(settled)).scaleb(MG_DIGITS)
    return found
