"""Reads. The arguments of a calculation method, gathered from a record and the published factors.

A method's arguments are the record's quantity under the name the method gives it, further inputs,
and factors.
"""

from __future__ import annotations

from collections.abc import Callable

from departments.inventory import units, workload_arguments
from departments.inventory.absorption_balances import project_citation
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
from departments.inventory.blend_arguments import blend
from departments.inventory.calculation.errors import MissingInput
from departments.inventory.calculation.methods import Method, factor_activity
from departments.inventory.calculation.result import Factor
from departments.inventory.entry import plain
from departments.inventory.errors import EntryRefused
from departments.inventory.errors.entering import UnknownActivity
from departments.inventory.factor_choice import FactorLibrary
from departments.organisation.said import said

__all__ = ["Activity", "Arguments", "gather"]


def gather(record: Activity, method: Method, library: FactorLibrary) -> Arguments:
    """The arguments for the record's method.

    Raises: FactorNotFound, SuspectFactor, GwpNotFound, UnknownActivity, EntryRefused;
            MissingInput, UnknownUnit, IncompatibleUnits.
    """
    return _GATHERERS.get(method.name, _factor_backed)(record, method, library)


def _factor_backed(record: Activity, method: Method, library: FactorLibrary) -> Arguments:
    """Quantity, unit, and the published factor of the activity, or of the one that it wraps."""
    arguments = Arguments(given={"quantity": plain(record.quantity), "unit": record.unit})
    if method.needs_factor:
        activity = factor_activity(record.activity)
        chosen = choose(record, library, activity=activity, unit=record.unit)
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
    arguments = Arguments(citation=own_citation(record))
    arguments.given = {
        "units": plain(pieces),
        "embodied_kgco2e": workload_arguments.embodied(record, arguments, "Equipment"),
    }
    for name in method.required[len(arguments.given) :]:
        arguments.given[name] = needed(record, name, "Equipment")
    refurbishment = entered(record, "refurbishment_kgco2e")
    if refurbishment is not None and "lifetime_years" in arguments.given:
        arguments.given["refurbishment_kgco2e"] = refurbishment
    return arguments


def _sold_products(record: Activity, method: Method, library: FactorLibrary) -> Arguments:
    if "units_sold" not in method.required:
        return _factor_backed(record, method, library)
    name = "Use of sold products"
    use_unit = str(record.inputs.get("use_unit", ""))
    if not use_unit:
        hint = said("Enter the unit of use_per_unit, such as kWh or litres.")
        raise MissingInput(method=name, names=("use_unit",), hint=hint)
    activity = factor_activity(record.activity)
    chosen = choose(record, library, activity=activity, unit=use_unit)
    sold = units.convert(record.quantity, from_unit=record.unit, to_unit="item")
    arguments = Arguments(
        given={
            "units_sold": plain(sold),
            "lifetime_uses": needed(record, "lifetime_uses", name),
            "use_per_unit": needed(record, "use_per_unit", name),
            "use_unit": use_unit,
            "factor": chosen.as_factor(),
        }
    )
    use(arguments, chosen)
    return arguments


def _spend(record: Activity, method: Method, library: FactorLibrary) -> Arguments:
    """The factor entered with the record and its source, else a published one by money."""
    arguments = Arguments(given={"quantity": plain(record.quantity), "unit": record.unit})
    own = entered(record, "kgco2e_per_unit")
    if own is None:
        arguments = _factor_backed(record, method, library)
    else:
        units.canonical(record.unit)
        arguments.given["factor"] = Factor(
            kgco2e_per_unit=own, unit=record.unit, label="entered with the record"
        )
        arguments.citation = _stated(record, "citation", said("where the factor comes from"))
        arguments.quality_tier = 3
    for name in ("price_index", "base_price_index"):
        if (index := entered(record, name)) is not None:
            arguments.given[name] = index
            source = _stated(
                record, "price_index_source", said("which index, of which edition, it is")
            )
            arguments.citation = arguments.citation | {"price_index": source["text"]}
    return arguments


def _stated(record: Activity, name: str, what: str) -> dict[str, str]:
    """A source in words.

    Raises: EntryRefused, if nothing is said.
    """
    text = str(record.inputs.get(name, ""))
    if not text:
        hint = said("Say %(what)s: publisher, title, year.", what=what)
        raise EntryRefused(field=name, value="", reason=said("It is missing."), hint=hint)
    return {"text": text}


def _investments(record: Activity, method: Method, library: FactorLibrary) -> Arguments:
    share = needed(record, "ownership_share", "An investment")
    given = {
        "quantity": plain(record.quantity),
        "unit": REPORTED_UNITS.get(shown_unit(record.unit), record.unit),
        "ownership_share": share,
    }
    citation = own_citation(record)
    return Arguments(given=given, citation=citation, quality_tier=1 if citation else 2)


def _fugitive(record: Activity, method: Method, library: FactorLibrary) -> Arguments:
    _, gas, *rest = (*record.activity.split("/"), "")
    if any(rest):
        raise UnknownActivity(activity=record.activity, nearest=[f"refrigerant/{gas}"])
    if "composition" in record.inputs:
        return blend(record, gas, library)
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
    citation = own_citation(record) | project_citation(record)
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
    "investments": _investments,
    "sold_products": _sold_products,
    "spend": _spend,
    "fugitive": _fugitive,
    "reported": _reported,
    "removals": _removal,
}
