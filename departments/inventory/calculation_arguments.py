"""Reads. The arguments of a calculation method, gathered from a record and the published factors.

A method's arguments are the record's quantity under the name the method gives it, further inputs,
and factors. Where a figure is entered twice, as the quantity and as an input, both must agree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from departments.inventory import units
from departments.inventory.calculation import compute_workload
from departments.inventory.calculation.arithmetic import per, shown, times
from departments.inventory.calculation.errors import MissingInput
from departments.inventory.calculation.methods import Method
from departments.inventory.calculation.purchased_electricity import Cover
from departments.inventory.calculation.result import Factor, Step
from departments.inventory.entry import plain
from departments.inventory.errors import EntryRefused, UnknownActivity
from departments.inventory.factor_choice import GRID, ChosenFactor, FactorLibrary

REQUESTS = ("request", "requests", "item", "items")
REPORTED_UNITS = {"kg": "kgCO2e", "g": "gCO2e", "t": "tCO2e"}
WORKLOAD_INPUTS = tuple(compute_workload.WorkloadInputs.__annotations__)


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


def gather(record: Activity, method: Method, library: FactorLibrary) -> Arguments:
    """The arguments for the record's method.

    Raises: FactorNotFound, SuspectFactor, GwpNotFound, UnknownActivity, EntryRefused;
            MissingInput, UnknownUnit, IncompatibleUnits.
    """
    return _GATHERERS.get(method.name, _factor_backed)(record, method, library)


def _factor_backed(record: Activity, method: Method, library: FactorLibrary) -> Arguments:
    """Quantity, unit, and the published factor of the activity itself."""
    arguments = Arguments(given={"quantity": plain(record.quantity), "unit": record.unit})
    if method.needs_factor:
        chosen = _choose(record, library, activity=record.activity, unit=record.unit)
        _use(arguments, chosen)
        arguments.given["factor"] = chosen.as_factor()
    return arguments


def _electricity(record: Activity, method: Method, library: FactorLibrary) -> Arguments:
    if "factor" in method.supplied:
        return _factor_backed(record, method, library)
    arguments = Arguments(given=_on_both_bases(record))
    energy_kwh, arguments.steps = _in_kwh(record)
    arguments.given["energy_kwh"] = _agreeing(record, "energy_kwh", energy_kwh)
    arguments.given["grid"] = _grid(record, arguments, library)
    arguments.own_scope = "2"
    return arguments


def _workload(record: Activity, method: Method, library: FactorLibrary) -> Arguments:
    if method.calculate is compute_workload.embodied_share:
        return _embodied_share(record)
    if method.calculate is compute_workload.calculate_requests:
        arguments = Arguments(given=_request_inputs(record))
    else:
        arguments = Arguments()
        arguments.given, arguments.steps = _workload_inputs(record)
        arguments.path = _power_path(arguments.given)
        if "covers" in method.supplied:
            arguments.given |= _on_both_bases(record)
    arguments.given["grid"] = _grid(record, arguments, library)
    return arguments


def _workload_inputs(record: Activity) -> tuple[dict[str, Any], tuple[Step, ...]]:
    """Energy or hours; the quantity is one of them, as its unit tells, or a number of requests."""
    given: dict[str, Any] = {
        name: number for name in WORKLOAD_INPUTS if (number := _number(record, name)) is not None
    }
    for name, unit in (("accelerator_hours", "h"), ("energy_kwh", "kWh")):
        if _converts(record.unit, unit):
            converted = units.convert(record.quantity, from_unit=record.unit, to_unit=unit)
            if record.quantity or name not in given:
                given[name] = _agreeing(record, name, plain(converted))
            return given, ()
    if record.unit.casefold() not in REQUESTS:
        _refuse_unit(record, "accelerator-hours, kWh or requests")
    if "energy_per_request_wh" not in record.inputs:
        return given, ()
    asked = _request_inputs(record)
    machine_kwh = per(times(asked["requests"], asked["energy_per_request_wh"]), Decimal(1000))
    expression = f"{shown(asked['requests'])} × {shown(asked['energy_per_request_wh'])} Wh ÷ 1,000"
    step = Step(label="Energy of requests", expression=expression, value=machine_kwh, unit="kWh")
    return given | {"machine_energy_kwh": machine_kwh}, (step,)


def _request_inputs(record: Activity) -> dict[str, Any]:
    if record.unit.casefold() not in REQUESTS:
        _refuse_unit(record, "requests")
    given: dict[str, Any] = {"requests": _agreeing(record, "requests", plain(record.quantity))}
    for name in ("energy_per_request_wh", "pue"):
        given[name] = _needed(record, name, "Computing by request")
    return given


def _power_path(given: dict[str, Any]) -> str:
    """By what figure the energy is known, as `compute_workload.energy_use` ranks them."""
    if given.get("energy_kwh") is not None or given.get("machine_energy_kwh") is not None:
        return ""
    is_average = given.get("average_power_w") is not None
    return compute_workload.AVERAGE_POWER if is_average else compute_workload.RATED_POWER


def _embodied_share(record: Activity) -> Arguments:
    hours = units.convert(record.quantity, from_unit=record.unit, to_unit="h")
    method = "An embodied share"
    return Arguments(
        given={
            "accelerator_hours": _agreeing(record, "accelerator_hours", plain(hours)),
            "embodied_kgco2e": _needed(record, "embodied_kgco2e", method),
            "lifetime_hours": _needed(record, "lifetime_hours", method),
        },
        citation=_own_citation(record),
    )


def _hardware(record: Activity, method: Method, library: FactorLibrary) -> Arguments:
    pieces = units.convert(record.quantity, from_unit=record.unit, to_unit="item")
    embodied = _needed(record, "embodied_kgco2e", "Equipment")
    return Arguments(
        given={"units": plain(pieces), "embodied_kgco2e": embodied}, citation=_own_citation(record)
    )


def _fugitive(record: Activity, method: Method, library: FactorLibrary) -> Arguments:
    _, gas, *rest = (*record.activity.split("/"), "")
    if any(rest):
        raise UnknownActivity(activity=record.activity, nearest=[f"refrigerant/{gas}"])
    found = library.choose_gwp(
        gas=gas,
        gwp_set=str(record.inputs.get("gwp_set", "")),
        allow_suspect=_is_confirmed(record),
    )
    return Arguments(
        given={
            "mass": plain(record.quantity),
            "unit": record.unit,
            "gas": found.gas,
            "gwp": found.kgco2e_per_kg,
            "gwp_set": found.gwp_set,
        },
        gwp_set=found.gwp_set,
        citation={
            "publisher": found.source,
            "title": "Global warming potentials, 100 years",
            "factor_set": found.gwp_set,
            "factor_code": found.gas,
            "url": found.url,
            "licence": found.licence,
        },
    )


def _reported(record: Activity, method: Method, library: FactorLibrary) -> Arguments:
    """Ready-made tonnes; a mass in kg or t is one of CO2e here."""
    unit = REPORTED_UNITS.get(_shown_unit(record.unit), record.unit)
    quantity = plain(record.quantity)
    citation = _own_citation(record)
    arguments = Arguments(citation=citation, quality_tier=1 if citation else 2)
    if not citation:
        arguments.fallbacks = ("No source is cited for the reported figure.",)
    if "market_based" not in method.any_of:
        arguments.given = {"quantity": quantity, "unit": unit}
        return arguments
    market = units.convert(quantity, from_unit=unit, to_unit="kgCO2e")
    arguments.given = {
        "location_based": _number(record, "location_kgco2e"),
        "market_based": market,
        "unit": "kgCO2e",
    }
    return arguments


def _removal(record: Activity, method: Method, library: FactorLibrary) -> Arguments:
    citation = _own_citation(record)
    if "released_tonnes" in method.required:
        given = {"released_tonnes": _agreeing(record, "released_tonnes", _in_tonnes(record))}
        return Arguments(given=given, citation=citation)
    names = ("tonnes", "area_ha", "rate_tco2_per_ha_year", "years")
    given = {name: number for name in names if (number := _number(record, name)) is not None}
    if _converts(record.unit, "ha"):
        area = units.convert(record.quantity, from_unit=record.unit, to_unit="ha")
        given["area_ha"] = _agreeing(record, "area_ha", plain(area))
    elif "area_ha" not in given or record.quantity:
        given["tonnes"] = _agreeing(record, "tonnes", _in_tonnes(record))
    is_measured = "tonnes" in given
    return Arguments(given=given, citation=citation, quality_tier=1 if is_measured else 2)


_GATHERERS: dict[str, Callable[[Activity, Method, FactorLibrary], Arguments]] = {
    "purchased_electricity": _electricity,
    "compute_workload": _workload,
    "hardware": _hardware,
    "fugitive": _fugitive,
    "reported": _reported,
    "removals": _removal,
}


# Factors


def _grid(record: Activity, arguments: Arguments, library: FactorLibrary) -> Factor:
    """The factor entered with the record, else the published one of the place and year."""
    own = _number(record, "grid_kgco2e_per_kwh")
    if own is not None:
        arguments.citation = _own_citation(record) or {"text": "Entered with the record."}
        arguments.quality_tier = 1 if record.inputs.get("citation") else 2
        return Factor(kgco2e_per_unit=own, unit="kWh", label="entered with the record")
    chosen = _choose(record, library, activity=GRID, unit="kWh")
    _use(arguments, chosen)
    return chosen.as_factor()


def _choose(record: Activity, library: FactorLibrary, *, activity: str, unit: str) -> ChosenFactor:
    return library.choose(
        activity=activity,
        place=record.place,
        year=record.ended_on.year,
        unit=unit,
        boundary=str(record.inputs.get("boundary", "")) or None,
        allow_suspect=_is_confirmed(record),
    )


def _use(arguments: Arguments, chosen: ChosenFactor) -> None:
    arguments.factor = chosen
    arguments.fallbacks = chosen.fallbacks
    arguments.quality_tier = chosen.quality_tier
    arguments.gwp_set = chosen.gwp_set
    arguments.citation = {
        "publisher": chosen.publisher,
        "title": chosen.title,
        "year": str(chosen.year),
        "factor_set": chosen.set_code,
        "factor_code": chosen.code,
        "source_factor_id": chosen.source_factor_id,
        "url": chosen.url,
        "licence": chosen.licence,
    }


def _on_both_bases(record: Activity) -> dict[str, Any]:
    """Instruments that cover part of the electricity, and the residual mix for the rest."""
    given: dict[str, Any] = {}
    covered = _number(record, "covered_kwh")
    if covered:
        per_kwh = _needed(record, "instrument_kgco2e_per_kwh", "Covered electricity")
        label = str(record.inputs.get("instrument", "")) or "instrument"
        factor = Factor(kgco2e_per_unit=per_kwh, unit="kWh", label=label)
        given["covers"] = (Cover(covered_kwh=covered, factor=factor),)
    residual = _number(record, "residual_kgco2e_per_kwh")
    if residual is not None:
        given["residual"] = Factor(kgco2e_per_unit=residual, unit="kWh", label="residual mix")
    return given


# Figures


def _in_kwh(record: Activity) -> tuple[Decimal, tuple[Step, ...]]:
    energy_kwh = units.convert(plain(record.quantity), from_unit=record.unit, to_unit="kWh")
    if energy_kwh == record.quantity:
        return energy_kwh, ()
    ratio = units.conversion_ratio(from_unit=record.unit, to_unit="kWh")
    expression = f"{shown(plain(record.quantity))} {record.unit} × {shown(ratio)}"
    step = Step(label="Conversion", expression=expression, value=energy_kwh, unit="kWh")
    return energy_kwh, (step,)


def _in_tonnes(record: Activity) -> Decimal:
    unit = REPORTED_UNITS.get(_shown_unit(record.unit), record.unit)
    return plain(units.convert(record.quantity, from_unit=unit, to_unit="tCO2e"))


def _number(record: Activity, name: str) -> Decimal | None:
    value = record.inputs.get(name)
    return None if value in (None, "") else Decimal(str(value))


def _needed(record: Activity, name: str, method: str) -> Decimal:
    number = _number(record, name)
    if number is None:
        raise MissingInput(method=method, names=(name,))
    return number


def _agreeing(record: Activity, name: str, quantity: Decimal) -> Decimal:
    """The quantity, which an input of the same meaning may repeat but not contradict."""
    entered = _number(record, name)
    if entered is not None and entered != quantity:
        raise EntryRefused(
            field=name,
            value=f"{entered:f}",
            reason=f"The quantity says {quantity:f}.",
            hint="Enter the figure once, as the quantity, or make both the same.",
        )
    return quantity


def _own_citation(record: Activity) -> dict[str, str]:
    text = str(record.inputs.get("citation", ""))
    return {"text": text} if text else {}


def _is_confirmed(record: Activity) -> bool:
    return record.inputs.get("confirm_suspect") is True


def _converts(unit: str, to_unit: str) -> bool:
    try:
        units.conversion_ratio(from_unit=unit, to_unit=to_unit)
    except units.UnitRefused:
        return False
    return True


def _shown_unit(unit: str) -> str:
    return units.canonical(unit) if units.is_known(unit) else unit


def _refuse_unit(record: Activity, wanted: str) -> None:
    raise EntryRefused(
        field="unit",
        value=record.unit,
        reason=f"{record.activity} is not measured in this unit.",
        hint=f"Use {wanted}.",
    )
