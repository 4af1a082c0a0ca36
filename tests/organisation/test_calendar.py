"""Fiscal years begin in any month and are called after the year they end in."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from departments.organisation.calendar import (
    fiscal_months,
    fiscal_quarters,
    fiscal_year,
    fiscal_year_number,
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
        "2022-07",
        "2023-02",
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
