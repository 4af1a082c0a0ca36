"""Reads. The arguments of a calculation method, gathered from a record and the published factors.

A method's arguments are the record's quantity under the name the method gives it, further inputs,
and factors.
"""

from __future__ import annotations

from collections.abc import Callable

from departments.inventory import units, workload_arguments
from departments.inventory.argument_figures import (
    REPORTED_UNITS,
    Activity,
    Arguments,
    agreeing,
    choose,
    converts,
    entered,
    grid,
    in_kwh,
    in_tonnes,
    is_confirmed,
    needed,
    on_both_bases,
    own_citation,
    shown_unit,
    use,
)
from departments.inventory.calculation.methods import Method
from departments.inventory.entry import plain
from departments.inventory.errors import UnknownActivity
from departments.inventory.factor_choice import FactorLibrary

__all__ = ["Activity", "Arguments", "gather"]


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
        chosen = choose(record, library, activity=record.activity, unit=record.unit)
        use(arguments, chosen)
        arguments.given["factor"] = chosen.as_factor()
    return arguments


def _electricity(record: Activity, method: Method, library: FactorLibrary) -> Arguments:
    if "factor" in method.supplied:
        return _factor_backed(record, method, library)
    arguments = Arguments(given=on_both_bases(record))
    energy_kwh, arguments.steps = in_kwh(record)
    arguments.given["energy_kwh"] = agreeing(record, "energy_kwh", energy_kwh)
    arguments.given["grid"] = grid(record, arguments, library)
    arguments.own_scope = "2"
    return arguments


def _hardware(record: Activity, method: Method, library: FactorLibrary) -> Arguments:
    pieces = units.convert(record.quantity, from_unit=record.unit, to_unit="item")
    embodied = needed(record, "embodied_kgco2e", "Equipment")
    return Arguments(
        given={"units": plain(pieces), "embodied_kgco2e": embodied}, citation=own_citation(record)
    )


def _fugitive(record: Activity, method: Method, library: FactorLibrary) -> Arguments:
    _, gas, *rest = (*record.activity.split("/"), "")
    if any(rest):
        raise UnknownActivity(activity=record.activity, nearest=[f"refrigerant/{gas}"])
    found = library.choose_gwp(
        gas=gas,
        gwp_set=str(record.inputs.get("gwp_set", "")),
        allow_suspect=is_confirmed(record),
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
    unit = REPORTED_UNITS.get(shown_unit(record.unit), record.unit)
    quantity = plain(record.quantity)
    citation = own_citation(record)
    arguments = Arguments(citation=citation, quality_tier=1 if citation else 2)
    if not citation:
        arguments.fallbacks = ("No source is cited for the reported figure.",)
    if "market_based" not in method.any_of:
        arguments.given = {"quantity": quantity, "unit": unit}
        return arguments
    market = units.convert(quantity, from_unit=unit, to_unit="kgCO2e")
    arguments.given = {
        "location_based": entered(record, "location_kgco2e"),
        "market_based": market,
        "unit": "kgCO2e",
    }
    return arguments


def _removal(record: Activity, method: Method, library: FactorLibrary) -> Arguments:
    citation = own_citation(record)
    if "released_tonnes" in method.required:
        given = {"released_tonnes": agreeing(record, "released_tonnes", in_tonnes(record))}
        return Arguments(given=given, citation=citation)
    names = ("tonnes", "area_ha", "rate_tco2_per_ha_year", "years")
    given = {name: number for name in names if (number := entered(record, name)) is not None}
    if converts(record.unit, "ha"):
        area = units.convert(record.quantity, from_unit=record.unit, to_unit="ha")
        given["area_ha"] = agreeing(record, "area_ha", plain(area))
    elif "area_ha" not in given or record.quantity:
        given["tonnes"] = agreeing(record, "tonnes", in_tonnes(record))
    is_measured = "tonnes" in given
    return Arguments(given=given, citation=citation, quality_tier=1 if is_measured else 2)


_GATHERERS: dict[str, Callable[[Activity, Method, FactorLibrary], Arguments]] = {
    "purchased_electricity": _electricity,
    "compute_workload": workload_arguments.workload,
    "hardware": _hardware,
    "fugitive": _fugitive,
    "reported": _reported,
    "removals": _removal,
}
