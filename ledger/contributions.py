"""Reads. Invest or lose: what each department paid into a fund by fiscal year, and invested."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from django.db.models import Sum

from departments.organisation.calendar import Calendar, ranges_from
from ledger.fund import payments_of
from ledger.models.settlements import LineKind, SettlementLine, SettlementState
from pricing.grant_lookup import list_grants
from pricing.invest_or_lose import Contribution, Investment, Shares, shares
from pricing.price_lookup import SchemeTerms


def contribution_shares(terms: SchemeTerms, *, as_of: date) -> Shares:
    """What departments may invest of the fees that were posted in each fiscal year.

    Fiscal years begin in the month in which the scheme does. Fees count in the year of the period
    that they were posted in; grants on the day they were paid, unless they were taken back.
    """
    return shares(_contributions(terms), _investments(terms), as_of=as_of)


def _contributions(terms: SchemeTerms) -> list[Contribution]:
    rows = (
        SettlementLine.objects.filter(
            settlement__scheme_id=terms.id,
            settlement__state=SettlementState.POSTED,
            kind=LineKind.CHARGE,
        )
        .values_list("department__code", "settlement__period__days")
        .annotate(minor=Sum("amount_minor"))
    )
    paid: dict[tuple[str, date, date], int] = defaultdict(int)
    for department, days, minor in rows:
        last_day = days.upper - timedelta(days=1)
        year = ranges_from(
            Calendar.YEAR, first_month=terms.starts_on.month, day=last_day, how_many=1
        )[0]
        paid[department, year.starts_on, year.ends_before] += int(minor)
    return [Contribution(*place, minor) for place, minor in paid.items()]


def _investments(terms: SchemeTerms) -> list[Investment]:
    grants = list_grants(scheme_code=terms.code, states=["awarded", "closed", "failed"])
    paid = payments_of(grants)
    return [
        Investment(grant.department, payment.paid_on, milestone.amount.amount_minor)
        for grant in grants
        for milestone in grant.milestones
        if (payment := paid.get(milestone.id)) is not None and payment.reversal_id is None
    ]
