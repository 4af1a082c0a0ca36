"""Calculates. What a tonne costs that a project promises or delivers, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from pricing.money import minor_exponent

DAYS_A_YEAR = 365


@dataclass(frozen=True, slots=True)
class Promise:
    """What a project costs and promises; money in minor units, tonnes of CO2e."""

    cost_minor: int
    asked_minor: int
    saved_per_year_minor: int
    tonnes_per_year: Decimal
    lifetime_years: int
    uncertainty_percent: Decimal

    @property
    def tonnes(self) -> Decimal:
        """Over the whole lifetime."""
        return self.tonnes_per_year * self.lifetime_years


@dataclass(frozen=True, slots=True)
class CostPerTonne:
    """In whole units of the currency per tCO2e, rounded once to its minor unit.

    `low` and `high` are those of the most and the fewest tonnes that the uncertainty allows, or the
    other way round where a project saves more than it costs. An uncertainty of 100 % leaves one of
    them open: None.
    """

    middle: Decimal
    low: Decimal | None
    high: Decimal | None


@dataclass(frozen=True, slots=True)
class Score:
    """What a project asks for a tonne: `whole` its net cost, `fund` what the fund pays of it.

    `discounted` is the net cost with money and tonnes at their present value, given a rate.
    """

    tonnes: Decimal
    whole: CostPerTonne
    fund: CostPerTonne
    discounted: CostPerTonne | None


def score(promise: Promise, *, currency: str, discount_percent: Decimal | None = None) -> Score:
    """What a promised tonne costs.

    whole = (cost − saved a year × lifetime) ÷ (tonnes a year × lifetime); fund = asked ÷ the same
    tonnes. Discounted, each year's savings and tonnes count at its end: ÷ (1 + rate)^year, and the
    cost counts on the first day. Exact until rounded, once, half away from zero.

    Raises: CurrencyUnknown.
    """
    exponent = minor_exponent(currency)
    tonnes = Fraction(promise.tonnes)
    net = Fraction(promise.cost_minor - promise.saved_per_year_minor * promise.lifetime_years)
    spread = Fraction(promise.uncertainty_percent) / 100
    discounted = None
    if discount_percent is not None:
        years = _annuity(discount_percent, promise.lifetime_years)
        discounted = _per_tonne(
            promise.cost_minor - promise.saved_per_year_minor * years,
            Fraction(promise.tonnes_per_year) * years,
            spread,
            exponent,
        )
    return Score(
        tonnes=promise.tonnes,
        whole=_per_tonne(net, tonnes, spread, exponent),
        fund=_per_tonne(Fraction(promise.asked_minor), tonnes, spread, exponent),
        discounted=discounted,
    )


@dataclass(frozen=True, slots=True)
class Delivery:
    """What was measured, beside what was promised for the same days.

    `at_this_rate` is what the tonne costs if the project goes on as measured; None if it delivered
    nothing, so that no tonne has a price.
    """

    days: int
    promised_tonnes: Decimal
    tonnes: Decimal
    percent: Decimal
    at_this_rate: CostPerTonne | None


def delivery(
    promise: Promise,
    *,
    days: int,
    tonnes: Decimal,
    uncertainty_percent: Decimal,
    currency: str,
) -> Delivery:
    """Delivered against promised over so many measured days, of years of 365 days.

    The cost of a tonne is the whole net cost ÷ (lifetime tonnes × delivered ÷ promised).

    Raises: CurrencyUnknown; ZeroDivisionError, for no day.
    """
    promised = Fraction(promise.tonnes_per_year) * days / DAYS_A_YEAR
    ratio = Fraction(tonnes) / promised
    net = Fraction(promise.cost_minor - promise.saved_per_year_minor * promise.lifetime_years)
    at_this_rate = None
    if ratio:
        at_this_rate = _per_tonne(
            net,
            Fraction(promise.tonnes) * ratio,
            Fraction(uncertainty_percent) / 100,
            minor_exponent(currency),
        )
    return Delivery(
        days=days,
        promised_tonnes=_rounded(promised, 3),
        tonnes=tonnes,
        percent=_rounded(ratio * 100, 1),
        at_this_rate=at_this_rate,
    )


def weighted_uncertainty(parts: list[tuple[Decimal, Decimal]]) -> Decimal:
    """Of (tonnes, ± percent): percent of their sum, as if all erred alike, so never too small."""
    whole = sum((tonnes for tonnes, _ in parts), Decimal(0))
    if not whole:
        return Decimal(0)
    erring = sum((Fraction(tonnes) * Fraction(percent) for tonnes, percent in parts), Fraction(0))
    return _rounded(erring / Fraction(whole), 3)


def _annuity(discount_percent: Decimal, years: int) -> Fraction:
    """What 1 at the end of each year is worth on the first day."""
    factor = 1 / (1 + Fraction(discount_percent) / 100)
    return sum((factor**year for year in range(1, years + 1)), Fraction(0))


def _per_tonne(net: Fraction, tonnes: Fraction, spread: Fraction, exponent: int) -> CostPerTonne:
    """`net` in minor units."""
    cost = net / 10**exponent
    ends = [
        _rounded(cost / (tonnes * share), exponent) if share else None
        for share in (1 + spread, 1 - spread)
    ]
    low, high = ends if net >= 0 else reversed(ends)
    return CostPerTonne(_rounded(cost / tonnes, exponent), low, high)


def _rounded(value: Fraction, places: int) -> Decimal:
    """Half away from zero."""
    scaled = abs(value) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(-whole if value < 0 else whole).scaleb(-places)
