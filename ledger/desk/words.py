"""Calculates. Short names for people, periods and settlements."""

from __future__ import annotations

from datetime import date, timedelta

from departments.organisation.models import User
from ledger.models.periods import AccountingPeriod
from ledger.models.settlements import Settlement


def called(settlement: Settlement, names: dict[int, str]) -> str:
    """A settlement for people: `Carbon fee FY23`, with its revision after the first."""
    name = f"{names[settlement.scheme_id]} {settlement.period.code}"
    return name if settlement.revision == 1 else f"{name} ({settlement.revision})"


def name_of(person: User | None) -> str:
    """A person's name; nothing for nobody."""
    return person.get_username() if person else ""


def first_day_of(period: AccountingPeriod) -> date:
    """A period's first day; the database gives every period both ends."""
    first = period.days.lower
    assert first is not None
    return first


def last_day_of(period: AccountingPeriod) -> date:
    """A period's last day."""
    day_after = period.days.upper
    assert day_after is not None
    return day_after - timedelta(days=1)
