"""Writes. Emissions from before the first period, as the atmosphere's opening balance.

They are a manual entry: one person proposes it with its source, another approves and so posts it.
They stand on an account of their own that belongs to no department, so no bill has them.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from departments.organisation.models import User
from ledger import manual_entries
from ledger.chart_of_accounts import ATMOSPHERE, HISTORICAL_CODE, account_code, ensure_historical
from ledger.errors.calendar import PeriodNotFound
from ledger.manual_lines import WrittenLine
from ledger.models.manual_entries import ManualEntry
from ledger.models.periods import AccountingPeriod, PeriodState


@transaction.atomic
def propose_historical(
    *, kgco2e: Decimal, from_year: int, until_year: int, source: str, by: User, at: datetime
) -> ManualEntry:
    """Propose what the company has emitted from a year until another, before it was recorded.

    Dated on the first day of the first open period: closed ones never change.
    Raises: PeriodNotFound, NotAllowed; ManualEntryInvalid, with every problem at once.
    """
    ensure_historical()
    amount = f"{kgco2e:f}"
    return manual_entries.propose(
        entry_date=_first_open_day(),
        description=f"Historical emissions {from_year} to {until_year}",
        reason=f"Opening balance of the atmosphere: emitted from {from_year} to {until_year}, "
        "before the first recorded period.",
        evidence=source,
        lines=[
            WrittenLine(account=HISTORICAL_CODE, debit=amount),
            WrittenLine(account=account_code(ATMOSPHERE), credit=amount),
        ],
        by=by,
        at=at,
    )


def _first_open_day() -> date:
    period = AccountingPeriod.objects.filter(state=PeriodState.OPEN).order_by("days").first()
    if period is None:
        raise PeriodNotFound("that is open")
    return period.first_day
