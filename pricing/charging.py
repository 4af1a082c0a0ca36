"""Calculates. Emissions × price → a charge that explains itself."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from pricing.money import EXACT, Money, minor_exponent, round_half_away

KG_PER_TONNE_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Charge:
    """What a line adds, in minor units, and the arithmetic in sentences."""

    amount_minor: int
    currency: str
    explanation: tuple[str, ...]

    @property
    def amount(self) -> Money:
        """The same as money."""
        return Money(self.amount_minor, self.currency)


def charge(
    *,
    kgco2e: Decimal,
    price_per_tonne: Decimal,
    currency: str,
    kgco2e_before: Decimal = Decimal(0),
    amount_before_minor: int = 0,
) -> Charge:
    """What tonnes cost, when tonnes of the same key were charged before.

    Returns: round(all tonnes so far × price) − amount charged so far, rounded once, half away from
             zero, to the currency's minor unit; so no number of steps ever drifts from the whole.
    Raises:  CurrencyUnknown.
    """
    so_far = EXACT.add(kgco2e_before, kgco2e)
    exact = EXACT.multiply(so_far, price_per_tonne).scaleb(-KG_PER_TONNE_DIGITS, context=EXACT)
    rounded = Money(round_half_away(exact, minor_exponent(currency)), currency)
    before = Money(amount_before_minor, currency)
    steps = [_step(so_far, price_per_tonne, exact, rounded)]
    if kgco2e_before or amount_before_minor:
        steps.insert(0, f"{plain(kgco2e_before)} kg before + {plain(kgco2e)} kg now")
        steps.append(f"{rounded} − {before} charged before = {rounded - before}")
    return Charge((rounded - before).amount_minor, currency, tuple(steps))


def _step(kgco2e: Decimal, price_per_tonne: Decimal, exact: Decimal, rounded: Money) -> str:
    product = f"{plain(kgco2e)} kg ÷ 1,000 × {plain(price_per_tonne)} {rounded.currency} per tonne"
    if exact == rounded.decimal:
        return f"{product} = {rounded}"
    return f"{product} = {plain(exact)}, rounded to {rounded}"


def plain(value: Decimal) -> str:
    """A number for people: grouped, without idle zeros: 144960000.000000 → 144,960,000."""
    shown = f"{value:,f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown
