"""Reads. An activity record → its result: finds the factor, calls the method, keeps the arithmetic.

The pure modules of `calculation/` do the sums. Here their arguments are gathered from the record's
quantity, its further inputs and the published factors; and what comes back is rounded once, half
away from zero to the milligram, with a trace that can be printed years later.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from departments.inventory.calculation import compute_workload
from departments.inventory.calculation.errors import (
    CalculationRefused,
    MissingInput,
    SharesDoNotAddUp,
    UnknownActivity,
)
from departments.inventory.calculation.methods import OUTSIDE, Method, method_for, scope_of
from departments.inventory.calculation.purchased_electricity import Cover
from departments.inventory.calculation.result import DualResult, RemovalResult, Result, Step
from departments.inventory.calculation_arguments import Activity, Arguments, gather
from departments.inventory.entry import INPUTS, plain
from departments.inventory.errors import EntryRefused
from departments.inventory.errors.entering import NotCalculable, OutsideOfScopes, ResultTooLarge
from departments.inventory.errors.entering import UnknownActivity as ActivityRefused
from departments.inventory.factor_choice import WORST_TIER, FactorLibrary, country_of
from departments.inventory.models.emissions import (
    LARGEST_KGCO2E,
    DurabilityClass,
    EmissionKind,
    RemovalState,
)
from departments.inventory.units import UnitRefused
from departments.organisation.said import said, what_it_says

MILLIGRAM = Decimal("0.000001")

# Measured energy is better than average power, and that is better than rated power.
_LESSER_PATHS = {compute_workload.AVERAGE_POWER: 1, compute_workload.RATED_POWER: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An activity that is not stored (yet), for a calculation ahead of time."""

    activity: str
    ended_on: date
    quantity: Decimal
    unit: str
    place: str = ""
    inputs: dict[str, Any] = field(default_factory=dict)
    is_estimated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Calculated:
    """A result as it is stored; kgCO2e to the milligram, the trace with decimals as strings."""

    kind: str
    scope: int | None
    category: int | None
    country: str
    durability_class: str
    removal_state: str
    location_kgco2e: Decimal
    market_kgco2e: Decimal
    factor_id: int | None
    gwp_set: str
    quality_tier: int
    trace: dict[str, Any]


def calculate(
    record: Activity, *, library: FactorLibrary | None = None, covers: Sequence[Cover] = ()
) -> Calculated:
    """The result of one activity record; for many, hand the same library to each.

    `covers` are instruments matched to its electricity, beside those of its own inputs.
    Raises: UnknownActivity, FactorNotFound, SuspectFactor, GwpNotFound, OutsideOfScopes,
            EntryRefused, ResultTooLarge; NotCalculable, with the calculation's own words.
    """
    found = calculate_unrounded(record, library=library or FactorLibrary(), covers=covers)
    return replace(
        found,
        location_kgco2e=to_milligrams(found.location_kgco2e),
        market_kgco2e=to_milligrams(found.market_kgco2e),
    )


def calculate_unrounded(
    record: Activity, *, library: FactorLibrary, covers: Sequence[Cover] = ()
) -> Calculated:
    """The same with kgCO2e as the method gives it: to 50 digits, however large.

    Raises: as `calculate`, but not ResultTooLarge.
    """
    try:
        method = method_of(record.activity, library)
        arguments = gather(record, method, library)
        if covers:
            arguments.given["covers"] = (*arguments.given.get("covers", ()), *covers)
        outcome = method.calculate(**arguments.given)
        return _stored(record, method, arguments, outcome)
    except (CalculationRefused, UnitRefused) as refusal:
        field = field_of(refusal)
        reason = what_it_says(refusal)
        raise NotCalculable(cause_code=refusal.code, reason=reason, field=field) from refusal


# The inputs of figures that a calculation names in its refusals.
_FIELDS = {
    "PUE": "pue",
    "Utilisation": "utilisation",
    "Accelerator hours": "accelerator_hours",
    "Average power": "average_power_w",
    "TDP": "tdp_w",
    "Lifetime in hours": "lifetime_hours",
    "Ownership share": "ownership_share",
    "Extended lifetime in years": "extended_lifetime_years",
    "Lifetime in years": "lifetime_years",
    "Price index": "price_index",
    "Base price index": "base_price_index",
}


def field_of(refusal: Exception) -> str:
    """The input that a refused calculation lacks, or finds out of range; else empty."""
    if isinstance(refusal, SharesDoNotAddUp):
        return "composition"
    if isinstance(refusal, MissingInput):
        return refusal.names[0] if refusal.names[0] in INPUTS else ""
    return _FIELDS.get(getattr(refusal, "name", ""), "")


def method_of(activity: str, library: FactorLibrary) -> Method:
    """The method of an activity.

    Raises: UnknownActivity, with the activities spelled much like it.
    """
    try:
        return method_for(activity)
    except UnknownActivity as refusal:
        nearest = library.nearest(activity) or refusal.nearest
        raise ActivityRefused(activity=activity, nearest=nearest) from refusal


def _stored(record: Activity, method: Method, arguments: Arguments, outcome: Any) -> Calculated:
    scope, category = _scope(record, arguments)
    location, market = _both_bases(outcome)
    is_removal = isinstance(outcome, RemovalResult)
    return Calculated(
        kind=EmissionKind.REMOVAL if is_removal else EmissionKind.EMISSION,
        scope=scope,
        category=category,
        country=country_of(record.place),
        durability_class=_choice(record, "durability_class", DurabilityClass) if is_removal else "",
        removal_state=_choice(record, "removal_state", RemovalState) if is_removal else "",
        location_kgco2e=location,
        market_kgco2e=market,
        factor_id=arguments.factor.factor_id if arguments.factor else None,
        gwp_set=arguments.gwp_set,
        quality_tier=_tier(record, arguments, outcome),
        trace=_trace(record, method, arguments, outcome),
    )


def _scope(record: Activity, arguments: Arguments) -> tuple[int | None, int | None]:
    factor = arguments.factor
    factor_scope = "" if factor is None else str(factor.scope or OUTSIDE)
    scope, category = scope_of(
        record.activity,
        factor_scope=factor_scope or arguments.own_scope,
        factor_category=factor.category if factor else None,
    )
    if scope == OUTSIDE:
        raise OutsideOfScopes(activity=record.activity)
    return (int(scope) if scope else None), category


def _both_bases(outcome: Any) -> tuple[Decimal, Decimal]:
    """Location-based and market-based; outside Scope 2 the same figure twice."""
    if isinstance(outcome, RemovalResult):
        return outcome.removed_kgco2e, outcome.removed_kgco2e
    if isinstance(outcome, Result):
        return outcome.emissions_kgco2e, outcome.emissions_kgco2e
    assert isinstance(outcome, DualResult)
    location, market = outcome.location_based, outcome.market_based
    if location is None or market is None:
        raise EntryRefused(
            field="location_kgco2e",
            value="",
            reason=said("Scope 2 is reported on both bases, and one is missing."),
            hint=said(
                "Enter the market-based figure as the quantity and the location-based one here, in "
                "kgCO2e; where they are the same, enter it twice."
            ),
        )
    return location.emissions_kgco2e, market.emissions_kgco2e


def to_milligrams(kgco2e: Decimal) -> Decimal:
    """Rounded once, half away from zero, to 6 decimals of a kilogram.

    Raises: ResultTooLarge.
    """
    if abs(kgco2e) > LARGEST_KGCO2E:
        raise ResultTooLarge(emissions_kgco2e=kgco2e, largest_kgco2e=LARGEST_KGCO2E)
    with localcontext(prec=60):
        return kgco2e.quantize(MILLIGRAM, rounding=ROUND_HALF_UP)


def _choice(record: Activity, name: str, choices: Any) -> str:
    value = str(record.inputs.get(name, ""))
    if value not in choices.values:
        reason = said("A removal needs it.") if not value else said("It is none of the known ones.")
        hint = said("Enter one of %(known)s.", known=", ".join(choices.values))
        raise EntryRefused(field=name, value=value, reason=reason, hint=hint)
    return value


def _tier(record: Activity, arguments: Arguments, outcome: Any) -> int:
    tier = arguments.quality_tier + (1 if record.is_estimated else 0)
    return min(tier + _LESSER_PATHS.get(arguments.path, 0), WORST_TIER)


def _trace(record: Activity, method: Method, arguments: Arguments, outcome: Any) -> dict[str, Any]:
    avoided = getattr(outcome, "avoided_kgco2e", None)
    beside = {} if avoided is None else {"avoided_kgco2e": f"{plain(avoided):f}"}
    return beside | {
        "method": method.name,
        "path": arguments.path or getattr(outcome, "path", ""),
        "activity": record.activity,
        "quantity": f"{plain(record.quantity):f}",
        "unit": record.unit,
        "place": record.place,
        "inputs": dict(record.inputs),
        "boundary": arguments.factor.boundary if arguments.factor else "",
        "citation": arguments.citation,
        "fallbacks": list(arguments.fallbacks),
        "steps": [*_steps(arguments.steps, ""), *_outcome_steps(outcome)],
        "gases": dict(_gases(outcome)),
        "biogenic_kgco2e": _biogenic(outcome),
    }


def _outcome_steps(outcome: Any) -> Iterator[dict[str, str]]:
    if not isinstance(outcome, DualResult):
        yield from _steps(outcome.steps, "")
        return
    for basis, result in (("location", outcome.location_based), ("market", outcome.market_based)):
        if result is not None:
            yield from _steps(result.steps, basis)


def _steps(steps: tuple[Step, ...], basis: str) -> Iterator[dict[str, str]]:
    for step in steps:
        yield {
            "label": step.label,
            "expression": step.expression,
            "value": f"{plain(step.value):f}",
            "unit": step.unit,
            "basis": basis,
        }


def _gases(outcome: Any) -> Mapping[str, str]:
    single = outcome.location_based if isinstance(outcome, DualResult) else outcome
    return {part.gas: f"{plain(part.kgco2e):f}" for part in getattr(single, "gases", ())}


def _biogenic(outcome: Any) -> str | None:
    biogenic = getattr(outcome, "biogenic_kgco2e", None)
    return None if biogenic is None else f"{plain(biogenic):f}"
