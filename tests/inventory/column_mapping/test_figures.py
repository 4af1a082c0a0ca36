"""Days and numbers as people write them, decided over whole columns."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from departments.inventory.column_mapping.figures import (
    DayColumns,
    NumberColumn,
    Seen,
    iso_day,
    plain_number,
)


def days(*texts: str) -> tuple[bool, bool, bool]:
    columns = DayColumns()
    for line, text in enumerate(texts, start=2):
        columns.add(Seen(line, "ended_on", text))
    return bool(columns.day_first), bool(columns.month_first), bool(columns.either)


def numbers(*texts: str) -> tuple[bool, bool, bool]:
    column = NumberColumn()
    for line, text in enumerate(texts, start=2):
        column.add(Seen(line, "quantity", text))
    return bool(column.point), bool(column.comma), bool(column.either)


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (["31/01/2024"], (True, False, False)),
        (["01/02/2024", "31/01/2024"], (True, False, True)),
        (["01/31/2024"], (False, True, False)),
        (["01/02/2024", "03-04-2024"], (False, False, True)),
        (["01.02.2024"], (True, False, False)),
        (["01.31.2024"], (False, True, False)),
        (["02/02/2024"], (False, False, False)),
        (["2024-01-31", "2024년 1월 31일", "n/a", ""], (False, False, False)),
        (["31/01/2024", "01/31/2024"], (True, True, False)),
    ],
)
def test_the_order_of_days_is_told_by_all_of_them(texts: list[str], told: tuple[bool, ...]) -> None:
    assert days(*texts) == told


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("31.01.2024", "dmy", "2024-01-31"),
        ("1/2/2024", "dmy", "2024-02-01"),
        ("1/2/2024", "mdy", "2024-01-02"),
        ("2024/1/31", "dmy", "2024-01-31"),
        ("2024. 1. 31.", "", "2024-01-31"),
        ("2024년 1월 31일", "", "2024-01-31"),
        ("2024-01-31", "", "2024-01-31"),
        ("2024-02", "", "2024-02-29"),
        ("02/2024", "", "2024-02-29"),
        ("2024년 2월", "", "2024-02-29"),
        ("31/02/2024", "dmy", "31/02/2024"),
        ("31.01.24", "dmy", "31.01.24"),
        ("31.01/2024", "dmy", "31.01/2024"),
        ("2024-13", "", "2024-13"),
        ("0000-01", "", "0000-01"),
        ("soon", "dmy", "soon"),
    ],
)
def test_a_day_is_read_in_its_order_or_left(text: str, order: str, day: str) -> None:
    assert iso_day(text, order, is_last=True) == day


def test_a_month_begins_on_its_first_day() -> None:
    assert iso_day("2024-02", "", is_last=False) == "2024-02-01"


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)))
def test_every_day_is_read_as_it_was_written(day: date) -> None:
    for order, text in (
        ("dmy", f"{day:%d/%m/%Y}"),
        ("mdy", f"{day:%m/%d/%Y}"),
        ("dmy", f"{day:%d.%m.%Y}"),
        ("", f"{day.year}년 {day.month}월 {day.day}일"),
    ):
        assert iso_day(text, order, is_last=False) == day.isoformat()
    last = iso_day(f"{day:%Y-%m}", "", is_last=True)
    assert (date.fromisoformat(last) + timedelta(days=1)).day == 1


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (["1234", "-5"], (False, False, False)),
        (["1,234"], (False, False, True)),
        (["1.234"], (False, False, True)),
        (["1,234", "0,5"], (False, True, True)),
        (["1.234,5"], (False, True, False)),
        (["1,234.5"], (True, False, False)),
        (["1,234,567"], (True, False, False)),
        (["1.234.567"], (False, True, False)),
        (["0,123"], (False, True, False)),
        (["1234,567"], (False, True, False)),
        (["4 123,5"], (False, True, False)),
        (["1.5", "1,5"], (True, True, False)),
        (["n.a.", "v1.2", ".", "0,2,5", "12,34.5"], (False, False, False)),
    ],
)
def test_the_decimal_sign_is_told_by_the_whole_column(
    texts: list[str], told: tuple[bool, ...]
) -> None:
    assert numbers(*texts) == told


@pytest.mark.parametrize(
    ("text", "sign", "plain"),
    [
        ("1.234,5", ",", "1234.5"),
        ("1,234.5", ".", "1234.5"),
        ("4 745 197", ".", "4745197"),
        ("4\u202f745\u202f197,25", ",", "4745197.25"),
        ("4'745'197.25", ".", "4745197.25"),
        ("-0,5", ",", "-0.5"),
        ("412500", ",", "412500"),
        ("1234567,8", ",", "1234567.8"),
        ("12,34.5", ".", "12,34.5"),
        ("1.23,4", ",", "1.23,4"),
        ("4 ,745,197", ".", "4 ,745,197"),
        ("118,10 0", ",", "118,10 0"),
        ("1,234 567.5", ".", "1,234 567.5"),
        ("1,5", ".", "1,5"),
        ("12,", ",", "12,"),
        ("", ".", ""),
        ("12 kWh", ".", "12 kWh"),
    ],
)
def test_a_number_is_plain_if_it_is_well_formed(text: str, sign: str, plain: str) -> None:
    assert plain_number(text, sign) == plain


@given(st.integers(-(10**12), 10**12), st.integers(1, 6))
def test_every_number_is_read_as_it_was_written(digits: int, decimals: int) -> None:
    number = Decimal(digits).scaleb(-decimals)
    english = f"{number:,f}"
    german = english.translate(str.maketrans(",.", ".,"))

    assert Decimal(plain_number(english, ".")) == number
    assert Decimal(plain_number(german, ",")) == number
    assert Decimal(plain_number(english.replace(",", "\u202f"), ".")) == number
