"""Calculates. Fiscal years, quarters and months, whatever month the year begins with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta


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


def fiscal_year_number(day: date, *, first_month: int) -> int:
    """A fiscal year is called after the calendar year it ends in: 2022-07-01, July → 2023."""
    return day.year + (first_month > 1 and day.month >= first_month)


def fiscal_year(number: int, *, first_month: int) -> FiscalRange:
    """The fiscal year of that number: `FY23`."""
    start = _first_day(number, 0, first_month)
    return FiscalRange(f"FY{number % 100:02d}", start, _first_day(number, 12, first_month))


def fiscal_quarters(number: int, *, first_month: int) -> list[FiscalRange]:
    """The four quarters of a fiscal year: `FY23-Q1` …"""
    return [
        FiscalRange(f"FY{number % 100:02d}-Q{place + 1}", starts_on, ends_before)
        for place, (starts_on, ends_before) in enumerate(_parts(number, 3, first_month))
    ]


def fiscal_months(number: int, *, first_month: int) -> list[FiscalRange]:
    """The twelve calendar months of a fiscal year, in its order: `2022-07` …"""
    return [
        FiscalRange(f"{starts_on:%Y-%m}", starts_on, ends_before)
        for starts_on, ends_before in _parts(number, 1, first_month)
    ]


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
