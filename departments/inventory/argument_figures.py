"""Reads. The figures and factors that the arguments of a calculation are made of.

Where a figure is entered twice, as the quantity and as an input, both must agree.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from departments.inventory import units
from departments.inventory.calculation.arithmetic import per, shown
from departments.inventory.calculation.errors import MissingInput
from departments.inventory.calculation.purchased_electricity import Cover
from departments.inventory.calculation.result import Factor, Step
from departments.inventory.entry import plain
from departments.inventory.errors import EntryRefused
from departments.inventory.factor_choice import GRID, WORST_TIER, ChosenFactor, FactorLibrary
from departments.organisation.said import said

LARGEST_GRID = Decimal(3)
REPORTED_UNITS = {"kg": "kgCO2e", "g": "gCO2e", "t": "tCO2e"}


class Activity(Protocol):
    """What a calculation reads of an activity record, stored or not."""

    @property
    def activity(self) -> str: ...
    @property
    def ended_on(self) -> date: ...
    @property
    def quantity(self) -> Decimal: ...
    @property
    def unit(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def inputs(self) -> dict[str, Any]: ...
    @property
    def is_estimated(self) -> bool: ...


@dataclass(slots=True, kw_only=True)
class Arguments:
    """What a method is called with, and what the trace has to say about it.

    `own_scope` is the scope where no published factor says it.
    """

    given: dict[str, Any] = field(default_factory=dict)
    factor: ChosenFactor | None = None
    citation: dict[str, str] = field(default_factory=dict)
    fallbacks: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    gwp_set: str = ""
    quality_tier: int = 1
    own_scope: str = ""
    path: str = ""

    def note(self, text: str, *, lowers: int = 0) -> None:
        """Say what was assumed; `lowers` the data-quality tier by so many steps."""
        self.fallbacks = (*self.fallbacks, text)
        self.quality_tier = min(self.quality_tier + lowers, WORST_TIER)


# Factors


def grid(record: Activity, arguments: Arguments, library: FactorLibrary) -> Factor:
    """The factor entered with the record, else the published one of the place and year."""
    own = entered(record, "grid_kgco2e_per_kwh")
    if own is not None:
        if own > LARGEST_GRID:
            raise EntryRefused(
                field="grid_kgco2e_per_kwh",
                value=f"{own:f}",
                reason=said(
                    "No grid emits more than %(largest_grid)s kg per kWh; these may be grams.",
                    largest_grid=LARGEST_GRID,
                ),
                hint=said(
                    "In kilograms %(grams)s g are %(kilograms)s.",
                    grams=f"{own:f}",
                    kilograms=f"{plain(per(own, Decimal(1000))):f}",
                ),
            )
        arguments.citation = own_citation(record) or {"text": "Entered with the record."}
        arguments.quality_tier = 1 if record.inputs.get("citation") else 2
        return Factor(kgco2e_per_unit=own, unit="kWh", label="entered with the record")
    chosen = choose(record, library, activity=GRID, unit="kWh")
    use(arguments, chosen)
    return chosen.as_factor()


def choose(record: Activity, library: FactorLibrary, *, activity: str, unit: str) -> ChosenFactor:
    return library.choose(
        activity=activity,
        place=record.place,
        year=record.ended_on.year,
        unit=unit,
        boundary=str(record.inputs.get("boundary", "")) or None,
        allow_suspect=is_confirmed(record),
    )


def use(arguments: Arguments, chosen: ChosenFactor) -> None:
    arguments.factor = chosen
    arguments.fallbacks = chosen.fallbacks
    arguments.quality_tier = chosen.quality_tier
    arguments.gwp_set = chosen.gwp_set
    arguments.citation = {
        "publisher": chosen.publisher,
        "title": chosen.title,
        "year": str(chosen.year),
        "place": chosen.place,
        "factor_set": chosen.set_code,
        "factor_code": chosen.code,
        "source_factor_id": chosen.source_factor_id,
        "url": chosen.url,
        "licence": chosen.licence,
    }


def on_both_bases(record: Activity) -> dict[str, Any]:
    """Instruments that cover part of the electricity, and the residual mix for the rest."""
    given: dict[str, Any] = {}
    covered = entered(record, "covered_kwh")
    if covered:
        per_kwh = needed(record, "instrument_kgco2e_per_kwh", "Covered electricity")
        label = str(record.inputs.get("instrument", "")) or "instrument"
        factor = Factor(kgco2e_per_unit=per_kwh, unit="kWh", label=label)
        given["covers"] = (Cover(covered_kwh=covered, factor=factor),)
    residual = entered(record, "residual_kgco2e_per_kwh")
    if residual is not None:
        given["residual"] = Factor(kgco2e_per_unit=residual, unit="kWh", label="residual mix")
    return given


# Figures


def in_kwh(record: Activity) -> tuple[Decimal, tuple[Step, ...]]:
    energy_kwh = units.convert(plain(record.quantity), from_unit=record.unit, to_unit="kWh")
    if energy_kwh == record.quantity:
        return energy_kwh, ()
    ratio = units.conversion_ratio(from_unit=record.unit, to_unit="kWh")
    expression = f"{shown(plain(record.quantity))} {record.unit} × {shown(ratio)}"
    step = Step(label="Conversion", expression=expression, value=energy_kwh, unit="kWh")
    return energy_kwh, (step,)


def in_tonnes(record: Activity) -> Decimal:
    unit = REPORTED_UNITS.get(shown_unit(record.unit), record.unit)
    return plain(units.convert(record.quantity, from_unit=unit, to_unit="tCO2e"))


def entered(record: Activity, name: str) -> Decimal | None:
    """The figure of a further input; None if it was not entered."""
    value = record.inputs.get(name)
    return None if value in (None, "") else Decimal(str(value))


def needed(record: Activity, name: str, method: str) -> Decimal:
    number = entered(record, name)
    if number is None:
        raise MissingInput(method=method, names=(name,))
    return number


def agreeing(record: Activity, name: str, quantity: Decimal) -> Decimal:
    """The quantity, which an input of the same meaning may repeat but not contradict."""
    repeated = entered(record, name)
    if repeated is not None and repeated != quantity:
        raise EntryRefused(
            field=name,
            value=f"{repeated:f}",
            reason=said("The quantity says %(quantity)s.", quantity=f"{quantity:f}"),
            hint=said("Enter the figure once, as the quantity, or make both the same."),
        )
    return quantity


def own_citation(record: Activity) -> dict[str, str]:
    text = str(record.inputs.get("citation", ""))
    return {"text": text} if text else {}


def is_confirmed(record: Activity) -> bool:
    return record.inputs.get("confirm_suspect") is True


def converts(unit: str, to_unit: str) -> bool:
    try:
        units.conversion_ratio(from_unit=unit, to_unit=to_unit)
    except units.UnitRefused:
        return False
    return True


def shown_unit(unit: str) -> str:
    return units.canonical(unit) if units.is_known(unit) else unit


def refuse_unit(record: Activity, wanted: str) -> None:
    raise EntryRefused(
        field="unit",
        value=record.unit,
        reason=said("%(activity)s is not measured in this unit.", activity=record.activity),
        hint=said("Use %(wanted)s.", wanted=wanted),
    )
