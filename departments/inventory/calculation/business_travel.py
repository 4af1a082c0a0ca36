"""Calculates. Scope 3 category 6: flights, rail, road, ferries and hotel nights for business."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from departments.inventory.calculation.arithmetic import emit, require_activity, shown, times
from departments.inventory.calculation.result import Factor, Result, Step


def calculate(*, quantity: Decimal, unit: str, factor: Factor) -> Result:
    """Emissions of travel by passenger distance, vehicle distance or room nights.

    A flight factor carries its class and says whether radiative forcing is in it.

    Returns: kgCO2e, unrounded.
    Raises:  NegativeActivity, NotFinite; UnknownUnit, IncompatibleUnits.
    Source:  GHG Protocol Scope 3 Calculation Guidance (2013), chapter 6.
    """
    return emit(quantity=quantity, unit=unit, factor=factor, label="Business travel")


def calculate_journey(*, passengers: Decimal, distance_km: Decimal, factor: Factor) -> Result:
    """Emissions of passengers × distance, for a factor per passenger.km or passenger-mile.

    Returns: kgCO2e, unrounded.
    Raises:  NegativeActivity, NotFinite; UnknownUnit, IncompatibleUnits.
    Source:  GHG Protocol Scope 3 Calculation Guidance (2013), chapter 6.
    """
    require_activity("Passengers", passengers)
    require_activity("Distance", distance_km)
    passenger_km = times(passengers, distance_km)
    expression = f"{shown(passengers)} passengers × {shown(distance_km)} km"
    unit = "passenger.km"
    step = Step(label="Journey", expression=expression, value=passenger_km, unit=unit)
    result = calculate(quantity=passenger_km, unit=unit, factor=factor)
    return replace(result, steps=(step, *result.steps))
