"""Calculates. Scope 3 category 15: the share of investees' emissions that falls on an investor."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from departments.inventory.calculation.arithmetic import emit, require_activity, shown
from departments.inventory.calculation.errors import OutOfRange
from departments.inventory.calculation.result import Factor, Result
from departments.organisation.said import said


def calculate(*, quantity: Decimal, unit: str, ownership_share: Decimal) -> Result:
    """The investee's Scope 1 and 2 emissions × the share of its equity that is held.

    Returns: kgCO2e, unrounded.
    Raises:  NegativeActivity, NotFinite, OutOfRange; UnknownUnit, IncompatibleUnits.
    Source:  GHG Protocol Scope 3 Calculation Guidance (2013), chapter 15: investment-specific.
    """
    require_activity("Ownership share", ownership_share)
    if ownership_share > 1:
        hint = said("It is a share: 25 % is written 0.25.")
        raise OutOfRange(
            name="Ownership share", value=ownership_share, allowed=said("at most 1"), hint=hint
        )
    label = f"share of {shown(ownership_share)}"
    held = Factor(kgco2e_per_unit=ownership_share, unit="kgCO2e", label=label)
    result = emit(quantity=quantity, unit=unit, factor=held, label="Share of the investee")
    return replace(result, path="equity share")
