"""What a tonne of a project costs, worked by hand; and the curve that orders projects by it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from pricing.abatement_curve import Measure, curve, tonnes_below
from pricing.grant_scoring import (
    CostPerTonne,
    Promise,
    delivery,
    score,
    weighted_uncertainty,
)

# $100,000 of which the fund pays $60,000; 1,000 t a year for 10 years, ± 20 %.
PLAIN = Promise(10_000_000, 6_000_000, 0, Decimal(1000), 10, Decimal(20))


def cost(middle: str, low: str | None, high: str | None) -> CostPerTonne:
    ends = [None if text is None else Decimal(text) for text in (low, high)]
    return CostPerTonne(Decimal(middle), *ends)


def test_cost_over_promised_tonnes() -> None:
    """100,000 ÷ 10,000 = 10.00; ÷ 12,000 = 8.33; ÷ 8,000 = 12.50. The fund's 60,000: 6.00."""
    found = score(PLAIN, currency="USD")
    assert found.tonnes == 10_000
    assert found.whole == cost("10.00", "8.33", "12.50")
    assert found.fund == cost("6.00", "5.00", "7.50")
    assert found.discounted is None


def test_what_it_saves_is_taken_off() -> None:
    """(100,000 − 5,000 × 10) ÷ 10,000 = 5.00; the fund's part saves nothing."""
    found = score(replace(PLAIN, saved_per_year_minor=500_000), currency="USD")
    assert found.whole == cost("5.00", "4.17", "6.25")
    assert found.fund.middle == Decimal("6.00")


def test_a_project_that_saves_more_than_it_costs_is_below_zero() -> None:
    """−50,000 ÷ 10,000; with fewer tonnes each of them saves more."""
    found = score(replace(PLAIN, saved_per_year_minor=1_500_000), currency="USD")
    assert found.whole == cost("-5.00", "-6.25", "-4.17")


def test_discounted_by_the_capital_recovery_factor() -> None:
    """At 10 % over 10 years that factor is 0.162745, as every table of it says: 16.27 less 5.00."""
    promise = replace(PLAIN, saved_per_year_minor=500_000, uncertainty_percent=Decimal(0))
    found = score(promise, currency="USD", discount_percent=Decimal(10))
    assert found.discounted == cost("11.27", "11.27", "11.27")
    assert found.whole.middle == Decimal("5.00")


def test_a_rate_of_nothing_discounts_nothing() -> None:
    found = score(PLAIN, currency="USD", discount_percent=Decimal(0))
    assert found.discounted == found.whole


def test_a_tonne_may_cost_anything_where_all_is_uncertain() -> None:
    found = score(replace(PLAIN, uncertainty_percent=Decimal(100)), currency="USD")
    assert found.whole == cost("10.00", "5.00", None)
    saving = replace(PLAIN, uncertainty_percent=Decimal(100), saved_per_year_minor=1_500_000)
    assert score(saving, currency="USD").whole == cost("-5.00", None, "-2.50")


@pytest.mark.parametrize(
    ("currency", "minor", "expected"),
    [("USD", 1, "0.01"), ("JPY", 1, "1"), ("KWD", 1, "0.001"), ("USD", 3, "0.03")],
)
def test_rounded_once_to_the_minor_unit(currency: str, minor: int, expected: str) -> None:
    promise = Promise(minor, minor, 0, Decimal(1), 1, Decimal(0))
    assert score(promise, currency=currency).whole.middle == Decimal(expected)


@pytest.mark.parametrize(("net", "expected"), [(1, "0.01"), (-1, "-0.01")])
def test_half_a_cent_goes_away_from_zero(net: int, expected: str) -> None:
    promise = Promise(max(net, 0), 1, min(net, 0) * -1, Decimal(2), 1, Decimal(0))
    assert score(promise, currency="USD").whole.middle == Decimal(expected)


def test_delivered_beside_promised() -> None:
    """800 t of 1,000 t in a year: 80 %; 100,000 ÷ 8,000 = 12.50, ± 10 %: 11.36 to 13.89."""
    found = delivery(
        PLAIN, days=365, tonnes=Decimal(800), uncertainty_percent=Decimal(10), currency="USD"
    )
    assert (found.promised_tonnes, found.percent) == (Decimal("1000.000"), Decimal("80.0"))
    assert found.at_this_rate == cost("12.50", "11.36", "13.89")


def test_half_a_year_is_measured_against_half_a_years_promise() -> None:
    found = delivery(
        PLAIN, days=73, tonnes=Decimal(300), uncertainty_percent=Decimal(0), currency="USD"
    )
    assert (found.promised_tonnes, found.percent) == (Decimal("200.000"), Decimal("150.0"))
    assert found.at_this_rate == cost("6.67", "6.67", "6.67")


def test_nothing_delivered_has_no_price() -> None:
    found = delivery(
        PLAIN, days=365, tonnes=Decimal(0), uncertainty_percent=Decimal(0), currency="USD"
    )
    assert (found.percent, found.at_this_rate) == (Decimal("0.0"), None)


def test_uncertainty_of_a_sum_is_weighted_by_tonnes() -> None:
    assert weighted_uncertainty([(Decimal(300), Decimal(10)), (Decimal(100), Decimal(30))]) == 15
    assert weighted_uncertainty([(Decimal(0), Decimal(30))]) == 0
    assert weighted_uncertainty([]) == 0


def measure(key: int, price: str, tonnes: str) -> Measure:
    return Measure(key, f"P{key}", Decimal(price), Decimal(tonnes))


def test_the_curve_goes_from_cheap_to_dear_and_its_tonnes_add_up() -> None:
    steps = curve(
        [measure(1, "40", "10"), measure(2, "-5", "100.5"), measure(4, "12", "0"),
         measure(3, "40", "7"), measure(5, "12.5", "20")]
    )  # fmt: skip
    assert [(s.measure.key, s.from_tonnes, s.to_tonnes) for s in steps] == [
        (2, Decimal(0), Decimal("100.5")),
        (5, Decimal("100.5"), Decimal("120.5")),
        (1, Decimal("120.5"), Decimal("130.5")),
        (3, Decimal("130.5"), Decimal("137.5")),
    ]
    assert tonnes_below(steps, Decimal("12.5")) == Decimal("120.5")
    assert tonnes_below(steps, Decimal("-6")) == 0
    assert curve([]) == ()
