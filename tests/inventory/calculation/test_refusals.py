"""Calculations refuse what cannot be: each refusal has its code, its facts and what to do next."""

import subprocess
import sys
from decimal import Decimal

import pytest

from departments.inventory import units
from departments.inventory.calculation import (
    business_travel,
    compute_workload,
    freight,
    fugitive,
    hardware,
    purchased_electricity,
    removals,
    reported,
    stationary_combustion,
)
from departments.inventory.calculation.arithmetic import shown
from departments.inventory.calculation.errors import (
    CoverExceedsEnergy,
    GwpMissing,
    MissingInput,
    NegativeActivity,
    NotFinite,
    OutOfRange,
    SharesDoNotAddUp,
)
from departments.inventory.calculation.purchased_electricity import Cover
from departments.inventory.calculation.result import Factor

GRID = Factor(kgco2e_per_unit=Decimal("0.20705"), unit="kWh")
GAS = Factor(kgco2e_per_unit=Decimal("0.1829"), unit="kWh (Gross CV)")
PASSENGER = Factor(kgco2e_per_unit=Decimal("0.2"), unit="passenger.km")
HOURS = Decimal(100)


def test_negative_activity_says_the_figure() -> None:
    with pytest.raises(NegativeActivity, match=r"Location-based is -1,200\.5") as refusal:
        purchased_electricity.location_based(energy_kwh=Decimal("-1200.5"), grid=GRID)
    assert refusal.value.code == "negative_activity"
    assert refusal.value.value == Decimal("-1200.5")


@pytest.mark.parametrize(
    ("passengers", "distance_km"), [("-1", "100"), ("1", "-100"), ("-1", "-100")]
)
def test_two_negatives_make_no_journey(passengers: str, distance_km: str) -> None:
    with pytest.raises(NegativeActivity):
        business_travel.calculate_journey(
            passengers=Decimal(passengers), distance_km=Decimal(distance_km), factor=PASSENGER
        )


def test_two_negatives_make_no_shipment() -> None:
    factor = Factor(kgco2e_per_unit=Decimal("0.1"), unit="tonne.km")
    with pytest.raises(NegativeActivity):
        freight.calculate_shipment(mass_t=Decimal(-1), distance_km=Decimal(-1), factor=factor)


def test_unmarked_kwh_of_gas_are_refused() -> None:
    with pytest.raises(units.IncompatibleUnits):
        stationary_combustion.calculate(quantity=Decimal(1), unit="kWh", factor=GAS)


def test_not_a_number() -> None:
    with pytest.raises(NotFinite):
        stationary_combustion.calculate(quantity=Decimal("NaN"), unit="kWh", factor=GAS)


def test_a_float_is_a_programming_mistake() -> None:
    with pytest.raises(TypeError):
        stationary_combustion.calculate(quantity=1.5, unit="kWh", factor=GAS)  # type: ignore[arg-type]


def test_more_certificates_than_electricity() -> None:
    with pytest.raises(CoverExceedsEnergy) as refusal:
        purchased_electricity.calculate(
            energy_kwh=Decimal(1000),
            grid=GRID,
            covers=[Cover(covered_kwh=Decimal(600), factor=GRID)] * 2,
        )
    assert refusal.value.covered_kwh == Decimal(1200)


def test_a_negative_cover_cannot_hide_behind_another() -> None:
    covers = [Cover(covered_kwh=Decimal(k), factor=GRID) for k in (1500, -500)]
    with pytest.raises(NegativeActivity):
        purchased_electricity.calculate(energy_kwh=Decimal(1000), grid=GRID, covers=covers)


def test_fully_covered_electricity_is_zero_and_still_explained() -> None:
    none = Factor(kgco2e_per_unit=Decimal(0), unit="kWh", label="guarantee of origin")
    dual = purchased_electricity.calculate(
        energy_kwh=Decimal(10), grid=GRID, covers=[Cover(covered_kwh=Decimal(10), factor=none)]
    )
    assert dual.market_based is not None
    assert dual.market_based.emissions_kgco2e == 0
    assert dual.market_based.steps[0].expression == "10 kWh × 0 kgCO2e/kWh (guarantee of origin)"


@pytest.mark.parametrize(
    ("inputs", "missing"),
    [
        ({}, "accelerator_hours"),
        ({"accelerator_hours": HOURS}, "average_power_w"),
        ({"accelerator_hours": HOURS, "tdp_w": Decimal(400)}, "tdp_w with utilisation"),
        ({"accelerator_hours": HOURS, "average_power_w": Decimal(300)}, "pue"),
        ({"machine_energy_kwh": HOURS}, "pue"),
    ],
)
def test_a_workload_names_what_it_lacks(
    inputs: compute_workload.WorkloadInputs, missing: str
) -> None:
    with pytest.raises(MissingInput) as refusal:
        compute_workload.calculate(grid=GRID, **inputs)
    assert missing in refusal.value.names


@pytest.mark.parametrize(
    ("pue", "utilisation"), [("0.99", "0.5"), ("1.1", "1.01")], ids=["pue", "utilisation"]
)
def test_what_physics_forbids(pue: str, utilisation: str) -> None:
    with pytest.raises(OutOfRange):
        compute_workload.calculate(
            accelerator_hours=HOURS,
            tdp_w=Decimal(400),
            utilisation=Decimal(utilisation),
            pue=Decimal(pue),
            grid=GRID,
        )


def test_the_best_figure_wins() -> None:
    """Measured energy over energy at the machines, over average power, over TDP × utilisation."""
    known: compute_workload.WorkloadInputs = {
        "energy_kwh": Decimal(1),
        "machine_energy_kwh": Decimal(2),
        "accelerator_hours": Decimal(1000),
        "average_power_w": Decimal(3),
        "tdp_w": Decimal(8),
        "utilisation": Decimal("0.5"),
        "pue": Decimal(1),
    }
    less = [known | {"energy_kwh": None}]
    less.append(less[-1] | {"machine_energy_kwh": None})
    less.append(less[-1] | {"average_power_w": None})

    uses = [compute_workload.energy_use(**inputs) for inputs in (known, *less)]

    assert [(use.path, str(use.energy_kwh)) for use in uses] == [
        ("measured at the facility", "1"),
        ("measured at the machines", "2"),
        ("average power", "3"),
        ("TDP × utilisation", "4.0"),
    ]


def test_a_machine_lives_longer_than_no_time() -> None:
    with pytest.raises(OutOfRange):
        hardware.calculate_share(
            embodied_kgco2e=Decimal(1200), hours=HOURS, lifetime_hours=Decimal(0)
        )


def test_a_blend_is_a_whole() -> None:
    with pytest.raises(SharesDoNotAddUp, match=r"add up to 0\.9, not 1"):
        fugitive.blend_gwp(blend="R-X", shares={"a": Decimal("0.9")}, gwps={}, gwp_set="AR5GWP100")


def test_a_gas_without_a_gwp_is_not_zero() -> None:
    shares = {"hfc-32": Decimal("0.5"), "r-290": Decimal("0.5")}
    with pytest.raises(GwpMissing) as refusal:
        fugitive.blend_gwp(
            blend="R-X", shares=shares, gwps={"hfc-32": Decimal(677)}, gwp_set="AR5GWP100"
        )
    assert refusal.value.gases == ("r-290",)


def test_reported_tonnes_and_the_basis_that_was_not_reported() -> None:
    dual = reported.calculate_scope2(market_based=Decimal("393134"))
    assert dual.location_based is None
    assert dual.market_based is not None
    assert dual.market_based.emissions_kgco2e == Decimal("393134000")
    with pytest.raises(MissingInput):
        reported.calculate_scope2()


def test_tonnes_of_mass_are_not_tonnes_of_carbon() -> None:
    with pytest.raises(units.IncompatibleUnits):
        reported.calculate(quantity=Decimal(1), unit="tonnes")


def test_a_removal_by_area_needs_its_rate() -> None:
    with pytest.raises(MissingInput):
        removals.calculate(area_ha=Decimal(10), years=Decimal(1))
    with pytest.raises(NegativeActivity):
        removals.calculate(tonnes=Decimal(-1))


def test_long_figures_are_kept_and_shown_short() -> None:
    """A quotient without end is printed with 12 decimals; the value keeps 50 digits."""
    result = stationary_combustion.calculate(
        quantity=Decimal(1), unit="therm (Gross CV)", factor=GAS
    )
    assert result.steps[0].expression.endswith("× 29.307107017222 kWh (Gross CV)/therm (Gross CV)")
    assert len(result.emissions_kgco2e.as_tuple().digits) == 50
    assert shown(Decimal("1234567.80")) == "1,234,567.80"


def test_plain_python_only() -> None:
    """Numbers in, numbers out: no Django, no Celery, and pint only when a unit is converted."""
    program = (
        "import sys; import departments.inventory.calculation.methods, departments.inventory.units;"
        "print(sorted({m.partition('.')[0] for m in sys.modules}"
        " & {'django', 'rest_framework', 'celery', 'pint'}))"
    )
    output = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert output.stdout.strip() == "[]"
