"""Calculates. Scope 2: steam, heat and cooling bought from others."""

from __future__ import annotations

from decimal import Decimal

from departments.inventory.calculation.arithmetic import emit
from departments.inventory.calculation.result import Factor, Result


def calculate(*, quantity: Decimal, unit: str, factor: Factor) -> Result:
    """Emissions of purchased steam, heat or cooling, at the supplier's or the publisher's factor.

    Returns: kgCO2e, unrounded.
    Raises:  NegativeActivity, NotFinite; UnknownUnit, IncompatibleUnits.
    Source:  GHG Protocol Scope 2 Guidance (2015), chapter 6.
    """
    return emit(quantity=quantity, unit=unit, factor=factor, label="Purchased heat")
