"""Calculates. Which method calculates an activity: one table, from the beginning of its path.

An activity is a path such as `gaseous-fuels/natural-gas` or `reported/scope-3/6`. The longest
prefix of whole segments wins. Where a published factor stands behind the activity, scope and
category are the factor row's; elsewhere the table or the path itself says them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from departments.inventory.calculation import (
    biogenic,
    business_travel,
    capital_goods,
    compute_workload,
    employee_commuting,
    franchises,
    freight,
    fuel_and_energy,
    fugitive,
    hardware,
    investments,
    leased_assets,
    mobile_combustion,
    purchased_electricity,
    purchased_goods,
    purchased_heat,
    removals,
    reported,
    sold_products,
    spend,
    stationary_combustion,
    waste,
)
from departments.inventory.calculation.errors import UnknownActivity

OUTSIDE = "outside"


class ScopeFrom(StrEnum):
    """Where scope and Scope 3 category come from."""

    FACTOR = "factor"
    TABLE = "table"
    PATH = "path"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """How one kind of activity is calculated.

    `calculate` is a keyword-only function of the module `name`; `required` are its inputs that a
    person or a meter gives, `any_of` inputs of which at least one is needed, and `supplied` those
    that a factor or a GWP table gives. One that `wraps` takes the factor of the activity behind its
    prefix, in a category of its own: `employee-commuting/business-travel-land/rail/national-rail`.
    """

    name: str
    calculate: Callable[..., Any]
    required: tuple[str, ...]
    supplied: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    scope_from: ScopeFrom = ScopeFrom.FACTOR
    scope: str | None = None
    scope3_category: int | None = None
    wraps: bool = False

    @property
    def needs_factor(self) -> bool:
        """Whether a published emission factor is looked up for the activity."""
        return "factor" in self.supplied or "grid" in self.supplied


def _factor_backed(module: Any, calculate: Callable[..., Any] | None = None) -> Method:
    """Quantity and unit times a published factor, which also says scope and category."""
    return Method(
        name=module.__name__.rpartition(".")[2],
        calculate=calculate or module.calculate,
        required=("quantity", "unit"),
        supplied=("factor",),
    )


def _wrapping(calculate: Callable[..., Any], category: int) -> Method:
    """The factor of the activity behind the prefix, in a Scope 3 category of its own."""
    return Method(
        name=calculate.__module__.rpartition(".")[2],
        calculate=calculate,
        required=("quantity", "unit"),
        supplied=("factor",),
        scope_from=ScopeFrom.TABLE,
        scope="3",
        scope3_category=category,
        wraps=True,
    )


def _spend(category: int) -> Method:
    return Method(
        name="spend",
        calculate=spend.calculate,
        required=("quantity", "unit"),
        supplied=("factor",),
        scope_from=ScopeFrom.TABLE,
        scope="3",
        scope3_category=category,
    )


_ENERGY_OR_HOURS = ("energy_kwh", "machine_energy_kwh", "accelerator_hours")
_COMPUTE = Method(
    name="compute_workload",
    calculate=compute_workload.calculate_scope2,
    required=(),
    any_of=_ENERGY_OR_HOURS,
    supplied=("grid", "covers", "residual"),
    scope_from=ScopeFrom.TABLE,
    scope="2",
)
_STATIONARY = _factor_backed(stationary_combustion)
_MOBILE = _factor_backed(mobile_combustion)
_ELECTRIC_VEHICLES = _factor_backed(purchased_electricity, purchased_electricity.driven)
_UPSTREAM = _factor_backed(fuel_and_energy)
_HEAT = _factor_backed(purchased_heat)
_TRAVEL = _factor_backed(business_travel)
_GOODS = _factor_backed(purchased_goods)
_WASTE = _factor_backed(waste)
_LEASED = _factor_backed(leased_assets)
_REPORTED = Method(
    name="reported",
    calculate=reported.calculate,
    required=("quantity", "unit"),
    scope_from=ScopeFrom.PATH,
)

METHODS: MappingProxyType[str, Method] = MappingProxyType(
    {
        "reported/scope-1": _REPORTED,
        "reported/scope-2": Method(
            name="reported",
            calculate=reported.calculate_scope2,
            required=("unit",),
            any_of=("location_based", "market_based"),
            scope_from=ScopeFrom.PATH,
        ),
        "reported/scope-3": _REPORTED,
        "electricity/grid": Method(
            name="purchased_electricity",
            calculate=purchased_electricity.calculate,
            required=("energy_kwh",),
            supplied=("grid", "covers", "residual"),
        ),
        "electricity/grid-losses": _UPSTREAM,
        "electricity/grid-losses-upstream": _UPSTREAM,
        "electricity/grid-upstream": _UPSTREAM,
        "electricity-for-evs": _ELECTRIC_VEHICLES,
        "electricity-losses-for-evs": _UPSTREAM,
        "heat-and-steam": _HEAT,
        "heat-and-steam-losses": _UPSTREAM,
        "well-to-tank": _UPSTREAM,
        "gaseous-fuels": _STATIONARY,
        "liquid-fuels": _STATIONARY,
        "solid-fuels": _STATIONARY,
        "bioenergy": _STATIONARY,
        "mobile-combustion": _MOBILE,
        "passenger-vehicles": _MOBILE,
        "delivery-vehicles": _MOBILE,
        "refrigerant": Method(
            name="fugitive",
            calculate=fugitive.calculate_gas,
            required=("mass", "unit"),
            supplied=("gas", "gwp", "gwp_set", "blend", "shares", "gwps"),
            scope_from=ScopeFrom.TABLE,
            scope="1",
        ),
        "business-travel-air": _TRAVEL,
        "business-travel-land": _TRAVEL,
        "business-travel-sea": _TRAVEL,
        "hotel-stay": _TRAVEL,
        "homeworking": _factor_backed(employee_commuting),
        "freight": _factor_backed(freight),
        "material-use": _GOODS,
        "water-supply": _GOODS,
        "water-treatment": _WASTE,
        "waste-disposal": _WASTE,
        "managed-assets-electricity": _LEASED,
        "managed-assets-vehicles": _LEASED,
        "outside-of-scopes": _factor_backed(biogenic),
        "compute/training": _COMPUTE,
        "compute/inference": _COMPUTE,
        "compute/cloud": Method(
            name="compute_workload",
            calculate=compute_workload.calculate,
            required=(),
            any_of=_ENERGY_OR_HOURS,
            supplied=("grid",),
            scope_from=ScopeFrom.TABLE,
            scope="3",
            scope3_category=1,
        ),
        "compute/cloud/requests": Method(
            name="compute_workload",
            calculate=compute_workload.calculate_requests,
            required=("requests", "energy_per_request_wh", "pue"),
            supplied=("grid",),
            scope_from=ScopeFrom.TABLE,
            scope="3",
            scope3_category=1,
        ),
        "compute/embodied": Method(
            name="compute_workload",
            calculate=compute_workload.embodied_share,
            required=("embodied_kgco2e", "accelerator_hours", "lifetime_hours"),
            scope_from=ScopeFrom.TABLE,
            scope="3",
            scope3_category=2,
        ),
        "hardware": Method(
            name="hardware",
            calculate=hardware.calculate,
            required=("units", "embodied_kgco2e"),
            scope_from=ScopeFrom.TABLE,
            scope="3",
            scope3_category=2,
        ),
        "hardware-reuse": Method(
            name="hardware",
            calculate=hardware.calculate_reuse,
            required=(
                "units",
                "embodied_kgco2e",
                "lifetime_years",
                "extended_lifetime_years",
            ),
            scope_from=ScopeFrom.TABLE,
            scope="3",
            scope3_category=2,
        ),
        "purchased-goods": _wrapping(purchased_goods.calculate, 1),
        "purchased-goods/spend": _spend(1),
        "capital-goods": _wrapping(capital_goods.calculate, 2),
        "capital-goods/spend": _spend(2),
        "employee-commuting": _wrapping(employee_commuting.calculate, 7),
        "upstream-leased-assets": _wrapping(leased_assets.calculate, 8),
        "downstream-freight": _wrapping(freight.calculate, 9),
        "sold-products/processing": _wrapping(sold_products.calculate_processing, 10),
        "sold-products/use": Method(
            name="sold_products",
            calculate=sold_products.calculate_use,
            required=("units_sold", "lifetime_uses", "use_per_unit", "use_unit"),
            supplied=("factor",),
            scope_from=ScopeFrom.TABLE,
            scope="3",
            scope3_category=11,
            wraps=True,
        ),
        "sold-products/end-of-life": _wrapping(sold_products.calculate_end_of_life, 12),
        "downstream-leased-assets": _wrapping(leased_assets.calculate, 13),
        "franchises": _wrapping(franchises.calculate, 14),
        "investments/equity": Method(
            name="investments",
            calculate=investments.calculate,
            required=("quantity", "unit", "ownership_share"),
            scope_from=ScopeFrom.TABLE,
            scope="3",
            scope3_category=15,
        ),
        "removal": Method(
            name="removals",
            calculate=removals.calculate,
            required=(),
            any_of=("tonnes", "area_ha"),
            scope_from=ScopeFrom.NONE,
        ),
        "removal-reversal": Method(
            name="removals",
            calculate=removals.calculate_reversal,
            required=("released_tonnes",),
            scope_from=ScopeFrom.NONE,
        ),
    }
)


def method_for(activity: str) -> Method:
    """The method whose prefix is the longest that begins the activity.

    Raises: UnknownActivity, with the prefixes nearest to it.
    """
    return METHODS[_prefix_of(activity)]


def factor_activity(activity: str) -> str:
    """The activity whose published factor counts: the one behind a prefix that wraps another.

    Raises: UnknownActivity, also for a prefix with nothing behind it, or another such prefix.
    """
    prefix = _prefix_of(activity)
    if not METHODS[prefix].wraps:
        return activity
    behind = activity[len(prefix) + 1 :]
    inner = method_for(behind) if behind else None
    if inner is None or not inner.needs_factor or inner.scope_from is ScopeFrom.TABLE:
        raise UnknownActivity(activity=activity, nearest=[f"{prefix}/{EXAMPLE_BEHIND[prefix]}"])
    return behind


# What may stand behind a prefix, to say it by an example.
EXAMPLE_BEHIND = {
    "purchased-goods": "material-use/paper/paper-and-board-paper/primary-material-production",
    "capital-goods": "material-use/construction/metals/primary-material-production",
    "employee-commuting": "business-travel-land/rail/national-rail",
    "upstream-leased-assets": "electricity/grid",
    "downstream-freight": "freight/rail/freight-train",
    "sold-products/processing": "electricity/grid",
    "sold-products/use": "electricity/grid",
    "sold-products/end-of-life": "waste-disposal/electrical-items/weee-mixed/landfill",
    "downstream-leased-assets": "electricity/grid",
    "franchises": "electricity/grid",
}


def _prefix_of(activity: str) -> str:
    segments = activity.split("/")
    for length in range(len(segments), 0, -1):
        if (prefix := "/".join(segments[:length])) in METHODS:
            return prefix
    raise UnknownActivity(activity=activity, nearest=_nearest(activity))


def scope_of(
    activity: str, *, factor_scope: str = "", factor_category: int | None = None
) -> tuple[str, int | None]:
    """Scope (“1”, “2”, “3”, “outside”, empty for a removal) and Scope 3 category of an activity.

    `factor_scope` and `factor_category` are the factor row's; they count where a factor backs it.
    Raises: UnknownActivity, also for `reported/scope-3` with a category that is not 1 to 15.
    """
    method = method_for(activity)
    if method.scope_from is ScopeFrom.PATH:
        return _scope_in_path(activity)
    if method.scope_from is ScopeFrom.FACTOR:
        return factor_scope, factor_category
    return method.scope or "", method.scope3_category


def _scope_in_path(activity: str) -> tuple[str, int | None]:
    """`reported/scope-3/6` is Scope 3, category 6; `reported/scope-1` has no category."""
    _, scope, *rest = activity.split("/")
    if scope != "scope-3":
        return scope.removeprefix("scope-"), None
    if rest and rest[0].isdecimal() and 1 <= int(rest[0]) <= 15:
        return "3", int(rest[0])
    nearest = ("reported/scope-3/1", "reported/scope-3/15")
    raise UnknownActivity(activity=activity, nearest=nearest)


def _nearest(activity: str) -> list[str]:
    return get_close_matches(activity, METHODS, n=3, cutoff=0.4)
