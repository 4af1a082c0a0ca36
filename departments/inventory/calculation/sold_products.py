"""Calculates. Scope 3 categories 10, 11 and 12: what customers do with products, to their end."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from departments.inventory.calculation.arithmetic import emit, require_activity, shown, times
from departments.inventory.calculation.result import Factor, Result, Step


def calculate_processing(*, quantity: Decimal, unit: str, factor: Factor) -> Result:
    """Emissions of others who make something else of what was sold, by their fuel or electricity.

    Returns: kgCO2e, unrounded.
    Raises:  NegativeActivity, NotFinite; UnknownUnit, IncompatibleUnits.
    Source:  GHG Protocol Scope 3 Calculation Guidance (2013), chapter 10.
    """
    return emit(quantity=quantity, unit=unit, factor=factor, label="Processing of sold products")


def calculate_use(
    *,
    units_sold: Decimal,
    lifetime_uses: Decimal,
    use_per_unit: Decimal,
    use_unit: str,
    factor: Factor,
) -> Result:
    """Emissions of the use of products over their whole life, counted in the year of the sale.

    `use_per_unit` is what one product takes for one use, in `use_unit` (kWh, litres …).

    Returns: kgCO2e, unrounded.
    Raises:  NegativeActivity, NotFinite; UnknownUnit, IncompatibleUnits.
    Source:  GHG Protocol Scope 3 Calculation Guidance (2013), chapter 11: direct use phase, total
             lifetime expected uses × number sold × consumption per use × factor.
    """
    for name, value in (
        ("Units sold", units_sold),
        ("Lifetime uses", lifetime_uses),
        ("Use per unit", use_per_unit),
    ):
        require_activity(name, value)
    used = times(units_sold, lifetime_uses, use_per_unit)
    expression = (
        f"{shown(units_sold)} sold × {shown(lifetime_uses)} uses × {shown(use_per_unit)} {use_unit}"
    )
    step = Step(label="Use over their life", expression=expression, value=used, unit=use_unit)
    result = emit(quantity=used, unit=use_unit, factor=factor, label="Use of sold products")
    return replace(result, steps=(step, *result.steps))


def calculate_end_of_life(*, quantity: Decimal, unit: str, factor: Factor) -> Result:
    """Emissions of products sold, once they are waste, by mass and way of disposal.

    Returns: kgCO2e, unrounded.
    Raises:  NegativeActivity, NotFinite; UnknownUnit, IncompatibleUnits.
    Source:  GHG Protocol Scope 3 Calculation Guidance (2013), chapter 12.
    """
    return emit(quantity=quantity, unit=unit, factor=factor, label="End of life of sold products")
