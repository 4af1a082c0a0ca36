"""Calculates. Scope 1: fuel burned or distance driven by vehicles the company controls."""

from __future__ import annotations

from decimal import Decimal

from departments.inventory.calculation.arithmetic import emit
from departments.inventory.calculation.result import Factor, Result


def calculate(*, quantity: Decimal, unit: str, factor: Factor) -> Result:
    """Emissions of owned vehicles, from fuel or from distance, as the factor's unit says.

    Where a publisher splits CO2 (by fuel) from CH4 and N2O (by distance), calculate both and add.

    Returns: kgCO2e, unrounded.
    Raises:  NegativeActivity, NotFinite; UnknownUnit, IncompatibleUnits.
    Source:  GHG Protocol Corporate Standard (2004), chapter 6, and its mobile combustion tool.
    """
    return emit(quantity=quantity, unit=unit, factor=factor, label="Vehicles")
