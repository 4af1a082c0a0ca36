"""Calculates. Figures as people read them: the unit beside, thousands apart, never a float."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

MINUS = "−"
KG_PER_TONNE = 1000


def money(amount: Decimal, currency: str) -> str:
    """An amount with its currency, e.g. `USD 13,300,000.00`; the sign stands in front."""
    sign = MINUS if amount < 0 else ""
    return f"{sign}{currency} {abs(amount):,f}"


def signed_money(amount: Decimal, currency: str) -> str:
    """The same for a difference: a plus sign where it is more."""
    sign = "+" if amount > 0 else ""
    return sign + money(amount, currency)


def tonnes(kgco2e: Decimal) -> str:
    """Kilograms as `133,000.000 tCO2e`: three decimals, more only where three would read as 0."""
    return f"{tonnes_number(kgco2e)} tCO2e"


def tonnes_number(kgco2e: Decimal) -> str:
    """The same without its unit, for a column whose heading says it."""
    exact = in_tonnes(kgco2e)
    shown = exact.quantize(Decimal("0.001"), ROUND_HALF_UP)
    return number(exact.normalize() if not shown and exact else shown)


def exact_tonnes(kgco2e: Decimal) -> str:
    """The same with every digit that says something, never fewer than three decimals."""
    whole, _, fraction = number(in_tonnes(kgco2e)).partition(".")
    return f"{whole}.{fraction.rstrip('0').ljust(3, '0')} tCO2e"


def in_tonnes(kgco2e: Decimal) -> Decimal:
    """tCO2e, exactly: a tonne is 1,000 kg, so only the decimal point moves."""
    return kgco2e.scaleb(-3)


def number(value: Decimal) -> str:
    """Every digit there is, thousands apart."""
    sign = MINUS if value < 0 else ""
    return f"{sign}{abs(value):,f}"


def plain_number(value: Decimal) -> str:
    """Every digit that says something: no trailing zeros."""
    text = number(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def price(price_per_tonne: Decimal, decimals: int = 2) -> str:
    """A price without needless zeros, but never fewer decimals than the currency has."""
    text = f"{price_per_tonne:f}"
    whole, _, fraction = text.partition(".")
    kept = fraction.rstrip("0").ljust(decimals, "0")
    return f"{Decimal(whole):,f}" + (f".{kept}" if kept else "")


def percent_change(now: Decimal, before: Decimal) -> str:
    """How much more or less, e.g. `+12.3 %`; empty where there was nothing to compare with."""
    if not before:
        return ""
    change = ((now - before) * 100 / abs(before)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{'+' if change > 0 else MINUS if change < 0 else ''}{abs(change):,f} %"


def share(part: Decimal, whole: Decimal) -> int:
    """A part in thousandths of the whole, for the length of a bar; 0 to 1000."""
    if whole <= 0 or part <= 0:
        return 0
    return min(1000, int((part * 1000 / whole).to_integral_value(ROUND_HALF_UP)))


def decimals_of(amount: Decimal) -> int:
    """How many decimals an amount was stored with, which are its currency's."""
    return max(0, -int(amount.as_tuple().exponent))


def to_exponent(amount: Decimal, exponent: int) -> Decimal:
    """The same amount with as many decimals as its currency has, e.g. 0 as 0.00."""
    return amount.quantize(Decimal(1).scaleb(-exponent))


def rounded(exact: Fraction, exponent: int) -> Decimal:
    """An exact amount in its currency's decimals, half away from zero."""
    doubled = abs(exact) * 10**exponent * 2
    minor = (doubled.numerator // doubled.denominator + 1) // 2
    return Decimal(-minor if exact < 0 else minor).scaleb(-exponent)
