"""Scope 2 and the upstream of energy, with the UK's and the US's published factors."""

from decimal import Decimal

from departments.inventory.calculation import fuel_and_energy, purchased_electricity, purchased_heat
from departments.inventory.calculation.purchased_electricity import Cover
from departments.inventory.calculation.result import Factor
from tests.worked_examples.published import factor

ZERO = Factor(kgco2e_per_unit=Decimal(0), unit="kWh", label="renewable energy certificate")


def test_uk_electricity_2024_location_based() -> None:
    """UK Government 2024 v1.1, UK electricity: 0.20705 kgCO2e/kWh, generation without losses."""
    grid = factor("desnz_2024", "electricity/grid", unit="kWh")

    result = purchased_electricity.location_based(energy_kwh=Decimal(100000), grid=grid)

    assert result.emissions_kgco2e == Decimal("20705")
    parts = {part.gas: part.kgco2e for part in result.gases}
    assert parts["CO2"] == Decimal("20493")
    assert sum(parts.values()) == Decimal("20705")


def test_uk_electricity_2024_losses_on_the_way() -> None:
    """UK Government 2024 v1.1, Transmission and distribution: 0.0183; Scope 3, category 3."""
    losses = factor("desnz_2024", "electricity/grid-losses", unit="kWh")

    result = fuel_and_energy.calculate(quantity=Decimal(100), unit="MWh", factor=losses)

    assert result.emissions_kgco2e == Decimal("1830")


def test_both_bases_with_certificates_for_sixty_percent() -> None:
    """GHG Protocol Scope 2 Guidance (2015), chapter 6, on 1,000 kWh with a residual mix of 0.35."""
    dual = purchased_electricity.calculate(
        energy_kwh=Decimal(1000),
        grid=factor("desnz_2024", "electricity/grid", unit="kWh"),
        covers=(Cover(covered_kwh=Decimal(600), factor=ZERO),),
        residual=Factor(kgco2e_per_unit=Decimal("0.35"), unit="kWh"),
    )

    assert dual.location_based is not None
    assert dual.market_based is not None
    assert dual.location_based.emissions_kgco2e == Decimal("207.05")
    assert dual.market_based.emissions_kgco2e == Decimal("140")
    assert [step.label for step in dual.market_based.steps] == [
        "Market-based, covered",
        "Market-based, not covered",
        "Market-based",
    ]


def test_a_us_subregion_is_not_a_state() -> None:
    """eGRID2023: subregion RFC East 0.2708278, state of Pennsylvania 0.2938693 kgCO2e/kWh."""
    subregion = factor("grid_egrid_2023", "electricity/grid", unit="kWh", place="US/RFCE")
    state = factor("grid_egrid_2023", "electricity/grid", unit="kWh", place="US-PA")

    assert subregion.kgco2e_per_unit == Decimal("0.2708278")
    assert state.kgco2e_per_unit == Decimal("0.2938693")


def test_great_britain_2024_by_two_boundaries() -> None:
    """Lifecycle (Ember, Our World in Data) 0.2165, combustion (UK Government) 0.20705."""
    lifecycle = factor("grid_ember_owid", "electricity/grid", unit="kWh", year="2024")
    combustion = factor("desnz_2024", "electricity/grid", unit="kWh")

    assert round(lifecycle.kgco2e_per_unit, 4) == Decimal("0.2165")
    assert combustion.kgco2e_per_unit == Decimal("0.20705")


def test_us_steam() -> None:
    """EPA Hub 2025, Table 7: 66.398125 kgCO2e per mmBtu of steam or heat."""
    steam = factor("epa_hub_2025", "heat-and-steam/purchased", unit="mmBtu", place="US")

    result = purchased_heat.calculate(quantity=Decimal(80), unit="MMBtu", factor=steam)

    assert result.emissions_kgco2e == Decimal("5311.85")
