"""Calculates. Fiscal years, quarters and months, whatever month the year begins with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import count, islice
from typing import Any

QUARTER_WEEKS = (4, 4, 5)


class Calendar(StrEnum):
    """How a fiscal year is cut into ranges of days."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    WEEKS = "4-4-5"


@dataclass(frozen=True, slots=True)
class FiscalRange:
    """Days from `starts_on` until before `ends_before`, with the name that people use."""

    code: str
    starts_on: date
    ends_before: date

    @property
    def ends_on(self) -> date:
        """The last day."""
        return self.ends_before - timedelta(days=1)

    def __contains__(self, day: date) -> bool:
        return self.starts_on <= day < self.ends_before


def ranges_from(
    calendar: Calendar, *, first_month: int, day: date, how_many: int
) -> list[FiscalRange]:
    """The range of a calendar that holds a day, and those that follow it, `how_many` in all.

    In a 4-4-5 calendar, weeks begin on the weekday of `day`.
    """
    before = fiscal_year_number(day, first_month=first_month) - 1
    parts = (
        part
        for number in count(before)
        for part in _ranges_of(calendar, number, first_month, week_starts_on=day.isoweekday())
        if part.ends_before > day
    )
    return list(islice(parts, how_many))


def fiscal_year_number(day: date, *, first_month: int) -> int:
    """A fiscal year is called after the calendar year it ends in: 2022-07-01, July → 2023."""
    return day.year + (first_month > 1 and day.month >= first_month)


def fiscal_year(number: int, *, first_month: int) -> FiscalRange:
    """The fiscal year of that number: `FY23`."""
    start = _first_day(number, 0, first_month)
    return FiscalRange(_year_code(number), start, _first_day(number, 12, first_month))


def fiscal_quarters(number: int, *, first_month: int) -> list[FiscalRange]:
    """The four quarters of a fiscal year: `FY23-Q1` …"""
    return [
        FiscalRange(f"{_year_code(number)}-Q{place}", starts_on, ends_before)
        for place, (starts_on, ends_before) in enumerate(_parts(number, 3, first_month), start=1)
    ]


def fiscal_months(number: int, *, first_month: int) -> list[FiscalRange]:
    """The twelve calendar months of a fiscal year, in its order: `FY23-M01` …"""
    return [
        FiscalRange(f"{_year_code(number)}-M{place:02d}", starts_on, ends_before)
        for place, (starts_on, ends_before) in enumerate(_parts(number, 1, first_month), start=1)
    ]


def fiscal_weeks(number: int, *, first_month: int, week_starts_on: int) -> list[FiscalRange]:
    """The twelve months of a 4-4-5 year, in whole weeks: `FY24-M01` …

    The year begins on the weekday (1 Monday … 7 Sunday) nearest to the first of its first month.
    A year of 53 weeks gives the week left over to its last month.
    """
    starts_on = _nearest(_first_day(number, 0, first_month), week_starts_on)
    year_ends_before = _nearest(_first_day(number, 12, first_month), week_starts_on)
    months = []
    for place, weeks in enumerate(QUARTER_WEEKS * 4, start=1):
        ends_before = year_ends_before if place == 12 else starts_on + timedelta(weeks=weeks)
        months.append(FiscalRange(f"{_year_code(number)}-M{place:02d}", starts_on, ends_before))
        starts_on = ends_before
    return months


def _ranges_of(
    calendar: Calendar, number: int, first_month: int, *, week_starts_on: int
) -> list[FiscalRange]:
    match calendar:
        case Calendar.MONTH:
            return fiscal_months(number, first_month=first_month)
        case Calendar.QUARTER:
            return fiscal_quarters(number, first_month=first_month)
        case Calendar.YEAR:
            return [fiscal_year(number, first_month=first_month)]
        case Calendar.WEEKS:
            return fiscal_weeks(number, first_month=first_month, week_starts_on=week_starts_on)


def _year_code(number: int) -> str:
    return f"FY{number % 100:02d}"


def _parts(number: int, months: int, first_month: int) -> Iterator[tuple[date, date]]:
    for passed in range(0, 12, months):
        yield (
            _first_day(number, passed, first_month),
            _first_day(number, passed + months, first_month),
        )


def _first_day(number: int, months_passed: int, first_month: int) -> date:
    """The first day of a month of fiscal year `number`, counted from its first month."""
    if not 1 <= first_month <= 12:
        raise ValueError(f"{first_month} is no month")
    starts_in = number - (first_month > 1)
    years, month = divmod(first_month - 1 + months_passed, 12)
    return date(starts_in + years, month + 1, 1)


def _nearest(day: date, weekday: int) -> date:
    """The day nearest to `day` that is such a weekday, at most three days away."""
    ahead = (weekday - day.isoweekday()) % 7
    return day + timedelta(days=ahead if ahead <= 3 else ahead - 7)


def days_told(days: Any) -> str:
    """A range of days as people write it, the last one included: `2022-07-01 – 2023-06-30`.

    An end that is open is left out.
    """
    first, after = (days.lower, days.upper) if hasattr(days, "lower") else days
    last = "" if after is None else f"{after - timedelta(days=1)}"
    return f"{first or ''} – {last}".strip()
