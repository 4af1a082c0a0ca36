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


def led(**facts: str) -> price_arithmetic.WorkedPrice:
    wanted = {
        "price_today": "20",
        "tonnes_today": "1000",
        "target_tonnes": "800",
        "elasticity": "-0.4",
    } | facts
    return price_arithmetic.led_by_elasticity(
        **{name: Decimal(text) for name, text in wanted.items()}, currency="USD"
    )


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        ({"price_today": "0"}, "a price of 0 today"),
        ({"price_today": "Infinity"}, "a price of Infinity today"),
        ({"tonnes_today": "0", "target_tonnes": "0"}, "0 tonnes today"),
        ({"tonnes_today": "Infinity"}, "Infinity tonnes today"),
        (
            {"target_tonnes": "Infinity", "tonnes_today": "Infinity"},
            "a target of Infinity tonnes, which has to lie between 0 and today's",
        ),
        (
            {"target_tonnes": "1000.1"},
            "a target of 1000.1 tonnes, which has to lie between 0 and today's",
        ),
        ({"target_tonnes": "-1"}, "a target of -1 tonnes, which has to lie between 0 and today's"),
        ({"elasticity": "-Infinity"}, "an elasticity of -Infinity, which has to be below zero"),
    ],
)
def test_each_number_of_a_target_has_to_be_a_possible_one(
    facts: dict[str, str], problem: str
) -> None:
    with pytest.raises(PriceArithmeticImpossible) as refused:
        led(**facts)
    assert problem in refused.value.problems


def test_the_numbers_at_the_edges_of_a_target_are_possible() -> None:
    """To nothing at −0.5 is +200 %; to where it is today nothing changes; half a dollar is one."""
    assert led(target_tonnes="0", elasticity="-0.5").price_per_tonne == 60
    stays = led(target_tonnes="1000")
    assert (stays.price_per_tonne, stays.currency) == (Decimal(20), "USD")
    assert "is +0 %; that takes a price +0 % from" in stays.explanation[1]
    assert led(price_today="0.5").price_per_tonne == Decimal("0.75")
    assert led(tonnes_today="0.5", target_tonnes="0.5").price_per_tonne == 20
    assert led(price_today="20.001").price_per_tonne == Decimal("30.01")  # up, never down
    assert (
        price_arithmetic.cost_recovery(
            budget=Decimal(1), tonnes=Decimal(3), currency="EUR"
        ).currency
        == "EUR"
    )


def cheapest(cut: str, *measures: tuple[str, str, str]) -> price_arithmetic.WorkedPrice:
    return price_arithmetic.led_by_abatement_cost(
        measures=[(name, Decimal(cost), Decimal(tonnes)) for name, cost, tonnes in measures],
        tonnes_to_cut=Decimal(cut),
        currency="USD",
    )


def test_measures_go_by_cost_and_then_by_name_not_by_size() -> None:
    worked = cheapest("3", ("large", "30", "1"), ("b", "10.001", "2"), ("a", "10.001", "1"))
    assert worked.explanation == (
        "Estimated costs, cheapest first, as whoever asks gave them.",
        "a: 1 t at 10.001 USD per tonne; 2 t left.",
        "b: 2 t at 10.001 USD per tonne; 0 t left.",
        "The last of them pays for itself at 10.01 USD per tonne.",
    )
    assert (worked.price_per_tonne, worked.currency) == (Decimal("10.01"), "USD")
    assert cheapest("0.5", ("a", "10", "1")).price_per_tonne == 10
    assert cheapest("1", ("a", "10", "1")).price_per_tonne == 10


@pytest.mark.parametrize("cut", ["0", "-1"])
def test_there_has_to_be_something_to_cut(cut: str) -> None:
    with pytest.raises(PriceArithmeticImpossible) as refused:
        cheapest(cut, ("a", "10", "1"))
    assert refused.value.problems == [f"{cut} tonnes to cut"]


@pytest.mark.parametrize(
    ("today", "then", "years", "problem"),
    [
        ("-1", "50", 2, "a price of -1 today"),
        ("Infinity", "50", 2, "a price of Infinity today"),
        ("20", "-1", 2, "a price of -1 in the end"),
        ("20", "Infinity", 2, "a price of Infinity in the end"),
        ("20", "50", 0, "0 years, which have to be 1 to 50"),
        ("20", "50", 51, "51 years, which have to be 1 to 50"),
    ],
)
def test_each_number_of_a_path_has_to_be_a_possible_one(
    today: str, then: str, years: int, problem: str
) -> None:
    with pytest.raises(PriceArithmeticImpossible) as refused:
        way(today, then, years)
    assert refused.value.problems == [problem]


def way(today: str, then: str, years: int) -> list[Decimal]:
    found = price_arithmetic.path(
        price_today=Decimal(today),
        price_then=Decimal(then),
        starts_on=JULY,
        years=years,
        currency="USD",
    )
    return [each.price_per_tonne for each in found]


def test_a_path_may_take_fifty_years_and_half_a_cent_is_rounded_up() -> None:
    assert len(way("0", "50", 50)) == 51
    assert way("0", "0.01", 2) == [0, Decimal("0.01"), Decimal("0.01")]
    assert way("0.25", "0.26", 2)[1] == Decimal("0.26")
    assert way("0.24", "0.25", 2)[1] == Decimal("0.25")  # half to even would be 0.24


@pytest.mark.parametrize(
    ("prices", "problems"),
    [
        ([], ["no prices"]),
        (["20", "-1", "Infinity"], ["a price of -1", "a price of Infinity"]),
    ],
)
def test_announced_prices_have_to_be_possible_ones(prices: list[str], problems: list[str]) -> None:
    with pytest.raises(PriceArithmeticImpossible) as refused:
        price_arithmetic.escalator(prices=[Decimal(text) for text in prices], starts_on=JULY)
    assert refused.value.problems == problems


def test_an_announced_price_may_be_nothing() -> None:
    prices = [Decimal(0), Decimal("0.5")]
    path = price_arithmetic.escalator(prices=prices, starts_on=JULY)
    assert [each.price_per_tonne for each in path] == prices


def test_what_is_shown_of_a_long_number_is_rounded_half_away_from_zero() -> None:
    worked = price_arithmetic.cost_recovery(
        budget=Decimal("0.0000025"), tonnes=Decimal(1), currency="USD"
    )
    assert "= 0.000003 …, rounded up to 0.01 USD" in worked.explanation[1]
    large = Decimal("12345678901234567890123456789012345.5")  # more digits than Decimal keeps
    worked = price_arithmetic.cost_recovery(budget=large, tonnes=Decimal(1), currency="USD")
    assert worked.price_per_tonne == large
