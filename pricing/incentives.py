"""Calculates. What a verified absorbed tonne earns; a reversal takes it back."""

from __future__ import annotations

from decimal import Decimal

from pricing.charging import Charge, charge


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
