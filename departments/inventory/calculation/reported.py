"""Calculates. Ready-made tonnes, as a subsidiary, a supplier or an earlier system reports them."""

from __future__ import annotations

from decimal import Decimal

from departments.inventory.calculation.arithmetic import emit
from departments.inventory.calculation.errors import MissingInput
from departments.inventory.calculation.result import DualResult, Factor, Result


def calculate(*, quantity: Decimal, unit: str = "tCO2e") -> Result:
    """Reported emissions of Scope 1 or Scope 3 in kilograms.

    Returns: kgCO2e, unrounded.
    Raises:  NegativeActivity, NotFinite; UnknownUnit, IncompatibleUnits.
    """
    return _in_kilograms(quantity, unit, "Reported", path="reported")


def calculate_scope2(
    *,
    location_based: Decimal | None = None,
    market_based: Decimal | None = None,
    unit: str = "tCO2e",
) -> DualResult:
    """Reported Scope 2 emissions on one basis or both; one is never filled in from the other.

    Returns: kgCO2e on each basis given, unrounded.
    Raises:  MissingInput, NegativeActivity, NotFinite; UnknownUnit, IncompatibleUnits.
    Source:  GHG Protocol Scope 2 Guidance (2015), chapter 7: dual reporting.
    """
    if location_based is None and market_based is None:
        raise MissingInput(method="Reported Scope 2", names=("location_based", "market_based"))
    return DualResult(
        location_based=_basis(location_based, unit, "location-based"),
        market_based=_basis(market_based, unit, "market-based"),
    )


def _basis(quantity: Decimal | None, unit: str, basis: str) -> Result | None:
    if quantity is None:
        return None
    return _in_kilograms(quantity, unit, f"Reported, {basis}", path=basis)


def _in_kilograms(quantity: Decimal, unit: str, label: str, path: str) -> Result:
    one_to_one = Factor(kgco2e_per_unit=Decimal(1), unit="kgCO2e", label="as reported")
    return emit(quantity=quantity, unit=unit, factor=one_to_one, label=label, path=path)
