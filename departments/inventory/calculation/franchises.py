"""Calculates. Scope 3 category 14: energy and fuel of franchisees."""

from __future__ import annotations

from decimal import Decimal

from departments.inventory.calculation.arithmetic import emit
from departments.inventory.calculation.result import Factor, Result


def calculate(*, quantity: Decimal, unit: str, factor: Factor) -> Result:
    """Scope 1 and 2 emissions of franchisees, by what they burn and buy.

    Returns: kgCO2e, unrounded.
    Raises:  NegativeActivity, NotFinite; UnknownUnit, IncompatibleUnits.
    Source:  GHG Protocol Scope 3 Calculation Guidance (2013), chapter 14: franchise-specific.
    """
    return emit(quantity=quantity, unit=unit, factor=factor, label="Franchises")
