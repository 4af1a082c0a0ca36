"""Calculates. A price per tonne by cost recovery or led by a target, and a path of prices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from pricing.charging import plain
from pricing.errors import PriceArithmeticImpossible
from pricing.money import EXACT, minor_exponent


@dataclass(frozen=True, slots=True)
class WorkedPrice:
    """A price per tonne in whole units of a currency, and the arithmetic in sentences."""

    price_per_tonne: Decimal
    currency: str
    explanation: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DatedPrice:
    """A price per tonne in force from a day until before another; None: until further notice."""

    price_per_tonne: Decimal
    starts_on: date
    ends_before: date | None


def cost_recovery(*, budget: Decimal, tonnes: Decimal, currency: str) -> WorkedPrice:
    """The price at which so many tonnes bring in what the fund is to spend: budget ÷ tonnes.

    Rounded up to the currency's minor unit, so that the fund is never short by rounding.

    Raises: PriceArithmeticImpossible, CurrencyUnknown.
    """
    _refuse(
        (not budget.is_finite() or budget < 0, f"a budget of {budget} {currency}"),
        (not tonnes.is_finite() or tonnes <= 0, f"{tonnes} tonnes to share it"),
    )
    exact = EXACT.divide(budget, tonnes)
    price = _to_minor(exact, currency, ROUND_CEILING)
    brings_in = EXACT.multiply(price, tonnes)
    return WorkedPrice(
        price,
        currency,
        (
            f"The fund is to spend {plain(budget)} {currency}; {plain(tonnes)} t will be charged.",
            f"{plain(budget)} ÷ {plain(tonnes)} t = {_shown(exact)}, rounded up to {price} "
            f"{currency} per tonne.",
            f"At that price {plain(tonnes)} t bring in {plain(brings_in)} {currency}, "
            f"{plain(brings_in - budget)} more than the budget.",
        ),
    )


def led_by_elasticity(
    *,
    price_today: Decimal,
    tonnes_today: Decimal,
    target_tonnes: Decimal,
    elasticity: Decimal,
    currency: str,
) -> WorkedPrice:
    """The price at which emissions fall to a target, if they answer the price as is assumed.

    `elasticity` is an assumption of whoever asks, not a measurement, and the answer says so: by how
    many per cent tonnes change when the price rises by one, below zero. Linear in the first step:
    price × (1 + (target ÷ today − 1) ÷ elasticity), rounded up to the minor unit.

    Raises: PriceArithmeticImpossible, CurrencyUnknown.
    """
    _refuse(
        (not price_today.is_finite() or price_today <= 0, f"a price of {price_today} today"),
        (not tonnes_today.is_finite() or tonnes_today <= 0, f"{tonnes_today} tonnes today"),
        (
            not (target_tonnes.is_finite() and 0 <= target_tonnes <= tonnes_today),
            f"a target of {target_tonnes} tonnes, which has to lie between 0 and today's",
        ),
        (
            not elasticity.is_finite() or elasticity >= 0,
            f"an elasticity of {elasticity}, which has to be below zero",
        ),
    )
    change = EXACT.divide(target_tonnes, tonnes_today) - 1
    rise = EXACT.divide(change, elasticity)
    exact = EXACT.multiply(price_today, 1 + rise)
    price = _to_minor(exact, currency, ROUND_CEILING)
    return WorkedPrice(
        price,
        currency,
        (
            f"Assumed, not measured: 1 % more price changes emissions by {plain(elasticity)} %.",
            f"From {plain(tonnes_today)} t to {plain(target_tonnes)} t is {_percent(change)}; that "
            f"takes a price {_percent(rise)} from today's.",
            f"{plain(price_today)} × (1 + {_shown(rise)}) = {_shown(exact)}, rounded up to {price} "
            f"{currency} per tonne.",
        ),
    )


def led_by_abatement_cost(
    *, measures: Sequence[tuple[str, Decimal, Decimal]], tonnes_to_cut: Decimal, currency: str
) -> WorkedPrice:
    """The price at which enough measures pay for themselves: the last one's cost per tonne.

    `measures` are (name, cost per tonne, tonnes it cuts), as whoever asks estimates them.

    Raises: PriceArithmeticImpossible, also if all of them together cut too little.
    """
    within = sum((cut for _, _, cut in measures), Decimal(0))
    _refuse(
        (tonnes_to_cut <= 0, f"{tonnes_to_cut} tonnes to cut"),
        (
            within < tonnes_to_cut,
            f"measures that cut {plain(within)} t of {plain(tonnes_to_cut)} t",
        ),
    )
    left, steps = tonnes_to_cut, []
    for name, cost, cut in sorted(measures, key=lambda measure: (measure[1], measure[0])):
        used = min(cut, left)
        left -= used
        steps.append(
            f"{name}: {plain(used)} t at {plain(cost)} {currency} per tonne; {plain(left)} t left."
        )
        if not left:
            break
    price = _to_minor(cost, currency, ROUND_CEILING)
    steps.append(f"The last of them pays for itself at {price} {currency} per tonne.")
    return WorkedPrice(
        price, currency, ("Estimated costs, cheapest first, as whoever asks gave them.", *steps)
    )


def path(
    *, price_today: Decimal, price_then: Decimal, starts_on: date, years: int, currency: str
) -> list[DatedPrice]:
    """Equal yearly steps from today's price to a target year's: 20 → 50 in 2 years is 20, 35, 50.

    The first is in force from `starts_on`, each next one a year later, the last until further
    notice. Each is rounded to the minor unit, half away from zero.

    Raises: PriceArithmeticImpossible, CurrencyUnknown.
    """
    _refuse(
        (not price_today.is_finite() or price_today < 0, f"a price of {price_today} today"),
        (not price_then.is_finite() or price_then < 0, f"a price of {price_then} in the end"),
        (not 1 <= years <= 50, f"{years} years, which have to be 1 to 50"),
    )
    step = EXACT.divide(price_then - price_today, Decimal(years))
    prices = [
        _to_minor(EXACT.add(price_today, EXACT.multiply(step, Decimal(n))), currency, ROUND_HALF_UP)
        for n in range(years + 1)
    ]
    return _dated(prices, starts_on)


def escalator(*, prices: Sequence[Decimal], starts_on: date) -> list[DatedPrice]:
    """Announced prices as a dated path, one a year: $20 → $35 → $50.

    Raises: PriceArithmeticImpossible.
    """
    _refuse(
        (not prices, "no prices"),
        *((not price.is_finite() or price < 0, f"a price of {price}") for price in prices),
    )
    return _dated(prices, starts_on)


def _dated(prices: Sequence[Decimal], starts_on: date) -> list[DatedPrice]:
    days = [_years_later(starts_on, n) for n in range(len(prices))]
    ends: list[date | None] = [*days[1:], None]
    return [DatedPrice(*row) for row in zip(prices, days, ends, strict=True)]


def _years_later(day: date, years: int) -> date:
    """The same day of another year; 29 February becomes 1 March where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _to_minor(value: Decimal, currency: str, rounding: str) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-minor_exponent(currency)), rounding, context=EXACT)


def _shown(value: Decimal) -> str:
    """At most six decimal places for people; the arithmetic itself keeps all of them."""
    rounded = value.quantize(Decimal("0.000001"), ROUND_HALF_UP, context=EXACT)
    rounded = EXACT.add(rounded, Decimal(0))  # no zero below zero
    return plain(rounded) + ("" if rounded == value else " …")


def _percent(ratio: Decimal) -> str:
    return f"{_shown(ratio * 100)} %" if ratio < 0 else f"+{_shown(ratio * 100)} %"


def _refuse(*problems: tuple[bool, str]) -> None:
    found = [words for is_wrong, words in problems if is_wrong]
    if found:
        raise PriceArithmeticImpossible(found)
