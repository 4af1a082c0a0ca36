"""Calculates. Scope 2: purchased electricity, always twice, location-based and market-based."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from departments.inventory.calculation.arithmetic import emit, plus, require_activity, shown
from departments.inventory.calculation.errors import CoverExceedsEnergy
from departments.inventory.calculation.result import DualResult, Factor, GasPart, Result, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """Electricity matched by one contractual instrument (certificate, PPA, supplier rate).

    Whether it matches in market and vintage, and is used once, is decided before it comes here.
    """

    covered_kwh: Decimal
    factor: Factor


def calculate(
    *,
    energy_kwh: Decimal,
    grid: Factor,
    covers: Sequence[Cover] = (),
    residual: Factor | None = None,
) -> DualResult:
    """Scope 2 emissions of purchased electricity on both bases.

    Returns: kgCO2e on each basis, unrounded.
    Raises:  CoverExceedsEnergy, NegativeActivity, NotFinite; UnknownUnit, IncompatibleUnits.
    Source:  GHG Protocol Scope 2 Guidance (2015), chapters 6 and 7: dual reporting.
    """
    remainder = residual or grid
    return DualResult(
        location_based=location_based(energy_kwh=energy_kwh, grid=grid),
        market_based=market_based(energy_kwh=energy_kwh, covers=covers, remainder=remainder),
    )


def location_based(*, energy_kwh: Decimal, grid: Factor) -> Result:
    """Scope 2 emissions of purchased electricity, location-based.

    Returns: kgCO2e, unrounded.
    Raises:  NegativeActivity, NotFinite; UnknownUnit, IncompatibleUnits.
    Source:  GHG Protocol Scope 2 Guidance (2015), chapter 6.
    """
    label = "Location-based"
    return emit(quantity=energy_kwh, unit="kWh", factor=grid, label=label, path="location-based")


def market_based(*, energy_kwh: Decimal, covers: Sequence[Cover], remainder: Factor) -> Result:
    """Scope 2 emissions, market-based: covered kWh at the instrument's factor, the rest at the
    residual mix, or at the grid factor where no residual mix is published.

    Returns: kgCO2e, unrounded.
    Raises:  CoverExceedsEnergy, NegativeActivity, NotFinite; UnknownUnit, IncompatibleUnits.
    Source:  GHG Protocol Scope 2 Guidance (2015), chapter 6, table 6.3.
    """
    require_activity("Purchased electricity", energy_kwh)
    parts = [_covered(cover) for cover in covers]
    covered_kwh = plus(cover.covered_kwh for cover in covers)
    if covered_kwh > energy_kwh:
        raise CoverExceedsEnergy(energy_kwh=energy_kwh, covered_kwh=covered_kwh)
    uncovered_kwh = plus((energy_kwh, -covered_kwh))
    if uncovered_kwh or not covers:
        label = "Market-based, not covered"
        parts.append(emit(quantity=uncovered_kwh, unit="kWh", factor=remainder, label=label))
    return _summed(parts)


def driven(*, quantity: Decimal, unit: str, factor: Factor) -> DualResult:
    """Scope 2 emissions of electric vehicles by distance, when the charging is not metered.

    Publishers give one factor, of the grid, which serves both bases.
    Returns: kgCO2e on each basis, unrounded.
    Raises:  NegativeActivity, NotFinite; UnknownUnit, IncompatibleUnits.
    """
    result = emit(quantity=quantity, unit=unit, factor=factor, label="Electric vehicles")
    return DualResult(
        location_based=replace(result, path="location-based"),
        market_based=replace(result, path="market-based"),
    )


def _covered(cover: Cover) -> Result:
    label = "Market-based, covered"
    return emit(quantity=cover.covered_kwh, unit="kWh", factor=cover.factor, label=label)


def _summed(parts: Sequence[Result]) -> Result:
    """The parts as one result; gases only where every part knows them."""
    total = plus(part.emissions_kgco2e for part in parts)
    steps = tuple(step for part in parts for step in part.steps)
    if len(parts) > 1:
        terms = " + ".join(shown(part.emissions_kgco2e) for part in parts)
        steps += (Step(label="Market-based", expression=terms, value=total, unit="kgCO2e"),)
    gases = _gases(parts)
    return Result(emissions_kgco2e=total, steps=steps, gases=gases, path="market-based")


def _gases(parts: Sequence[Result]) -> tuple[GasPart, ...]:
    emitting = [part for part in parts if part.emissions_kgco2e]
    if not all(part.gases for part in emitting):
        return ()
    sums: dict[str, Decimal] = {}
    for gas in (gas for part in emitting for gas in part.gases):
        sums[gas.gas] = plus((sums.get(gas.gas, Decimal(0)), gas.kgco2e))
    return tuple(GasPart(gas=gas, kgco2e=kgco2e) for gas, kgco2e in sums.items())
