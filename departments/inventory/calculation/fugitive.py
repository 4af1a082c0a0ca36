"""Calculates. Scope 1: refrigerants and other gases that escape, as mass × GWP."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from departments.inventory.calculation.arithmetic import (
    emit,
    plus,
    require_activity,
    shown,
    times,
)
from departments.inventory.calculation.errors import GwpMissing, SharesDoNotAddUp
from departments.inventory.calculation.result import Factor, GasPart, Result, Step
from departments.organisation.said import said


def calculate(*, mass: Decimal, unit: str, gas: str, gwp: Decimal, gwp_set: str) -> Result:
    """Emissions of a gas, or of a blend with a published GWP, that leaked or was topped up.

    Returns: kgCO2e, unrounded, with the gas as its one part.
    Raises:  NegativeActivity, NotFinite; UnknownUnit, IncompatibleUnits.
    Source:  GHG Protocol Corporate Standard (2004), chapter 6; IPCC GWP-100 of the set named.
    """
    factor = Factor(kgco2e_per_unit=gwp, unit="kg", label=f"GWP-100 of {gas}, {gwp_set}")
    result = emit(quantity=mass, unit=unit, factor=factor, label=f"Fugitive {gas}")
    part = GasPart(gas=gas, kgco2e=result.emissions_kgco2e)
    return Result(emissions_kgco2e=result.emissions_kgco2e, steps=result.steps, gases=(part,))


def calculate_gas(
    *,
    mass: Decimal,
    unit: str,
    gwp_set: str,
    gas: str = "",
    gwp: Decimal | None = None,
    blend: str = "",
    shares: Mapping[str, Decimal] | None = None,
    gwps: Mapping[str, Decimal] | None = None,
) -> Result:
    """Emissions of one gas by its GWP, or of a blend by the mass shares of its gases.

    Returns: kgCO2e, unrounded.
    Raises:  as `calculate` and `calculate_blend`.
    """
    if gwp is not None:
        return calculate(mass=mass, unit=unit, gas=gas, gwp=gwp, gwp_set=gwp_set)
    return calculate_blend(
        mass=mass, unit=unit, blend=blend, shares=shares or {}, gwps=gwps or {}, gwp_set=gwp_set
    )


def calculate_blend(
    *,
    mass: Decimal,
    unit: str,
    blend: str,
    shares: Mapping[str, Decimal],
    gwps: Mapping[str, Decimal],
    gwp_set: str,
) -> Result:
    """Emissions of a blend by the mass shares of its gases; every gas needs a GWP, if only a 0.

    Returns: kgCO2e, unrounded, by gas.
    Raises:  SharesDoNotAddUp, GwpMissing, NegativeActivity, NotFinite; UnknownUnit,
             IncompatibleUnits.
    Source:  GHG Protocol Corporate Standard (2004), chapter 6; EPA Emission Factors Hub, Table 12.
    """
    gwp, step = blend_gwp(blend=blend, shares=shares, gwps=gwps, gwp_set=gwp_set)
    result = calculate(mass=mass, unit=unit, gas=blend, gwp=gwp, gwp_set=gwp_set)
    mass_kg = emit(quantity=mass, unit=unit, factor=Factor(kgco2e_per_unit=Decimal(1), unit="kg"))
    parts = tuple(
        GasPart(gas=gas, kgco2e=times(mass_kg.emissions_kgco2e, share, gwps[gas]))
        for gas, share in shares.items()
    )
    emissions = result.emissions_kgco2e
    return Result(emissions_kgco2e=emissions, steps=(step, *result.steps), gases=parts)


def blend_gwp(
    *, blend: str, shares: Mapping[str, Decimal], gwps: Mapping[str, Decimal], gwp_set: str
) -> tuple[Decimal, Step]:
    """The GWP of a blend, the mean of its gases by mass share, and the arithmetic.

    Returns: kgCO2e per kg, unrounded (publishers round to whole numbers).
    Raises:  SharesDoNotAddUp, GwpMissing, NegativeActivity, NotFinite.
    """
    for gas, share in shares.items():
        require_activity(said("Mass share of %(gas)s", gas=gas), share)
    if (total := plus(shares.values())) != 1:
        raise SharesDoNotAddUp(blend=blend, total=total)
    if missing := [gas for gas in shares if gas not in gwps]:
        raise GwpMissing(gases=missing, gwp_set=gwp_set)
    gwp = plus(times(share, gwps[gas]) for gas, share in shares.items())
    terms = " + ".join(f"{shown(s)} × {shown(gwps[g])} ({g})" for g, s in shares.items())
    label = f"GWP-100 of {blend}, {gwp_set}"
    return gwp, Step(label=label, expression=terms, value=gwp, unit="kgCO2e/kg")
