"""Reads. What emissions would cost a department, before they happen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pricing.charging import charge, plain
from pricing.price_lookup import is_covered, price_in_force, scheme_terms


@dataclass(frozen=True, slots=True)
class Quote:
    """The fee that so much would cost, and the reasons; `price_per_tonne` None: not charged."""

    scheme: str
    kgco2e: Decimal
    amount_minor: int
    currency: str
    price_per_tonne: Decimal | None
    explanation: tuple[str, ...]


def quote(
    *,
    scheme_code: str,
    department_id: int,
    on: date,
    kgco2e: Decimal,
    scope: int,
    category: int | None,
    country: str = "",
) -> Quote:
    """What so many kgCO2e would cost a department on a day, with the rounding of a statement line.

    Raises: SchemeNotFound, NoPriceInForce.
    """
    terms = scheme_terms(code=scheme_code)
    place = f"Scope {scope}" + (f" category {category}" if category is not None else "")
    if not is_covered(scheme_id=terms.id, on=on, scope=scope, category=category):
        reason = (
            f"Scheme {terms.code} does not charge {place} on {on}: {plain(kgco2e)} kg are free."
        )
        return Quote(terms.code, kgco2e, 0, terms.currency, None, (reason,))
    price = price_in_force(
        scheme_id=terms.id,
        on=on,
        department_id=department_id,
        scope=scope,
        category=category,
        country=country,
    )
    cost = charge(kgco2e=kgco2e, price_per_tonne=price.price_per_tonne, currency=terms.currency)
    return Quote(
        scheme=terms.code,
        kgco2e=kgco2e,
        amount_minor=cost.amount_minor,
        currency=terms.currency,
        price_per_tonne=price.price_per_tonne,
        explanation=(*price.explanation, *cost.explanation),
    )
