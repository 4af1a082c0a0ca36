"""Calculates. Scope 3 categories 1 and 2 by money spent, at the prices of the factor's year."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from departments.inventory.calculation.arithmetic import (
    emit,
    per,
    require_activity,
    require_positive,
    shown,
    times,
)
from departments.inventory.calculation.errors import MissingInput
from departments.inventory.calculation.result import Factor, Result, Step
from departments.organisation.said import said


def calculate(
    *,
    quantity: Decimal,
    unit: str,
    factor: Factor,
    price_index: Decimal | None = None,
    base_price_index: Decimal | None = None,
) -> Result:
    """Emissions of what money bought: spend × base index ÷ index × factor.

    A factor counts kgCO2e per unit of money of its own year. `price_index` is the price level of
    the spending and `base_price_index` that of the factor's year, of one series; without both the
    spend is taken as it is. The unit is a currency and must be the factor's: nothing is exchanged.

    Returns: kgCO2e, unrounded.
    Raises:  MissingInput, NegativeActivity, NotFinite, OutOfRange; UnknownUnit, IncompatibleUnits.
    Source:  GHG Protocol Scope 3 Calculation Guidance (2013), chapters 1 and 2: spend-based method.
    """
    require_activity("Spend", quantity)
    if price_index is None and base_price_index is None:
        return emit(quantity=quantity, unit=unit, factor=factor, label="Spend")
    if price_index is None or base_price_index is None:
        missing = "base_price_index" if base_price_index is None else "price_index"
        hint = said("Enter both, of one series, or neither.")
        raise MissingInput(method="A deflator", names=(missing,), hint=hint)
    step = _deflated(quantity, unit, price_index, base_price_index)
    result = emit(quantity=step.value, unit=unit, factor=factor, label="Spend")
    return replace(result, steps=(step, *result.steps), path="deflated")


def _deflated(quantity: Decimal, unit: str, index: Decimal, base: Decimal) -> Step:
    require_positive("Price index", index)
    require_positive("Base price index", base)
    deflated = per(times(quantity, base), index)
    expression = f"{shown(quantity)} {unit} × {shown(base)} ÷ {shown(index)}"
    label = "At the factor's prices"
    return Step(label=label, expression=expression, value=deflated, unit=unit)
