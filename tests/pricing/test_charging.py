"""A charge is tonnes × price, rounded once; however often it is added to, it never drifts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.charging import charge, plain
from pricing.incentives import earn
from pricing.mechanisms import moves_money
from pricing.money import Money, round_half_away


@pytest.mark.parametrize(
    ("tonnes", "price", "fee"),
    [
        (144_960, "15", "2174400.00"),  # Scope 1
        (393_134, "15", "5897010.00"),  # Scope 2, market-based
        (133_000, "100", "13300000.00"),  # business travel
        (8_077_403, "15", "121161045.00"),  # Scope 2 on the location basis
    ],
)
def test_microsoft_fy23(tonnes: int, price: str, fee: str) -> None:
    """Source: Microsoft, 2024 Environmental Data Fact Sheet, FY23; fee of July 2022."""
    charged = charge(kgco2e=Decimal(tonnes * 1000), price_per_tonne=Decimal(price), currency="USD")
    assert charged.amount == Money.from_text(fee, "USD")


@pytest.mark.parametrize(
    ("before", "after", "difference"),
    [(228_194, 456_119, "3418875.00"), (163_935, 429_405, "3982050.00")],
)
def test_microsofts_restatements_charge_only_the_difference(
    before: int, after: int, difference: str
) -> None:
    """Source: Microsoft's restated market-based Scope 2 of FY20 and FY21, at $15."""
    charged = charge(
        kgco2e=Decimal((after - before) * 1000),
        price_per_tonne=Decimal(15),
        currency="USD",
        kgco2e_before=Decimal(before * 1000),
        amount_before_minor=before * 1500,
    )
    assert charged.amount == Money.from_text(difference, "USD")


def test_a_charge_shows_its_arithmetic() -> None:
    first = charge(kgco2e=Decimal("333.333"), price_per_tonne=Decimal(15), currency="USD")
    assert first.explanation == (
        "333.333 kg ÷ 1,000 × 15 USD per tonne = 4.999995, rounded to 5.00 USD",
    )
    second = charge(
        kgco2e=Decimal("0.333"),
        price_per_tonne=Decimal(15),
        currency="USD",
        kgco2e_before=Decimal("333.333"),
        amount_before_minor=first.amount_minor,
    )
    assert second.explanation == (
        "333.333 kg before + 0.333 kg now",
        "333.666 kg ÷ 1,000 × 15 USD per tonne = 5.00499, rounded to 5.00 USD",
        "5.00 USD − 5.00 USD charged before = 0.00 USD",
    )
    assert second.amount_minor == 0


def test_tonnes_that_cost_nothing_yet_are_shown_as_those_before() -> None:
    """0.3 kg at $15 are 0.0045 and cost nothing; 0.3 kg more are 0.009 together: one cent."""
    second = charge(
        kgco2e=Decimal("0.3"),
        price_per_tonne=Decimal(15),
        currency="USD",
        kgco2e_before=Decimal("0.3"),
    )
    assert second.explanation == (
        "0.3 kg before + 0.3 kg now",
        "0.6 kg ÷ 1,000 × 15 USD per tonne = 0.009, rounded to 0.01 USD",
        "0.01 USD − 0.00 USD charged before = 0.01 USD",
    )


def test_no_digit_is_lost_on_the_way_to_the_cent() -> None:
    """Of these 33 digits Decimal by itself keeps 28: 10^30 + 9.99 kg at 1 KWD, 1,000 fils, a tonne
    are 10^30 + 9.99 fils."""
    kgco2e = Decimal("1" + 29 * "0" + "9.99")
    charged = charge(kgco2e=kgco2e, price_per_tonne=Decimal(1), currency="KWD")
    assert charged.amount_minor == 10**30 + 10


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("144960000.000000", "144,960,000"),
        ("100", "100"),
        ("100.0", "100"),
        ("0.500", "0.5"),
        ("-1234.50", "-1,234.5"),
        ("0.000", "0"),
    ],
)
def test_numbers_are_plain_without_idle_zeros(value: str, shown: str) -> None:
    assert plain(Decimal(value)) == shown


quantities = st.lists(
    st.decimals(min_value=-(10**9), max_value=10**9, places=6), min_size=1, max_size=20
)
prices = st.decimals(min_value=0, max_value=10**6, places=6)


@given(parts=quantities, price=prices, currency=st.sampled_from(["USD", "KRW", "KWD"]))
def test_any_split_over_settlements_sums_to_the_whole_rounded_once(
    parts: list[Decimal], price: Decimal, currency: str
) -> None:
    so_far, paid = Decimal(0), 0
    for part in parts:
        added = charge(
            kgco2e=part,
            price_per_tonne=price,
            currency=currency,
            kgco2e_before=so_far,
            amount_before_minor=paid,
        )
        so_far, paid = so_far + part, paid + added.amount_minor
    exponent = {"USD": 2, "KRW": 0, "KWD": 3}[currency]
    assert paid == round_half_away(sum(parts) * price / 1000, exponent)


def test_a_reversed_removal_takes_back_every_cent() -> None:
    planted = earn(kgco2e=Decimal("1234.567"), rate_per_tonne=Decimal(40), currency="USD")
    assert planted.amount == Money.from_text("49.38", "USD")
    burnt = earn(
        kgco2e=Decimal("-1234.567"),
        rate_per_tonne=Decimal(40),
        currency="USD",
        kgco2e_before=Decimal("1234.567"),
        amount_before_minor=planted.amount_minor,
    )
    assert burnt.amount == -planted.amount


def test_only_a_fee_moves_money() -> None:
    assert moves_money("fee", "charge")
    assert moves_money("fee", "incentive")
    assert not moves_money("fee", "recorded")
    assert not moves_money("showback", "charge")
