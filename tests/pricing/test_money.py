"""Money adds up: rounding once, half away from zero, and shares that sum to the whole."""

from __future__ import annotations

import operator
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing import errors
from pricing.money import Money, allocate, minor_exponent, round_half_away


def shares(total: str, weights: list[int], keys: list[str] | None = None) -> list[str]:
    return [str(share.decimal) for share in allocate(Money.from_text(total, "USD"), weights, keys)]


def test_a_hundred_in_three_equal_shares() -> None:
    assert shares("100.00", [1, 1, 1]) == ["33.34", "33.33", "33.33"]


def test_the_odd_cent_goes_to_the_lower_department_code() -> None:
    assert shares("100.00", [1, 1, 1], ["C", "A", "B"]) == ["33.33", "33.34", "33.33"]


def test_the_odd_cent_goes_to_the_largest_remainder_first() -> None:
    # 10.00 × 1/6, 2/6, 3/6 = 1.666…, 3.333…, 5.00
    assert shares("10.00", [1, 2, 3]) == ["1.67", "3.33", "5.00"]


def test_a_negative_total_mirrors_the_positive_one() -> None:
    assert shares("-100.00", [1, 1, 1]) == ["-33.34", "-33.33", "-33.33"]


@given(
    total=st.integers(-(10**15), 10**15),
    weights=st.lists(
        st.decimals(min_value=0, max_value=10**9, places=6), min_size=1, max_size=30
    ).filter(any),
)
def test_shares_always_add_up_and_differ_by_less_than_a_cent(
    total: int, weights: list[Decimal]
) -> None:
    parts = allocate(Money(total, "USD"), weights)
    assert sum(part.amount_minor for part in parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.amount_minor - Decimal(total) * weight / sum(weights)) < 1
    assert [-part for part in parts] == allocate(Money(-total, "USD"), weights)


@pytest.mark.parametrize("weights", [[], [0], [0, 0], [1, -1], [Decimal("NaN")]])
def test_without_a_weight_there_is_nothing_to_share_by(weights: list[Decimal]) -> None:
    with pytest.raises(errors.NothingToShareBy, match=f"These {len(weights)} weights"):
        allocate(Money(100, "USD"), weights)


def test_each_weight_has_a_key() -> None:
    with pytest.raises(ValueError, match=r"^one key for each weight$"):
        allocate(Money(100, "USD"), [1, 1], ["A"])


def test_equal_remainders_of_equal_keys_go_by_place() -> None:
    assert shares("1.00", [1, 1, 1], ["A", "A", "A"]) == ["0.34", "0.33", "0.33"]


def test_weights_in_thousands_share_as_weights_do() -> None:
    # 1E+3 : 2E+3 is 1 : 2
    thousands = allocate(Money(100, "USD"), [Decimal("1E+3"), Decimal("2E+3")])
    assert [share.amount_minor for share in thousands] == [33, 67]
    # 0.1 : 0.25 is 2 : 5; 7.00 × 2/7 = 2.00
    tenths = allocate(Money(700, "USD"), [Decimal("0.1"), Decimal("0.25")])
    assert [share.amount_minor for share in tenths] == [200, 500]


THIRTY_ONE_DIGITS = 1_234_567_890_123_456_789_012_345_678_901


def test_thirty_one_digits_are_kept_to_the_last_one() -> None:
    """More than Decimal's own 28: nothing is rounded but where we round."""
    value = Decimal("12345678901234567890123456789.01")
    assert Money.from_decimal(value, "USD") == Money(THIRTY_ONE_DIGITS, "USD")
    assert Money(THIRTY_ONE_DIGITS, "USD").decimal == value
    assert round_half_away(value, 2) == THIRTY_ONE_DIGITS
    assert round_half_away(Decimal("12345678901234567890123456789.015"), 2) == (
        THIRTY_ONE_DIGITS + 1
    )
    with pytest.raises(errors.AmountTooPrecise):
        Money.from_decimal(Decimal("12345678901234567890123456789.011"), "USD")
    weights = [Decimal(THIRTY_ONE_DIGITS), Decimal(THIRTY_ONE_DIGITS + 1)]
    halves = allocate(Money(2 * THIRTY_ONE_DIGITS + 1, "USD"), weights)
    assert [half.amount_minor for half in halves] == weights


@pytest.mark.parametrize(
    ("value", "minor"),
    [
        ("0.125", 13),
        ("-0.125", -13),
        ("0.124999", 12),
        ("-0.005", -1),
        ("0.004", 0),
        ("1E20", 10**22),
    ],
)
def test_half_a_cent_rounds_away_from_zero(value: str, minor: int) -> None:
    assert round_half_away(Decimal(value), 2) == minor


def test_minor_units_are_those_of_iso_4217() -> None:
    exponents = {code: minor_exponent(code) for code in ("USD", "JPY", "KRW", "KWD", "CLF")}
    assert exponents == {"USD": 2, "JPY": 0, "KRW": 0, "KWD": 3, "CLF": 4}


@pytest.mark.parametrize("currency", ["XAU", "usd", "", "ABC"])
def test_metals_and_inventions_are_no_currency(currency: str) -> None:
    with pytest.raises(errors.CurrencyUnknown, match=f"^'{currency}' is no currency"):
        minor_exponent(currency)


def test_money_is_read_exactly_or_not_at_all() -> None:
    assert Money.from_text("1234.5", "USD") == Money(123450, "USD")
    assert str(Money.from_text("-1234.50", "USD")) == "-1,234.50 USD"
    assert str(Money.from_text("1234", "JPY")) == "1,234 JPY"
    with pytest.raises(errors.AmountTooPrecise, match=r"^0\.001 has more than the 2 .* of USD"):
        Money.from_text("0.001", "USD")
    for text in ("", "ten", "NaN", "Infinity"):
        with pytest.raises(errors.AmountUnreadable, match=f"^'{text}' is not an amount"):
            Money.from_text(text, "USD")


def test_dollars_and_won_do_not_add_up() -> None:
    assert Money(150, "USD") - Money(50, "USD") == Money(100, "USD")
    assert Money(150, "USD") + Money(50, "USD") == Money(200, "USD")
    for mixed in (operator.add, operator.sub):
        with pytest.raises(errors.CurrenciesDiffer, match=r"^USD and KRW can't be added"):
            mixed(Money(1, "USD"), Money(1, "KRW"))
