"""Reads. The atmosphere: what the company has put into the air, year by year and in all.

Yearly figures are those of the settled activity of a year, true-ups included, whenever they were
booked; the balance is the account's. What is between them was entered by hand: the historical
emissions since foundation, on an account of their own, and the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import Sum

from ledger.chart_of_accounts import HISTORICAL_CODE
from ledger.models.periods import AccountingPeriod
from ledger.models.settlements import SettlementState
from ledger.models.totals import LineTotal
from ledger.sql import statement
from pricing.price_lookup import all_scheme_terms
from pricing.projection import Year

MG_DIGITS = -6


@dataclass(frozen=True, slots=True)
class Atmosphere:
    """All in kgCO2e: `balance` = `historical` + the years' net flows + `by_hand`, exactly.

    A year is that of a period's last day; a fiscal year that ends in June 2023 is 2023.
    """

    scheme: str
    balance_kgco2e: Decimal
    historical_kgco2e: Decimal
    years: tuple[Year, ...]

    @property
    def by_hand_kgco2e(self) -> Decimal:
        """What other entries by hand have added."""
        flows = sum((each.net_kgco2e for each in self.years), Decimal(0))
        return self.balance_kgco2e - self.historical_kgco2e - flows


def atmosphere() -> Atmosphere:
    """The atmosphere as it is booked now; empty before a scheme keeps one."""
    keeper = next((terms for terms in all_scheme_terms() if terms.keeps_atmosphere), None)
    balance, historical = _balances()
    return Atmosphere(
        scheme=keeper.code if keeper else "",
        balance_kgco2e=balance,
        historical_kgco2e=historical,
        years=_years(keeper.id) if keeper else (),
    )


def _balances() -> tuple[Decimal, Decimal]:
    """What is in the air, and what of it is from before the books, in kgCO2e."""
    balance = historical = Decimal(0)
    with connection.cursor() as cursor:
        cursor.execute(statement("atmosphere"), {"historical": HISTORICAL_CODE})
        for is_atmosphere, code, exponent, minor in cursor.fetchall():
            kgco2e = Decimal(minor).scaleb(-exponent)
            if is_atmosphere:
                balance -= kgco2e
            if code == HISTORICAL_CODE:
                historical += kgco2e
    return balance, historical


def _years(scheme_id: int) -> tuple[Year, ...]:
    last_days = {period.pk: period.last_day for period in AccountingPeriod.objects.all()}
    summed = (
        LineTotal.objects.filter(scheme_id=scheme_id, settlement__state=SettlementState.POSTED)
        .values_list("activity_period", "durability_class")
        .annotate(settled=Sum("settled_mgco2e"))
        .order_by()
    )
    flows: dict[int, list[Decimal]] = {}
    for period_id, durability_class, settled in summed:
        flow = flows.setdefault(last_days[period_id].year, [Decimal(0), Decimal(0)])
        flow[1 if durability_class else 0] += Decimal(settled).scaleb(MG_DIGITS)
    return tuple(Year(year, *flow) for year, flow in sorted(flows.items()))
