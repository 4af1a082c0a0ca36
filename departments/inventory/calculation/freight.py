"""Calculates. Scope 3 categories 4 and 9: goods carried by others."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from departments.inventory.calculation.arithmetic import emit, require_activity, shown, times
from departments.inventory.calculation.result import Factor, Result, Step


def calculate(*, quantity: Decimal, unit: str, factor: Factor) -> Result:
    """Emissions of freight by tonne distance or vehicle distance.

    Returns: kgCO2e, unrounded.
    Raises:  NegativeActivity, NotFinite; UnknownUnit, IncompatibleUnits.
    Source:  GHG Protocol Scope 3 Calculation Guidance (2013), chapters 4 and 9.
    """
    return emit(quantity=quantity, unit=unit, factor=factor, label="Freight")


def calculate_shipment(*, mass_t: Decimal, distance_km: Decimal, factor: Factor) -> Result:
    """Emissions of mass × distance, for a factor per tonne.km or short ton-mile.

    Returns: kgCO2e, unrounded.
    Raises:  NegativeActivity, NotFinite; UnknownUnit, IncompatibleUnits.
    Source:  GHG Protocol Scope 3 Calculation Guidance (2013), chapter 4.
    """
    require_activity("Mass", mass_t)
    require_activity("Distance", distance_km)
    tonne_km = times(mass_t, distance_km)
    expression = f"{shown(mass_t)} t × {shown(distance_km)} km"
    step = Step(label="Shipment", expression=expression, value=tonne_km, unit="tonne.km")
    result = calculate(quantity=tonne_km, unit="tonne.km", factor=factor)
    return replace(result, steps=(step, *result.steps))
