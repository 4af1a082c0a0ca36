"""Calculates. Scope 3 categories 8 and 13: vehicles and buildings leased from or to others."""

from __future__ import annotations

from decimal import Decimal

from departments.inventory.calculation.arithmetic import emit
from departments.inventory.calculation.result import Factor, Result


def calculate(*, quantity: Decimal, unit: str, factor: Factor) -> Result:
    """Emissions of leased assets that are outside the company's boundary.

    Returns: kgCO2e, unrounded.
    Raises:  NegativeActivity, NotFinite; UnknownUnit, IncompatibleUnits.
    Source:  GHG Protocol Scope 3 Calculation Guidance (2013), chapters 8 and 13.
    """
    return emit(quantity=quantity, unit=unit, factor=factor, label="Leased assets")
