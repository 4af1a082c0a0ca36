"""Reads. The arguments of a computing workload: energy or hours, power, PUE and grid."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from departments.inventory import units
from departments.inventory.argument_figures import (
    Activity,
    Arguments,
    agreeing,
    converts,
    entered,
    grid,
    needed,
    on_both_bases,
    own_citation,
    refuse_unit,
)
from departments.inventory.calculation import compute_workload
from departments.inventory.calculation.arithmetic import per, shown, times
from departments.inventory.calculation.methods import Method
from departments.inventory.calculation.result import Step
from departments.inventory.compute_tables import (
    Accelerator,
    accelerators_named,
    equipment_named,
    known_equipment,
    nearest_accelerators,
    region_named,
)
from departments.inventory.entry import plain
from departments.inventory.errors import EntryRefused
from departments.inventory.factor_choice import FactorLibrary
from departments.organisation.said import either, said

WORKLOAD_INPUTS = tuple(compute_workload.WorkloadInputs.__annotations__)
METERED = ("energy_kwh", "machine_energy_kwh")


def workload(record: Activity, method: Method, library: FactorLibrary) -> Arguments:
    """The arguments of training, inference and cloud use.

    Raises: EntryRefused, MissingInput; FactorNotFound, SuspectFactor.
    """
    if method.calculate is compute_workload.embodied_share:
        return _embodied_share(record)
    arguments = Arguments()
    if method.calculate is compute_workload.calculate_requests:
        arguments.given = _request_inputs(record)
    else:
        arguments.given, arguments.steps = _workload_inputs(record)
        if "covers" in method.supplied:
            arguments.given |= on_both_bases(record)
    arguments.given["grid"] = grid(record, arguments, library)
    if method.calculate is not compute_workload.calculate_requests:
        _complete_power(record, arguments)
        arguments.path = _power_path(arguments.given)
    _complete_pue(record, arguments)
    return arguments


def _workload_inputs(record: Activity) -> tuple[dict[str, Any], tuple[Step, ...]]:
    """Energy or hours; the quantity is one of them, as its unit tells, or a number of requests."""
    given: dict[str, Any] = {
        name: number for name in WORKLOAD_INPUTS if (number := entered(record, name)) is not None
    }
    for name, unit in (("accelerator_hours", "h"), ("energy_kwh", "kWh")):
        if converts(record.unit, unit):
            converted = units.convert(record.quantity, from_unit=record.unit, to_unit=unit)
            if unit == "kWh" and "machine_energy_kwh" in given and "energy_kwh" not in given:
                name = "machine_energy_kwh"
            if record.quantity or name not in given:
                given[name] = agreeing(record, name, plain(converted))
            return given, ()
    if not _is_of_requests(record):
        refuse_unit(record, said("accelerator-hours, kWh or requests"))
    if "energy_per_request_wh" not in record.inputs:
        return given, ()
    asked = _request_inputs(record)
    machine_kwh = per(times(asked["requests"], asked["energy_per_request_wh"]), Decimal(1000))
    expression = f"{shown(asked['requests'])} × {shown(asked['energy_per_request_wh'])} Wh ÷ 1,000"
    step = Step(label="Energy of requests", expression=expression, value=machine_kwh, unit="kWh")
    return given | {"machine_energy_kwh": machine_kwh}, (step,)


def _request_inputs(record: Activity) -> dict[str, Any]:
    if not _is_of_requests(record):
        refuse_unit(record, "requests")
    asked = plain(units.convert(record.quantity, from_unit=record.unit, to_unit=_one(record)))
    return {
        "requests": agreeing(record, "requests", asked),
        "energy_per_request_wh": needed(record, "energy_per_request_wh", "Computing by request"),
        "pue": entered(record, "pue"),
    }


def _is_of_requests(record: Activity) -> bool:
    return converts(record.unit, "request") or converts(record.unit, "item")


def _one(record: Activity) -> str:
    return "request" if converts(record.unit, "request") else "item"


def _complete_power(record: Activity, arguments: Arguments) -> None:
    """Rated power by the name of the hardware, and full load, where nothing better is known."""
    given = arguments.given
    known = (*METERED, "average_power_w")
    if given.get("average_power_w") is not None and given.get("utilisation", 1) != 1:
        arguments.note(
            f"Utilisation {shown(given['utilisation'])} is not applied: average_power_w is what "
            "was measured. Rated power is entered as tdp_w, or by the hardware."
        )
    if any(given.get(name) is not None for name in known) or "accelerator_hours" not in given:
        return
    hardware = str(record.inputs.get("hardware", ""))
    if given.get("tdp_w") is None and hardware:
        found = _accelerator(hardware)
        given["tdp_w"] = found.tdp_w
        step = Step(label="Rated power", expression=f"{found.name} ({found.source})",
                    value=found.tdp_w, unit="W")  # fmt: skip
        arguments.steps = (*arguments.steps, step)
    if given.get("tdp_w") is not None and given.get("utilisation") is None:
        given["utilisation"] = Decimal(1)
        arguments.note("No utilisation is given: full load, the most there can be.", lowers=1)


def _accelerator(hardware: str) -> Accelerator:
    """The one accelerator of that name.

    Raises: EntryRefused, with those that were perhaps meant.
    """
    found = accelerators_named(hardware)
    if len(found) == 1:
        return found[0]
    if found:
        reason = said("This names accelerators of different rated power.")
        hint = said(
            "Write %(labels)s, or enter average_power_w.",
            labels=either(each.label for each in found),
        )
    else:
        reason = said("The table of accelerators does not have it.")
        near = nearest_accelerators(hardware)
        hint = (
            said(
                "Did you mean %(nearest)s? Else enter average_power_w, or tdp_w from its data "
                "sheet with utilisation.",
                nearest=either(near),
            )
            if near
            else said("Enter average_power_w, or tdp_w from its data sheet with utilisation.")
        )
    raise EntryRefused(field="hardware", value=hardware, reason=reason, hint=hint)


def _complete_pue(record: Activity, arguments: Arguments) -> None:
    """The provider's mean PUE for a cloud region; and a word where a PUE is not applied."""
    given = arguments.given
    pue = given.get("pue")
    if given.get("energy_kwh") is not None:
        if pue is not None and pue != 1:
            arguments.note(
                f"PUE {shown(pue)} is not applied: energy_kwh is what the building's meter counts, "
                "cooling included. Energy at the machines is entered as machine_energy_kwh."
            )
        return
    region = region_named(record.place)
    if pue is None and region is not None and region.pue is not None:
        given["pue"] = region.pue
        arguments.note(f"No PUE is given: {region.pue}, {region.source}, is used.", lowers=1)


def _power_path(given: dict[str, Any]) -> str:
    """By what figure the energy is known, as `compute_workload.energy_use` ranks them."""
    if any(given.get(name) is not None for name in METERED):
        return ""
    is_average = given.get("average_power_w") is not None
    return compute_workload.AVERAGE_POWER if is_average else compute_workload.RATED_POWER


def _embodied_share(record: Activity) -> Arguments:
    hours = units.convert(record.quantity, from_unit=record.unit, to_unit="h")
    arguments = Arguments(citation=own_citation(record))
    arguments.given = {
        "accelerator_hours": agreeing(record, "accelerator_hours", plain(hours)),
        "embodied_kgco2e": embodied(record, arguments, "An embodied share"),
        "lifetime_hours": needed(record, "lifetime_hours", "An embodied share"),
    }
    return arguments


def embodied(record: Activity, arguments: Arguments, method: str) -> Decimal:
    """kgCO2e of making one piece: entered with the record, else by the name of the hardware.

    Raises: MissingInput; EntryRefused, if the table does not have the hardware.
    """
    hardware = str(record.inputs.get("hardware", ""))
    if entered(record, "embodied_kgco2e") is not None or not hardware:
        return needed(record, "embodied_kgco2e", method)
    found = equipment_named(hardware)
    if found is None:
        hint = said(
            "Enter embodied_kgco2e of one piece; known are %(known_equipment)s.",
            known_equipment=", ".join(known_equipment()),
        )
        reason = said("The table of embodied carbon does not have it.")
        raise EntryRefused(field="hardware", value=hardware, reason=reason, hint=hint)
    step = Step(label="Embodied carbon of one", expression=found.label,
                value=found.embodied_kgco2e, unit="kgCO2e")  # fmt: skip
    arguments.steps = (*arguments.steps, step)
    arguments.note("The figure is of the hardware's kind, not of the maker's own.", lowers=1)
    return found.embodied_kgco2e
