"""Calculates. Scope 3 category 7: employees on their way to work, or working at home."""

from __future__ import annotations

from decimal import Decimal

from departments.inventory.calculation.arithmetic import emit
from departments.inventory.calculation.result import Factor, Result


def calculate(*, quantity: Decimal, unit: str, factor: Factor) -> Result:
    """Emissions of commuting by distance, or of home working by hours.

    Returns: kgCO2e, unrounded.
    Raises:  NegativeActivity, NotFinite; UnknownUnit, IncompatibleUnits.
    Source:  GHG Protocol Scope 3 Calculation Guidance (2013), chapter 7.
    """
    return emit(quantity=quantity, unit=unit, factor=factor, label="Commuting and home working")
