"""Calculates. Amounts in templates."""

from __future__ import annotations

from decimal import Decimal

from django import template

from ledger import amounts
from ledger.sentences import told

register = template.Library()
register.filter("told", told)


@register.filter
def money(value: Decimal | None) -> str:
    """An amount with thousands separators; a dash where there is none."""
    return "–" if value is None else amounts.money(value)


@register.filter
def change(value: Decimal | None) -> str:
    """A signed difference."""
    return "–" if value is None else amounts.change(value)


@register.filter
def tonnes(value: Decimal | None) -> str:
    """tCO2e, every digit that counts, at least three places."""
    return "–" if value is None else amounts.exact(value, 3)


@register.filter
def kilogrammes(value: Decimal | None) -> str:
    """tCO2e rounded to the kilogramme, for tables; the exact figure is one click away."""
    return "–" if value is None else amounts.rounded(value, 3)


@register.filter
def whole(value: Decimal | None) -> str:
    """Rounded to whole units: for a glance."""
    return "–" if value is None else amounts.rounded(value)


@register.filter
def price(value: Decimal | None) -> str:
    """A price per tonne: at least two places, no idle zeros beyond."""
    return "–" if value is None else amounts.exact(value, 2)


@register.filter
def percent(share: Decimal | None) -> str:
    """A share as a percentage with one place."""
    return "–" if share is None else f"{amounts.rounded(share * 100, 1)} %"


@register.filter
def in_commodity(minor: int, exponent: int) -> str:
    """Minor units in whole units."""
    return amounts.in_commodity(minor, exponent) if minor else ""
