"""Amounts as people read them: every digit that counts, or rounded where the name says so."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ledger import amounts


@pytest.mark.parametrize(
    ("value", "shown", "changed"),
    [
        ("1234.50", "1,234.50", "+1,234.50"),
        ("-1234.5", "−1,234.5", "−1,234.5"),
        ("0.00", "0.00", "0.00"),
        ("0.5", "0.5", "+0.5"),
        ("-0.5", "−0.5", "−0.5"),
    ],
)
def test_money_has_a_minus_and_a_change_a_plus_too(value: str, shown: str, changed: str) -> None:
    assert amounts.money(Decimal(value)) == shown
    assert amounts.change(Decimal(value)) == changed
    assert amounts.money(Decimal(value), "USD") == f"{shown} USD"
    assert amounts.change(Decimal(value), "USD") == f"{changed} USD"


@pytest.mark.parametrize(
    ("value", "least_places", "shown"),
    [
        ("144960", 3, "144,960.000"),
        ("144960", 0, "144,960"),
        ("1000", 0, "1,000"),
        ("1.23456", 3, "1.23456"),
        ("1.200000", 1, "1.2"),
        ("-0.000001", 3, "−0.000001"),
    ],
)
def test_exact_keeps_every_digit_that_counts(value: str, least_places: int, shown: str) -> None:
    assert amounts.exact(Decimal(value), least_places) == shown


@pytest.mark.parametrize(
    ("minor", "exponent", "shown"),
    [
        (123456, 2, "1,234.56"),  # USD
        (-5, 2, "−0.05"),
        (1500, 0, "1,500"),  # KRW
        (1500, 3, "1.500"),  # KWD
        (15000, 4, "1.500"),  # CLF: three places, and the fourth if it counts
        (1_500_000, 6, "1.500"),  # kgCO2e: to the gram,
        (1_500_001, 6, "1.500001"),  # or to the milligram
    ],
)
def test_minor_units_in_whole_units(minor: int, exponent: int, shown: str) -> None:
    assert amounts.in_commodity(minor, exponent) == shown


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        ("0.5", 0, "1"),
        ("2.5", 0, "3"),
        ("-2.5", 0, "−3"),
        ("2.49", 0, "2"),
        ("0.125", 2, "0.13"),
        ("1234.0005", 3, "1,234.001"),
    ],
)
def test_a_glance_rounds_half_away_from_zero(value: str, places: int, shown: str) -> None:
    assert amounts.rounded(Decimal(value), places) == shown


def test_a_glance_shows_no_decimals_unless_asked() -> None:
    assert amounts.rounded(Decimal("1234.5678")) == "1,235"
