"""Figures as people read them, and as spreadsheets may open them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils.translation import override

from departments.organisation.spreadsheet import as_csv
from departments.portal import figures
from departments.portal.charts import bar_chart, short


def test_money_and_tonnes_wear_their_units():
    assert figures.money(Decimal("13300000.00"), "USD") == "USD 13,300,000.00"
    assert figures.money(Decimal("-200.00"), "USD") == "−USD 200.00"
    assert figures.signed_money(Decimal("5"), "KRW") == "+KRW 5"
    assert figures.tonnes(Decimal("133000000.000000")) == "133,000.000 tCO2e"
    assert figures.tonnes(Decimal("0.004200")) == "0.0000042 tCO2e"
    assert figures.exact_tonnes(Decimal("17634.348486")) == "17.634348486 tCO2e"
    assert figures.price(Decimal("15.000000")) == "15.00"
    assert figures.price(Decimal("15.125000")) == "15.125"


def test_a_change_says_its_direction():
    assert figures.percent_change(Decimal(112), Decimal(100)) == "+12.0 %"
    assert figures.percent_change(Decimal(88), Decimal(100)) == "−12.0 %"
    assert figures.percent_change(Decimal(1), Decimal(0)) == ""


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "\0=1"]
)
def test_a_cell_that_begins_like_a_formula_is_neutralised(text: str):
    assert as_csv(("a",), [(text,)]).split("\r\n", 1)[1].lstrip('"').startswith("'")


def test_numbers_stay_numbers():
    assert as_csv(("a", "b"), [(Decimal("-1.50"), None)]) == "a,b\r\n-1.50,\r\n"


def test_the_largest_bar_fills_the_chart():
    chart = bar_chart([("FY20", Decimal(5)), ("FY21", Decimal(10))], current="FY21")
    small, large = chart.bars
    assert large.height == 2 * small.height
    assert large.is_current
    assert large.y + large.height == chart.base_y
    assert bar_chart([], current="").bars == ()
    assert short(Decimal("21371410.00")) == "21.4M"


@pytest.mark.parametrize(
    ("amount", "text"),
    [("9999", "9999"), ("94839", "9만"), ("21371410", "2,137만"), ("-1234567890", "-12.3억")],
)
def test_large_amounts_are_short_in_korean_too(amount: str, text: str):
    with override("ko"):
        assert short(Decimal(amount)) == text
