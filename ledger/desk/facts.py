"""Reads. What there is and what waits, across facts and policy: one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from ledger.models.periods import AccountingPeriod
from ledger.sql import statement


@dataclass(frozen=True, slots=True)
class Facts:
    has_departments: bool
    has_factors: bool
    has_price: bool
    has_activity: bool
    waiting_records: int
    estimated_share: Decimal | None


def read_facts(latest: AccountingPeriod | None) -> Facts:
    days = (latest.days.lower, latest.days.upper) if latest else (date.min, date.max)
    with connection.cursor() as cursor:
        cursor.execute(statement("overview_facts"), {"first_day": days[0], "day_after": days[1]})
        return Facts(*cursor.fetchone())
