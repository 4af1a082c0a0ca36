"""Calculates. What a verified absorbed tonne earns, and one that was never emitted."""

from __future__ import annotations

from decimal import Decimal

from pricing.charging import Charge, charge, plain
from pricing.money import EXACT


def earn(
    *,
    kgco2e: Decimal,
    rate_per_tonne: Decimal,
    currency: str,
    kgco2e_before: Decimal = Decimal(0),
    amount_before_minor: int = 0,
) -> Charge:
    """What verified absorption earns, positive; with the rounding of a charge.

    A reversal (fire, felling) is negative absorption and claws the incentive back to the cent.

    Returns: round(all absorbed so far × rate) − amount earned so far.
    Raises:  CurrencyUnknown.
    """
    return charge(
        kgco2e=kgco2e,
        price_per_tonne=rate_per_tonne,
        currency=currency,
        kgco2e_before=kgco2e_before,
        amount_before_minor=amount_before_minor,
    )


def earn_below(
    *, baseline_kgco2e: Decimal, emissions_kgco2e: Decimal, rate_per_tonne: Decimal, currency: str
) -> Charge:
    """What staying below a baseline earns so far: nothing for who is above it.

    Returns: round(max(baseline − emissions, 0) × rate), half away from zero, to the currency's
             minor unit; the arithmetic begins with the tonnes.
    Raises:  CurrencyUnknown.
    """
    below = EXACT.subtract(baseline_kgco2e, emissions_kgco2e)
    stood = f"baseline {plain(baseline_kgco2e)} kg, emitted {plain(emissions_kgco2e)} kg"
    if below <= 0:
        return Charge(0, currency, (f"{stood}: nothing is below it",))
    earned = charge(kgco2e=below, price_per_tonne=rate_per_tonne, currency=currency)
    return Charge(
        earned.amount_minor, currency, (f"{stood}: {plain(below)} kg below", *earned.explanation)
    )
