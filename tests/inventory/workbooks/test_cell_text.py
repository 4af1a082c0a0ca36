"""Numbers and days of a workbook's cells, exactly."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from departments.inventory.workbooks.cell_text import (
    CellFault,
    Shown,
    day_text,
    number_text,
    shown_as,
    unescaped,
    written_moment,
)


@pytest.mark.parametrize(
    ("raw", "text", "is_cut"),
    [
        ("412500", "412500", False),
        ("412500.0", "412500", False),
        ("4.125E5", "412500", False),
        ("0.1", "0.1", False),
        ("0.10000000000000001", "0.1", False),
        ("0.30000000000000004", "0.3", True),
        ("0.3333333333333333", "0.3333333333", True),
        ("1.0000000000000002", "1", True),
        ("999999999999999", "999999999999999", False),
        ("-12.5", "-12.5", False),
        ("-0", "0", False),
        ("1E-7", "0.0000001", False),
        ("1E-12", "0.000000000001", False),
        ("123456.789012345", "123456.789012345", False),
        ("12345.67890123456", "12345.6789012346", True),
    ],
)
def test_a_number_is_what_the_cell_shows_in_full(raw: str, text: str, is_cut: bool) -> None:
    assert number_text(raw, "C17") == (text, is_cut)


@pytest.mark.parametrize("raw", ["1000000000000000", "-1E15", "1E300", "12345678901234567890"])
def test_a_number_whose_digits_are_lost_is_refused_by_its_cell(raw: str) -> None:
    with pytest.raises(CellFault, match=r"keeps 15 digits.*Format C17 as text"):
        number_text(raw, "C17")


@pytest.mark.parametrize("raw", ["INF", "NaN", "1,5", "--1"])
def test_what_is_no_number_is_none(raw: str) -> None:
    with pytest.raises(CellFault, match="not a number"):
        number_text(raw, "C17")


@given(st.integers(-(10**15) + 1, 10**15 - 1), st.integers(0, 10))
def test_every_number_of_15_digits_survives_binary(digits: int, decimals: int) -> None:
    number = Decimal(digits).scaleb(-decimals)
    raw = f"{float(number):.17g}"  # as spreadsheet programs write it

    text, is_cut = number_text(raw, "A1")

    assert Decimal(text) == number
    assert not is_cut


@given(st.dates(date(1900, 3, 1), date(9999, 12, 31)))
def test_every_day_is_told_by_its_count(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    of_1904 = (day - date(1904, 1, 1)).days

    assert day_text(str(serial), "A1", is_1904=False) == day.isoformat()
    if day >= date(1904, 1, 1):
        assert day_text(str(of_1904), "A1", is_1904=True) == day.isoformat()


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("1", "1900-01-01"),
        ("59", "1900-02-28"),
        ("61", "1900-03-01"),
        ("45322", "2024-01-31"),
        ("45322.5", "2024-01-31 12:00:00"),
        ("45322.979166666664", "2024-01-31 23:30:00"),
        ("45322.999999999", "2024-02-01"),
    ],
)
def test_a_moment_keeps_its_time(raw: str, text: str) -> None:
    assert day_text(raw, "A1", is_1904=False) == text


@pytest.mark.parametrize("raw", ["60", "60.5", "-1", "2958466", "1E9", "x"])
def test_a_day_that_there_is_not_is_refused(raw: str) -> None:
    with pytest.raises(CellFault, match="no such day"):
        day_text(raw, "A1", is_1904=False)


def test_days_that_are_spelled_out_are_read() -> None:
    assert written_moment("2024-01-31", "A1") == "2024-01-31"
    assert written_moment("2024-01-31T00:00:00", "A1") == "2024-01-31"
    assert written_moment("2024-01-31T23:30:00", "A1") == "2024-01-31 23:30:00"
    with pytest.raises(CellFault):
        written_moment("31.1.2024", "A1")


@pytest.mark.parametrize(
    ("number", "code", "shown"),
    [
        (0, "", Shown.NUMBER),
        (4, "", Shown.NUMBER),
        (14, "", Shown.DAY),
        (22, "", Shown.DAY),
        (31, "", Shown.DAY),
        (20, "", Shown.TIME),
        (46, "", Shown.TIME),
        (164, "General", Shown.NUMBER),
        (164, "#,##0.00", Shown.NUMBER),
        (164, "0.00E+00", Shown.NUMBER),
        (164, '#,##0.0 "MWh per day"', Shown.NUMBER),
        (164, r"0\ \k\W\h", Shown.NUMBER),
        (164, '#,##0.00 [$€-407];[Red]-#,##0.00 "dd"', Shown.NUMBER),
        (164, '[Red]0;"d"', Shown.NUMBER),
        (164, "dd.mm.yyyy", Shown.DAY),
        (164, "[$-F800]dddd, mmmm dd, yyyy", Shown.DAY),
        (164, 'yyyy"년" m"월" d"일"', Shown.DAY),
        (164, "mmm", Shown.DAY),
        (164, "yyyy-mm-dd hh:mm", Shown.DAY),
        (164, "hh:mm AM/PM", Shown.TIME),
        (164, "[h]:mm:ss", Shown.TIME),
        (164, "mm:ss.0", Shown.TIME),
    ],
)
def test_a_format_says_what_a_number_is(number: int, code: str, shown: Shown) -> None:
    assert shown_as(number, code) == shown


@given(
    st.dates(date(1990, 1, 1), date(2100, 12, 31)), st.timedeltas(timedelta(0), timedelta(days=1))
)
def test_a_moment_never_moves_to_another_day(day: date, after: timedelta) -> None:
    seconds = min(int(after.total_seconds()), 86_399)
    serial = (day - date(1899, 12, 30)).days + seconds / 86_400

    assert day_text(repr(serial), "A1", is_1904=False).startswith(day.isoformat())


def test_escaped_signs_are_read_and_words_that_look_like_them_kept() -> None:
    assert unescaped("a_x000D_\nb") == "a\r\nb"
    assert unescaped("_x005F_x000D_") == "_x000D_"
    assert unescaped("max_x0000_y_xD800_") == "max_x0000_y_xD800_"
