"""Calculates. Outside the scopes: CO2 of biofuels and biomass, shown beside the inventory."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from departments.inventory.calculation.arithmetic import emit
from departments.inventory.calculation.result import Factor, Result


def calculate(*, quantity: Decimal, unit: str, factor: Factor) -> Result:
    """Biogenic CO2 of a fuel, from a factor that is published outside the scopes.

    Returns: 0 kgCO2e of emissions, and the kgCO2 in `biogenic_kgco2e`, unrounded.
    Raises:  NegativeActivity, NotFinite; UnknownUnit, IncompatibleUnits.
    Source:  GHG Protocol Corporate Standard (2004), chapter 9: biogenic CO2 apart from the scopes.
    """
    label = "Biogenic CO2, outside the scopes"
    memo = emit(quantity=quantity, unit=unit, factor=factor, label=label)
    outside = memo.emissions_kgco2e
    return replace(memo, emissions_kgco2e=Decimal(0), gases=(), biogenic_kgco2e=outside)
