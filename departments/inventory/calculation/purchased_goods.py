"""Calculates. Scope 3 category 1: goods, materials, water and services bought from others."""

from __future__ import annotations

from decimal import Decimal

from departments.inventory.calculation.arithmetic import emit
from departments.inventory.calculation.result import Factor, Result


def calculate(*, quantity: Decimal, unit: str, factor: Factor) -> Result:
    """Emissions of what was bought, by mass, by volume or by spend.

    A spend-based factor carries a currency as its unit (USD), spelled as the quantity's unit is.

    Returns: kgCO2e, unrounded.
    Raises:  NegativeActivity, NotFinite; UnknownUnit, IncompatibleUnits.
    Source:  GHG Protocol Scope 3 Calculation Guidance (2013), chapter 1.
    """
    return emit(quantity=quantity, unit=unit, factor=factor, label="Purchased goods")
