"""Calculates. Electricity and emissions of computing: AI training, inference and cloud use.

The energy comes by the best figure there is, and the result's `path` says which: energy at the
facility's meter, energy at the machines, average power, or rated power (TDP) × utilisation. Which
scope it is depends on whose machines they are: own data centre Scope 2, cloud Scope 3 category 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypedDict, Unpack

from departments.inventory.calculation import hardware, purchased_electricity
from departments.inventory.calculation.arithmetic import (
    emit,
    per,
    require_activity,
    shown,
    times,
)
from departments.inventory.calculation.errors import MissingInput, OutOfRange
from departments.inventory.calculation.purchased_electricity import Cover
from departments.inventory.calculation.result import DualResult, Factor, Result, Step
from departments.organisation.said import said

FACILITY_METER = "measured at the facility"
MACHINE_METER = "measured at the machines"
AVERAGE_POWER = "average power"
RATED_POWER = "TDP × utilisation"
PER_REQUEST = "energy per request"

ENERGY_INPUTS = ("energy_kwh", "accelerator_hours", "requests with energy_wh_per_request")
POWER_INPUTS = ("average_power_w", "hardware", "tdp_w with utilisation")
LARGEST_PUE = Decimal(10)
PUE_HINT = said(
    "Enter the building's PUE; 1 where the energy already holds the cooling or the source counts "
    "none."
)


class WorkloadInputs(TypedDict, total=False):
    """What may be known of a workload; the best figure given is used, see `energy_use`."""

    energy_kwh: Decimal | None
    machine_energy_kwh: Decimal | None
    accelerator_hours: Decimal | None
    average_power_w: Decimal | None
    tdp_w: Decimal | None
    utilisation: Decimal | None
    pue: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyUse:
    """Electricity of a workload at the facility's meter, the arithmetic, and the path taken."""

    energy_kwh: Decimal
    steps: tuple[Step, ...]
    path: str


def calculate(*, grid: Factor, **inputs: Unpack[WorkloadInputs]) -> Result:
    """Emissions of a workload's electricity; embodied carbon is a line of its own.

    Returns: kgCO2e, unrounded, with the path taken.
    Raises:  as `energy_use`; UnknownUnit, IncompatibleUnits.
    Source:  Patterson et al. 2021, Carbon Emissions and Large Neural Network Training.
    """
    return _emitted(energy_use(**inputs), grid)


def calculate_scope2(
    *,
    grid: Factor,
    covers: Sequence[Cover] = (),
    residual: Factor | None = None,
    **inputs: Unpack[WorkloadInputs],
) -> DualResult:
    """Emissions of a workload in the company's own data centre, so Scope 2, on both bases.

    Returns: kgCO2e on each basis, unrounded; the path names the basis, the first step the energy.
    Raises:  as `energy_use`; CoverExceedsEnergy; UnknownUnit, IncompatibleUnits.
    Source:  GHG Protocol Scope 2 Guidance (2015), chapters 6 and 7.
    """
    use = energy_use(**inputs)
    dual = purchased_electricity.calculate(
        energy_kwh=use.energy_kwh, grid=grid, covers=covers, residual=residual
    )
    return DualResult(
        location_based=_explained(dual.location_based, use),
        market_based=_explained(dual.market_based, use),
    )


def calculate_requests(
    *, requests: Decimal, energy_per_request_wh: Decimal, grid: Factor, pue: Decimal
) -> Result:
    """Emissions of inference by the number of requests; the energy of one is at the machines.

    Returns: kgCO2e, unrounded.
    Raises:  NegativeActivity, NotFinite, OutOfRange; UnknownUnit, IncompatibleUnits.
    """
    require_activity("Requests", requests)
    require_activity("Energy per request", energy_per_request_wh)
    machine_kwh = per(times(requests, energy_per_request_wh), Decimal(1000))
    expression = f"{shown(requests)} requests × {shown(energy_per_request_wh)} Wh ÷ 1,000"
    return _emitted(_with_pue(machine_kwh, expression, pue, PER_REQUEST), grid)


def energy_use(**inputs: Unpack[WorkloadInputs]) -> EnergyUse:
    """Electricity of a workload by the best figure given; the others are then not looked at.

    Returns: kWh at the facility's meter, unrounded. `energy_kwh` already holds the cooling, so PUE
             applies to every path but that one; hours are accelerators × hours.
    Raises:  MissingInput, NegativeActivity, NotFinite, OutOfRange.
    """
    if (energy_kwh := inputs.get("energy_kwh")) is not None:
        return _metered(energy_kwh)
    if (machine_kwh := inputs.get("machine_energy_kwh")) is not None:
        require_activity("Energy at the machines", machine_kwh)
        expression = f"{shown(machine_kwh)} kWh"
        return _with_pue(machine_kwh, expression, inputs.get("pue"), MACHINE_METER)
    if (hours := inputs.get("accelerator_hours")) is None:
        raise MissingInput(method="Computing", names=ENERGY_INPUTS)
    return _from_power(hours, inputs)


def embodied_share(
    *, embodied_kgco2e: Decimal, accelerator_hours: Decimal, lifetime_hours: Decimal
) -> Result:
    """Embodied emissions of the accelerators that fall on this workload, on their own line.

    Returns: kgCO2e, unrounded.
    Raises:  NegativeActivity, NotFinite, OutOfRange.
    """
    return hardware.calculate_share(
        embodied_kgco2e=embodied_kgco2e, hours=accelerator_hours, lifetime_hours=lifetime_hours
    )


def _metered(energy_kwh: Decimal) -> EnergyUse:
    require_activity("Energy", energy_kwh)
    expression = f"{shown(energy_kwh)} kWh"
    step = Step(label="Energy, measured", expression=expression, value=energy_kwh, unit="kWh")
    return EnergyUse(energy_kwh=energy_kwh, steps=(step,), path=FACILITY_METER)


def _from_power(hours: Decimal, inputs: WorkloadInputs) -> EnergyUse:
    """Hours × watts, by average power when it is known, else by TDP × utilisation."""
    require_activity("Accelerator hours", hours)
    power_w, power, path = _power(inputs)
    machine_kwh = per(times(hours, power_w), Decimal(1000))
    expression = f"{shown(hours)} h × {power} ÷ 1,000"
    return _with_pue(machine_kwh, expression, inputs.get("pue"), path)


def _power(inputs: WorkloadInputs) -> tuple[Decimal, str, str]:
    """Watts of one accelerator, as printed, and the path."""
    if (average_power_w := inputs.get("average_power_w")) is not None:
        require_activity("Average power", average_power_w)
        return average_power_w, f"{shown(average_power_w)} W", AVERAGE_POWER
    tdp_w, utilisation = inputs.get("tdp_w"), inputs.get("utilisation")
    if tdp_w is None or utilisation is None:
        raise MissingInput(method="Computing", names=POWER_INPUTS)
    require_activity("TDP", tdp_w)
    require_activity("Utilisation", utilisation)
    if utilisation > 1:
        hint = said("It is a share of the rated power: 37 % is written 0.37.")
        raise OutOfRange(
            name="Utilisation", value=utilisation, allowed=said("at most 1"), hint=hint
        )
    return times(tdp_w, utilisation), f"{shown(tdp_w)} W × {shown(utilisation)}", RATED_POWER


def _with_pue(machine_kwh: Decimal, expression: str, pue: Decimal | None, path: str) -> EnergyUse:
    """Energy at the machines, and what the building adds to it."""
    if pue is None:
        raise MissingInput(method="Computing", names=("pue",), hint=PUE_HINT)
    require_activity("PUE", pue)
    if not 1 <= pue <= LARGEST_PUE:
        allowed, hint = (
            said("from 1 to %(largest_pue)s", largest_pue=LARGEST_PUE),
            said("It is a ratio: 110 % is written 1.1."),
        )
        raise OutOfRange(name="PUE", value=pue, allowed=allowed, hint=hint)
    energy_kwh = times(machine_kwh, pue)
    expression = f"{expression} × {shown(pue)} PUE"
    step = Step(label=f"Energy, {path}", expression=expression, value=energy_kwh, unit="kWh")
    return EnergyUse(energy_kwh=energy_kwh, steps=(step,), path=path)


def _emitted(use: EnergyUse, grid: Factor) -> Result:
    result = emit(quantity=use.energy_kwh, unit="kWh", factor=grid, label="Electricity")
    return replace(result, steps=(*use.steps, *result.steps), path=use.path)


def _explained(result: Result | None, use: EnergyUse) -> Result | None:
    """The result with the energy's arithmetic in front."""
    return result and replace(result, steps=(*use.steps, *result.steps))
