"""Calculates. Scope 1: fuel burned in boilers, furnaces, generators and turbines."""

from __future__ import annotations

from decimal import Decimal

from departments.inventory.calculation.arithmetic import emit
from departments.inventory.calculation.result import Factor, Result


def calculate(*, quantity: Decimal, unit: str, factor: Factor) -> Result:
    """Emissions of fuel burned in place; biogenic CO2 of biomass stays beside the sum.

    Returns: kgCO2e, unrounded.
    Raises:  NegativeActivity, NotFinite; UnknownUnit, IncompatibleUnits.
    Source:  GHG Protocol Corporate Standard (2004), chapter 6, and its stationary combustion tool.
    """
    return emit(quantity=quantity, unit=unit, factor=factor, label="Fuel burned")
