"""Calculates. Scope 3 category 5: waste and waste water treated by others."""

from __future__ import annotations

from decimal import Decimal

from departments.inventory.calculation.arithmetic import emit
from departments.inventory.calculation.result import Factor, Result


def calculate(*, quantity: Decimal, unit: str, factor: Factor) -> Result:
    """Emissions of waste by mass and way of disposal; avoided emissions are not subtracted.

    Returns: kgCO2e, unrounded.
    Raises:  NegativeActivity, NotFinite; UnknownUnit, IncompatibleUnits.
    Source:  GHG Protocol Scope 3 Calculation Guidance (2013), chapter 5.
    """
    return emit(quantity=quantity, unit=unit, factor=factor, label="Waste")
