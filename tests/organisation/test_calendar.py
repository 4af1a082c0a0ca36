"""Fiscal years begin in any month and are called after the year they end in."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from psycopg2.extras import DateRange

from departments.organisation.calendar import (
    Calendar,
    days_told,
    fiscal_months,
    fiscal_quarters,
    fiscal_weeks,
    fiscal_year,
    fiscal_year_number,
    ranges_from,
)


def test_microsofts_fy23_began_in_july_2022() -> None:
    year = fiscal_year(2023, first_month=7)
    assert (year.code, year.starts_on, year.ends_on) == (
        "FY23",
        date(2022, 7, 1),
        date(2023, 6, 30),
    )
    assert [quarter.code for quarter in fiscal_quarters(2023, first_month=7)] == [
        "FY23-Q1",
        "FY23-Q2",
        "FY23-Q3",
        "FY23-Q4",
    ]
    months = fiscal_months(2023, first_month=7)
    assert (months[0].code, months[7].code, months[7].ends_on) == (
        "FY23-M01",
        "FY23-M08",
        date(2023, 2, 28),
    )


@given(day=st.dates(date(1950, 1, 1), date(2150, 12, 31)), first_month=st.integers(1, 12))
def test_every_day_lies_in_exactly_one_part_of_its_year(day: date, first_month: int) -> None:
    number = fiscal_year_number(day, first_month=first_month)
    year = fiscal_year(number, first_month=first_month)
    assert day in year
    for parts in (
        fiscal_quarters(number, first_month=first_month),
        fiscal_months(number, first_month=first_month),
    ):
        assert [day in part for part in parts].count(True) == 1
        assert (parts[0].starts_on, parts[-1].ends_before) == (year.starts_on, year.ends_before)


def test_a_year_of_weeks_begins_on_the_sunday_nearest_to_february() -> None:
    """The years of the National Retail Federation's calendar (nrf.com), 2023 with 53 weeks.

    It calls a year after the one it begins in; here it is called after the one it ends in.
    """
    published = {
        2023: (date(2022, 1, 30), date(2023, 1, 28)),
        2024: (date(2023, 1, 29), date(2024, 2, 3)),
        2025: (date(2024, 2, 4), date(2025, 2, 1)),
        2026: (date(2025, 2, 2), date(2026, 1, 31)),
    }
    for number, days in published.items():
        months = fiscal_weeks(number, first_month=2, week_starts_on=7)
        assert (months[0].starts_on, months[-1].ends_on) == days
        weeks = [(month.ends_before - month.starts_on).days // 7 for month in months]
        assert weeks == [4, 4, 5] * 3 + [4, 4, 6 if number == 2024 else 5]


@given(
    calendar=st.sampled_from(Calendar),
    day=st.dates(date(1950, 1, 1), date(2150, 12, 31)),
    first_month=st.integers(1, 12),
)
def test_ranges_in_a_row_begin_with_the_days_own_and_leave_no_day_out(
    calendar: Calendar, day: date, first_month: int
) -> None:
    ranges = ranges_from(calendar, first_month=first_month, day=day, how_many=40)
    assert day in ranges[0]
    assert len({part.code for part in ranges}) == 40
    for part, after in pairwise(ranges):
        assert part.starts_on < part.ends_before == after.starts_on
    assert ranges[-1].ends_on == ranges[-1].ends_before - timedelta(days=1)


def test_days_are_told_with_the_last_one_included() -> None:
    first, after = date(2022, 7, 1), date(2023, 7, 1)
    assert days_told((first, after)) == "2022-07-01 – 2023-06-30"
    assert days_told(DateRange(first, None)) == "2022-07-01 –"
    assert days_told(DateRange(None, after)) == "– 2023-06-30"
