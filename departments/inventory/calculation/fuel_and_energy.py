"""Calculates. Scope 3 category 3: making fuel and power, and losing some on the way."""

from __future__ import annotations

from decimal import Decimal

from departments.inventory.calculation.arithmetic import emit
from departments.inventory.calculation.result import Factor, Result


def calculate(*, quantity: Decimal, unit: str, factor: Factor) -> Result:
    """Upstream (well-to-tank) emissions and grid losses, on the quantity used directly.

    Returns: kgCO2e, unrounded.
    Raises:  NegativeActivity, NotFinite; UnknownUnit, IncompatibleUnits.
    Source:  GHG Protocol Scope 3 Calculation Guidance (2013), chapter 3.
    """
    return emit(quantity=quantity, unit=unit, factor=factor, label="Upstream and losses")
