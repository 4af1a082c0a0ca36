"""Calculates. The three sizes of the company, and its months."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class CompanySize:
    """How much there is of everything; `faults_a_month` of each kind."""

    groups: int
    departments: int
    cost_centres: int
    countries: int
    sites: int
    meters: int
    data_centres: int
    employees: int
    rows_a_month: int
    first_month: date
    months: int
    faults_a_month: int
    backfill_years: int = 0


SIZES = {
    "S": CompanySize(3, 12, 40, 4, 10, 25, 1, 800, 2_000, date(2023, 1, 1), 24, 1),
    "M": CompanySize(6, 60, 600, 25, 120, 400, 8, 20_000, 60_000, date(2023, 1, 1), 36, 5),
    "L": CompanySize(
        12, 250, 5_000, 60, 700, 2_500, 60, 220_000, 1_000_000, date(2024, 1, 1), 12, 20, 5
    ),
}


@dataclass(frozen=True, slots=True)
class Month:
    """One month of history; `number` counts from 0."""

    number: int
    first_day: date

    @property
    def code(self) -> str:
        """As in 2024-01."""
        return f"{self.first_day:%Y-%m}"

    @property
    def last_day(self) -> date:
        """Its last day, which names the period of an activity."""
        return (self.first_day + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def months_from(first: date, count: int) -> list[Month]:
    """So many months, the first one first; before it, numbers are below 0."""
    return [month_at(first, number) for number in range(count)]


def month_at(first: date, number: int) -> Month:
    """The month that many months after (or, below 0, before) the first."""
    years, index = divmod(first.month - 1 + number, 12)
    return Month(number, date(first.year + years, index + 1, 1))
