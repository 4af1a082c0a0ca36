"""A price by cost recovery, led by a target, and announced as a path of yearly prices."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing import price_arithmetic
from pricing.errors import PriceArithmeticImpossible

JULY = date(2026, 7, 1)


def test_cost_recovery_is_budget_over_tonnes_rounded_up() -> None:
    """$10,000,000 ÷ 671,094 t = $14.90104…, so $14.91: the fund is never short."""
    worked = price_arithmetic.cost_recovery(
        budget=Decimal(10_000_000), tonnes=Decimal(671_094), currency="USD"
    )
    assert worked.price_per_tonne == Decimal("14.91")
    assert worked.explanation == (
        "The fund is to spend 10,000,000 USD; 671,094 t will be charged.",
        "10,000,000 ÷ 671,094 t = 14.901042 …, rounded up to 14.91 USD per tonne.",
        "At that price 671,094 t bring in 10,006,011.54 USD, 6,011.54 more than the budget.",
    )


def test_an_exact_price_is_not_rounded() -> None:
    worked = price_arithmetic.cost_recovery(
        budget=Decimal(3000), tonnes=Decimal(200), currency="KRW"
    )
    assert worked.price_per_tonne == 15


@given(
    st.decimals(0, 10**9, places=2, allow_nan=False),
    st.decimals("0.001", 10**7, places=3, allow_nan=False),
)
def test_the_fund_is_never_short_nor_over_by_a_cent_a_tonne(
    budget: Decimal, tonnes: Decimal
) -> None:
    price = price_arithmetic.cost_recovery(
        budget=budget, tonnes=tonnes, currency="USD"
    ).price_per_tonne
    assert budget <= price * tonnes < budget + tonnes * Decimal("0.01")


def test_all_problems_are_named_at_once() -> None:
    with pytest.raises(PriceArithmeticImpossible) as refused:
        price_arithmetic.cost_recovery(budget=Decimal(-1), tonnes=Decimal(0), currency="USD")
    assert refused.value.problems == ["a budget of -1 USD", "0 tonnes to share it"]


def test_a_target_by_an_assumed_elasticity_says_that_it_is_assumed() -> None:
    """−20 % at an elasticity of −0.4 is +50 % on $20."""
    worked = price_arithmetic.led_by_elasticity(
        price_today=Decimal(20),
        tonnes_today=Decimal(1000),
        target_tonnes=Decimal(800),
        elasticity=Decimal("-0.4"),
        currency="USD",
    )
    assert worked.price_per_tonne == Decimal("30.00")
    assert worked.explanation == (
        "Assumed, not measured: 1 % more price changes emissions by -0.4 %.",
        "From 1,000 t to 800 t is -20 %; that takes a price +50 % from today's.",
        "20 × (1 + 0.5) = 30, rounded up to 30.00 USD per tonne.",
    )


@pytest.mark.parametrize("elasticity", ["0", "0.4", "NaN"])
def test_tonnes_that_rise_with_the_price_are_refused(elasticity: str) -> None:
    with pytest.raises(PriceArithmeticImpossible, match="below zero"):
        price_arithmetic.led_by_elasticity(
            price_today=Decimal(20),
            tonnes_today=Decimal(1000),
            target_tonnes=Decimal(800),
            elasticity=Decimal(elasticity),
            currency="USD",
        )


def test_a_target_by_abatement_cost_is_the_last_measure_needed() -> None:
    measures = [
        ("heat pumps", Decimal(60), Decimal(500)),
        ("lights", Decimal("12.5"), Decimal(300)),
        ("trains", Decimal(35), Decimal(400)),
    ]
    worked = price_arithmetic.led_by_abatement_cost(
        measures=measures, tonnes_to_cut=Decimal(600), currency="USD"
    )
    assert worked.price_per_tonne == Decimal("35.00")
    assert worked.explanation[1:] == (
        "lights: 300 t at 12.5 USD per tonne; 300 t left.",
        "trains: 300 t at 35 USD per tonne; 0 t left.",
        "The last of them pays for itself at 35.00 USD per tonne.",
    )
    with pytest.raises(PriceArithmeticImpossible, match=r"cut 1,200 t of 1,201 t"):
        price_arithmetic.led_by_abatement_cost(
            measures=measures, tonnes_to_cut=Decimal(1201), currency="USD"
        )


def test_a_path_rises_in_equal_yearly_steps() -> None:
    path = price_arithmetic.path(
        price_today=Decimal(20), price_then=Decimal(50), starts_on=JULY, years=2, currency="USD"
    )
    assert [(p.price_per_tonne, p.starts_on, p.ends_before) for p in path] == [
        (Decimal("20.00"), JULY, date(2027, 7, 1)),
        (Decimal("35.00"), date(2027, 7, 1), date(2028, 7, 1)),
        (Decimal("50.00"), date(2028, 7, 1), None),
    ]


def test_an_escalator_is_announced_as_it_is() -> None:
    prices = [Decimal(20), Decimal(35), Decimal(50)]
    path = price_arithmetic.escalator(prices=prices, starts_on=date(2028, 2, 29))
    assert [p.price_per_tonne for p in path] == prices
    assert [p.starts_on for p in path] == [date(2028, 2, 29), date(2029, 3, 1), date(2030, 3, 1)]


@given(
    st.decimals(0, 1000, places=2, allow_nan=False),
    st.decimals(0, 1000, places=2, allow_nan=False),
    st.integers(1, 50),
)
def test_a_path_begins_and_ends_where_it_should_without_gaps(
    today: Decimal, then: Decimal, years: int
) -> None:
    path = price_arithmetic.path(
        price_today=today, price_then=then, starts_on=JULY, years=years, currency="USD"
    )
    assert (path[0].price_per_tonne, path[-1].price_per_tonne) == (today, then)
    assert [p.ends_before for p in path[:-1]] == [p.starts_on for p in path[1:]]
    steps = [b.price_per_tonne - a.price_per_tonne for a, b in pairwise(path)]
    assert max(steps) - min(steps) <= Decimal("0.01")


@pytest.mark.parametrize("years", [0, 51])
def test_a_path_of_no_years_or_of_too_many_is_refused(years: int) -> None:
    with pytest.raises(PriceArithmeticImpossible, match=f"{years} years"):
        price_arithmetic.path(
            price_today=Decimal(1),
            price_then=Decimal(2),
            starts_on=JULY,
            years=years,
            currency="USD",
        )


def test_an_escalator_without_prices_is_refused() -> None:
    with pytest.raises(PriceArithmeticImpossible, match="no prices"):
        price_arithmetic.escalator(prices=[], starts_on=JULY)
