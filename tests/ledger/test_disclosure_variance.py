"""Whether a price differs from place to place or over time is read from prices and their days."""

from __future__ import annotations

from datetime import date

from ledger.disclosure.facts import PricedPeriod
from ledger.disclosure.variance import spatial_variance, temporal_variance
from tests.ledger.disclosing import FY24, charged_in, lines, price, scheme

START, JULY, NEXT = date(2023, 1, 1), date(2024, 7, 1), date(2025, 1, 1)
TRAVEL = (0, 3, 6, "")


def test_one_price_for_everything_since_ever_is_uniform_and_static() -> None:
    fee = scheme(lines("10"), prices=(price(1, "15", START),), history=(charged_in(START, 1),))
    assert spatial_variance(fee, FY24)[0] == "uniform"
    assert temporal_variance(fee, FY24)[0] == "static"


def test_two_prices_on_one_day_are_differentiated() -> None:
    fee = scheme(
        lines("10"),
        lines("5", 3, 6, price=(2, "100")),
        prices=(price(1, "15", START), price(2, "100", START, key=TRAVEL)),
    )
    word, why = spatial_variance(fee, FY24)
    assert word == "differentiated"
    assert why == ("15 and 100 USD per tCO2e were both in force on 2024-01-01 and charged in FY24.")
    assert temporal_variance(fee, FY24)[0] == "static"


def test_two_prices_one_after_the_other_are_uniform_and_evolutionary() -> None:
    fee = scheme(
        lines("10"),
        lines("10", price=(2, "20")),
        prices=(price(1, "15", START, JULY), price(2, "20", JULY)),
    )
    assert spatial_variance(fee, FY24)[0] == "uniform"
    word, why = temporal_variance(fee, FY24)
    assert (word, why) == (
        "evolutionary",
        "15 USD per tCO2e is followed by 20 from 2024-07-01.",
    )


def test_a_price_that_nothing_was_charged_at_makes_no_difference() -> None:
    unused = price(2, "100", START, key=(0, 1, 0, "KR"))
    fee = scheme(lines("10"), prices=(price(1, "15", START), unused))
    assert spatial_variance(fee, FY24)[0] == "uniform"


def test_two_prices_of_the_same_amount_are_uniform_and_static() -> None:
    fee = scheme(
        lines("10"),
        lines("5", 3, 6, price=(2, "15")),
        prices=(
            price(1, "15", START, JULY),
            price(3, "15", JULY),
            price(2, "15", START, key=TRAVEL),
        ),
    )
    assert spatial_variance(fee, FY24)[0] == "uniform"
    assert temporal_variance(fee, FY24)[0] == "static"


def test_an_announced_price_is_a_change_over_time() -> None:
    fee = scheme(lines("10"), prices=(price(1, "15", START, NEXT), price(2, "40", NEXT)))
    assert temporal_variance(fee, FY24)[0] == "evolutionary"


def test_a_price_that_took_the_default_ones_place_is_a_change_over_time() -> None:
    """Travel was charged at the default of 15 in 2023, and at its own 100 since 2024."""
    prices = (price(1, "15", START), price(2, "100", date(2024, 1, 1), key=TRAVEL))
    history = (PricedPeriod(START, 3, 6, 1), PricedPeriod(date(2024, 1, 1), 3, 6, 2))
    fee = scheme(lines("10"), prices=prices, history=history)
    word, why = temporal_variance(fee, FY24)
    assert word == "evolutionary"
    assert why == (
        "Scope 3 category 6 was charged 15 USD per tCO2e in the period from 2023-01-01, and 100 "
        "from 2024-01-01."
    )
    # A department's own price that was in force all the time came up only later: no change.
    always = (price(1, "15", START), price(2, "100", START, key=(7, 0, 0, "")))
    assert temporal_variance(scheme(prices=always, history=history), FY24)[0] == "static"
    # Other places don't count for one another.
    apart = (PricedPeriod(START, 1, None, 1), PricedPeriod(date(2024, 1, 1), 3, 6, 2))
    assert temporal_variance(scheme(prices=prices, history=apart), FY24)[0] == "static"
