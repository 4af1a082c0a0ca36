"""Calculates. Carbon taken out of the air, by area and rate or by measured tonnes.

Whether a removal is contracted, delivered or verified, and so whether it earns, is not decided
here. Avoided emissions and renewable certificates are not removals.
"""

from __future__ import annotations

from decimal import Decimal

from departments.inventory.calculation.arithmetic import require_activity, shown, times
from departments.inventory.calculation.errors import MissingInput
from departments.inventory.calculation.result import RemovalResult, Step

KG_PER_TONNE = Decimal(1000)


def calculate(
    *,
    tonnes: Decimal | None = None,
    area_ha: Decimal | None = None,
    rate_tco2_per_ha_year: Decimal | None = None,
    years: Decimal | None = None,
) -> RemovalResult:
    """Removal by measured tonnes where there are any, else by area, rate and time.

    Returns: kgCO2e, unrounded, with the path taken.
    Raises:  MissingInput, NegativeActivity, NotFinite.
    """
    if tonnes is not None:
        return calculate_measured(tonnes=tonnes)
    if area_ha is None or rate_tco2_per_ha_year is None or years is None:
        names = ("tonnes", "area_ha with rate_tco2_per_ha_year and years")
        raise MissingInput(method="A removal", names=names)
    return calculate_by_area(
        area_ha=area_ha, rate_tco2_per_ha_year=rate_tco2_per_ha_year, years=years
    )


def calculate_by_area(
    *, area_ha: Decimal, rate_tco2_per_ha_year: Decimal, years: Decimal
) -> RemovalResult:
    """Removal by growth: area × rate × time. A published rate is often a ceiling, not a mean.

    Returns: kgCO2e, unrounded.
    Raises:  NegativeActivity, NotFinite.
    Source:  IPCC 2006 Guidelines, volume 4, chapter 2: gain by area and annual rate.
    """
    require_activity("Area", area_ha)
    require_activity("Rate", rate_tco2_per_ha_year)
    require_activity("Years", years)
    tonnes = times(area_ha, rate_tco2_per_ha_year, years)
    rate = f"{shown(rate_tco2_per_ha_year)} tCO2/ha/year"
    expression = f"{shown(area_ha)} ha × {rate} × {shown(years)} years"
    step = Step(label="Removal", expression=expression, value=tonnes, unit="tCO2e")
    return _removed(tonnes, step, path="area × rate × time")


def calculate_measured(*, tonnes: Decimal) -> RemovalResult:
    """Removal by measured tonnes, as the evidence of measurement states them.

    Returns: kgCO2e, unrounded.
    Raises:  NegativeActivity, NotFinite.
    """
    require_activity("Measured tonnes", tonnes)
    expression = f"{shown(tonnes)} tCO2e measured"
    step = Step(label="Removal", expression=expression, value=tonnes, unit="tCO2e")
    return _removed(tonnes, step, path="measured")


def calculate_reversal(*, released_tonnes: Decimal) -> RemovalResult:
    """A reversal (fire, felling): tonnes that went back into the air, entered as above zero.

    Returns: kgCO2e below zero, unrounded.
    Raises:  NegativeActivity, NotFinite.
    """
    require_activity("Released tonnes", released_tonnes)
    tonnes = times(Decimal(-1), released_tonnes)
    expression = f"−1 × {shown(released_tonnes)} tCO2e released"
    step = Step(label="Reversal", expression=expression, value=tonnes, unit="tCO2e")
    return _removed(tonnes, step, path="reversal")


def _removed(tonnes: Decimal, step: Step, path: str) -> RemovalResult:
    removed_kgco2e = times(tonnes, KG_PER_TONNE)
    expression = f"{shown(tonnes)} tCO2e × 1,000 kg/t"
    in_kg = Step(label="In kilograms", expression=expression, value=removed_kgco2e, unit="kgCO2e")
    return RemovalResult(removed_kgco2e=removed_kgco2e, steps=(step, in_kg), path=path)
