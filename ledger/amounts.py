"""Calculates. Amounts and tonnes as people read them; never rounded unless the name says so."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

MINUS = "\N{MINUS SIGN}"


def money(value: Decimal, currency: str = "") -> str:
    """`-1234.5` → `−1,234.5`, with the decimals it has and its currency after it."""
    shown = f"{abs(value):,f}"
    sign = MINUS if value < 0 else ""
    return f"{sign}{shown} {currency}".rstrip()


def change(value: Decimal, currency: str = "") -> str:
    """The same with a sign always: `+1,234.50`, `−1,234.50`; zero has none."""
    sign = "+" if value > 0 else ""
    return sign + money(value, currency)


def exact(value: Decimal, least_places: int) -> str:
    """Every digit that counts, at least so many places: `144,960.000`."""
    places = max(least_places, -int(value.normalize().as_tuple().exponent))
    return money(value.quantize(Decimal(1).scaleb(-places)))


def in_commodity(minor: int, exponent: int) -> str:
    """Minor units of a commodity in its whole units: USD to the cent, kgCO2e to the gram or mg."""
    return exact(Decimal(minor).scaleb(-exponent), min(exponent, 3))


def rounded(value: Decimal, places: int = 0) -> str:
    """For a glance only: so many places, half away from zero."""
    return money(value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP))
