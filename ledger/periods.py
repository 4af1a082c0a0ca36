"""Writes. Accounting periods: create them; closing is in period_close."""

from __future__ import annotations

from datetime import date, timedelta

from ledger.models.periods import AccountingPeriod


def create_period(*, code: str, first_day: date, last_day: date) -> AccountingPeriod:
    """Create an open period; called again with the same code, it changes nothing.

    Raises: IntegrityError `ledger_periods_do_not_overlap`, if days already belong to another.
    """
    period, _ = AccountingPeriod.objects.get_or_create(
        code=code, defaults={"days": (first_day, last_day + timedelta(days=1))}
    )
    return period
