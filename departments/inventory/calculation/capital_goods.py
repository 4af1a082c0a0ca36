"""Calculates. Scope 3 category 2: machines, buildings and other goods that are used for years."""

from __future__ import annotations

from decimal import Decimal

from departments.inventory.calculation.arithmetic import emit
from departments.inventory.calculation.result import Factor, Result


def calculate(*, quantity: Decimal, unit: str, factor: Factor) -> Result:
    """Emissions of capital goods by mass or number, whole in the year they are bought.

    Returns: kgCO2e, unrounded.
    Raises:  NegativeActivity, NotFinite; UnknownUnit, IncompatibleUnits.
    Source:  GHG Protocol Scope 3 Calculation Guidance (2013), chapter 2: no spreading over years.
    """
    return emit(quantity=quantity, unit=unit, factor=factor, label="Capital goods")
