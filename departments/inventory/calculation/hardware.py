"""Calculates. Scope 3 categories 1 and 2: carbon embodied in servers and other equipment."""

from __future__ import annotations

from decimal import Decimal

from departments.inventory.calculation.arithmetic import (
    emit,
    per,
    plus,
    require_activity,
    require_positive,
    shown,
    times,
)
from departments.inventory.calculation.errors import OutOfRange
from departments.inventory.calculation.result import Factor, Result, Step
from departments.organisation.said import said


def calculate(*, units: Decimal, embodied_kgco2e: Decimal) -> Result:
    """Embodied emissions of equipment in the year it is bought, whole.

    `embodied_kgco2e` is of one piece, cradle to gate; figures range widely (a die, a board, a
    server), so the caller keeps the method and the range with the record.

    Returns: kgCO2e, unrounded.
    Raises:  NegativeActivity, NotFinite.
    Source:  GHG Protocol Scope 3 Calculation Guidance (2013), chapter 2: no spreading over years.
    """
    factor = Factor(kgco2e_per_unit=embodied_kgco2e, unit="item", label="cradle to gate")
    return emit(quantity=units, unit="item", factor=factor, label="Equipment bought")


def calculate_share(*, embodied_kgco2e: Decimal, hours: Decimal, lifetime_hours: Decimal) -> Result:
    """The share of a machine's embodied emissions that falls on hours of its use.

    `hours` are machine hours, of all machines together. A management view for workloads: an
    inventory that counts purchases whole must not add it again.

    Returns: kgCO2e, unrounded.
    Raises:  NegativeActivity, NotFinite, OutOfRange.
    Source:  Green Software Foundation, Software Carbon Intensity 1.0 (ISO/IEC 21031), M = TE × TS.
    """
    require_activity("Embodied emissions", embodied_kgco2e)
    require_activity("Hours", hours)
    require_positive("Lifetime in hours", lifetime_hours)
    emissions = per(times(embodied_kgco2e, hours), lifetime_hours)
    expression = f"{shown(embodied_kgco2e)} kgCO2e × {shown(hours)} h ÷ {shown(lifetime_hours)} h"
    label = "Embodied share"
    step = Step(label=label, expression=expression, value=emissions, unit="kgCO2e")
    return Result(emissions_kgco2e=emissions, steps=(step,), path="embodied share")


def calculate_reuse(
    *,
    units: Decimal,
    embodied_kgco2e: Decimal,
    lifetime_years: Decimal,
    extended_lifetime_years: Decimal,
    refurbishment_kgco2e: Decimal = Decimal(0),
) -> Result:
    """What the longer life of equipment avoids in one year: never a removal, never in the sum.

    Per piece: embodied ÷ life planned − embodied ÷ life reached − refurbishment. That a new piece
    would have been bought otherwise is for the record to show.

    Returns: 0 kgCO2e of emissions, and the kgCO2e in `avoided_kgco2e`, unrounded.
    Raises:  NegativeActivity, NotFinite, OutOfRange.
    """
    for name, value in (
        ("Pieces", units),
        ("Embodied emissions", embodied_kgco2e),
        ("Refurbishment", refurbishment_kgco2e),
    ):
        require_activity(name, value)
    require_positive("Lifetime in years", lifetime_years)
    if extended_lifetime_years <= lifetime_years:
        allowed = said("above the planned %(years)s", years=shown(lifetime_years))
        raise OutOfRange(
            name="Extended lifetime in years", value=extended_lifetime_years, allowed=allowed
        )
    each = plus(
        (
            per(embodied_kgco2e, lifetime_years),
            -per(embodied_kgco2e, extended_lifetime_years),
            -refurbishment_kgco2e,
        )
    )
    avoided = times(units, each)
    embodied = shown(embodied_kgco2e)
    expression = (
        f"{shown(units)} × ({embodied} ÷ {shown(lifetime_years)} − {embodied} ÷ "
        f"{shown(extended_lifetime_years)} − {shown(refurbishment_kgco2e)}) kgCO2e"
    )
    label = "Avoided, beside the sum"
    step = Step(label=label, expression=expression, value=avoided, unit="kgCO2e")
    return Result(
        emissions_kgco2e=Decimal(0), steps=(step,), avoided_kgco2e=avoided, path="avoided by reuse"
    )
