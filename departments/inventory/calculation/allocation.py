"""Calculates. Shared emissions, allocated by a driver to the milligram; the parts are the whole."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from departments.inventory.calculation.arithmetic import shown
from departments.inventory.calculation.result import Step
from departments.inventory.calculation.shares import split

MILLIGRAM_DECIMALS = 6


def allocate(kgco2e: Decimal, weights: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Emissions in proportion to the weights, by department code.

    Largest remainder to the milligram; ties go to the lower code. Whatever is below zero is shared
    like what is above, with the other sign.
    Returns: kgCO2e for each code, in their order; the sum is what was given, to the last digit.
    Raises:  OutOfRange, if the weights add up to nothing; NegativeActivity; ValueError, for more
             than 6 decimals.
    """
    ordered = {code: weights[code] for code in sorted(weights)}
    parts = split(abs(kgco2e), ordered, decimals=MILLIGRAM_DECIMALS)
    return parts if kgco2e >= 0 else {code: -part for code, part in parts.items()}


def step_of_share(
    *, kgco2e: Decimal, weight: Decimal, total: Decimal, unit: str, part: Decimal
) -> Step:
    """How a department's part came about."""
    return Step(
        label="Allocated",
        expression=(
            f"{shown(kgco2e)} kgCO2e × {shown(weight)} {unit} ÷ {shown(total)} {unit}, "
            "to the milligram by largest remainder"
        ),
        value=part,
        unit="kgCO2e",
    )
