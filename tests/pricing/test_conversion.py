"""Converted entries balance, and no line is a whole minor unit away from its exact amount."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from pricing.conversion import converted
from pricing.money import EXACT


def of(*amounts: str, rate: str, exponent: int = 2) -> list[str]:
    found = converted([Decimal(each) for each in amounts], rate=Decimal(rate), exponent=exponent)
    return [f"{each:f}" for each in found]


def test_the_example_of_the_method() -> None:
    """docs/method.md: three debits of 10.00 USD and a credit of 30.00 USD at 0.9125 EUR.

    9.125 is 9.13 three times, 27.39 together; 27.375 is 27.38. A cent is taken from the first.
    """
    assert of("10", "10", "10", "-30", rate="0.9125") == ["9.12", "9.13", "9.13", "-27.38"]


def test_what_needs_no_rounding_is_the_product() -> None:
    assert of("1500.00", "-1500.00", rate="0.9") == ["1350.00", "-1350.00"]
    assert of("1500.00", "-1500.00", rate="149.2", exponent=0) == ["223800", "-223800"]
    assert of("1.00", "-1.00", rate="0.3073456789", exponent=3) == ["0.307", "-0.307"]
    assert of(rate="0.9") == []


def test_too_little_is_given_to_the_line_that_lost_most() -> None:
    """1.3, 1.4 and 1.3 cents are 1 each, one less than the 4 of the other side: 1.4 lost most."""
    assert of("0.013", "0.014", "0.013", "-0.04", rate="1") == ["0.01", "0.02", "0.01", "-0.04"]


def test_too_much_is_taken_from_the_line_that_gained_most() -> None:
    """1.8 and 1.6 cents are 2 each, one more than the 3 of the other side: 1.6 gained most."""
    assert of("0.018", "0.016", "-0.03", rate="1") == ["0.02", "0.01", "-0.03"]


def test_what_does_not_balance_comes_to_its_rounded_sum() -> None:
    """1.4 and 1.4 cents are 2.8, so 3 together; -1.4 and -1.4 are -3."""
    assert of("0.014", "0.014", rate="1") == ["0.02", "0.01"]
    assert of("-0.014", "-0.014", rate="1") == ["-0.02", "-0.01"]
    assert of("0.016", "0.016", rate="1") == ["0.01", "0.02"]


def test_more_digits_than_decimal_keeps_by_itself_are_kept() -> None:
    """Less than half a cent, though only in the 33rd digit."""
    rate = "0.00" + "4" + 30 * "9"
    assert of("1", "-1", rate=rate) == ["0.00", "0.00"]
    many = "123456789012345678901234567890.12"
    assert of(many, f"-{many}", rate="1") == [many, f"-{many}"]


def test_sides_are_treated_alike() -> None:
    """Half away from zero is the same on both sides."""
    plus = converted([Decimal("0.125"), Decimal("-0.125")], rate=Decimal(1), exponent=2)
    assert plus == [Decimal("0.13"), Decimal("-0.13")]


cents = st.integers(-(10**15), 10**15).map(lambda minor: Decimal(minor).scaleb(-2))
rates = st.integers(1, 10**14).map(lambda digits: Decimal(digits).scaleb(-10))


@given(st.lists(cents, max_size=30), rates, st.sampled_from([0, 2, 3]))
def test_an_entry_balances_in_the_other_currency_too(
    amounts: list[Decimal], rate: Decimal, exponent: int
) -> None:
    entry = [*amounts, -sum(amounts, start=Decimal(0))]
    found = converted(entry, rate=rate, exponent=exponent)
    assert sum(found) == 0
    unit = Decimal(1).scaleb(-exponent)
    for before, after in zip(entry, found, strict=True):
        assert after % unit == 0
        assert abs(EXACT.subtract(after, EXACT.multiply(before, rate))) < unit
