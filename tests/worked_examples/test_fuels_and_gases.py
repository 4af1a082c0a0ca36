"""Fuels and refrigerants, worked with the factors that governments publish."""

from decimal import Decimal

import pytest

from departments.inventory.calculation import (
    biogenic,
    fugitive,
    mobile_combustion,
    stationary_combustion,
)
from tests.worked_examples.published import factor, gwp


def test_uk_natural_gas_by_gross_kwh() -> None:
    """UK Government 2024 v1.1, Fuels: natural gas, kWh (Gross CV), 0.1829 kgCO2e."""
    gas = factor("desnz_2024", "gaseous-fuels/natural-gas", unit="kWh (Gross CV)")

    result = stationary_combustion.calculate(
        quantity=Decimal(10000), unit="kWh (Gross CV)", factor=gas
    )

    assert result.emissions_kgco2e == Decimal("1829")
    assert result.steps[0].expression.startswith("10,000 kWh (Gross CV) × 0.1829 kgCO2e/kWh")
    assert sum(part.kgco2e for part in result.gases) == Decimal("1829")


def test_uk_gas_bill_in_therms() -> None:
    """1 therm is 100,000 Btu (International Table), 29.3071… kWh: 100 therms are 536.03 kg."""
    gas = factor("desnz_2024", "gaseous-fuels/natural-gas", unit="kWh (Gross CV)")

    result = stationary_combustion.calculate(
        quantity=Decimal(100), unit="therms (Gross CV)", factor=gas
    )

    assert round(result.emissions_kgco2e, 2) == Decimal("536.03")
    assert [step.label for step in result.steps] == ["Conversion", "Fuel burned"]


def test_us_natural_gas_by_mmbtu_and_by_gas() -> None:
    """EPA Emission Factors Hub, January 2025, Table 1: 53.06 kg CO2, 1 g CH4, 0.1 g N2O per mmBtu.

    With AR5 (28 and 265) that is 53.06 + 0.028 + 0.0265 = 53.1145 kg.
    """
    gas = factor("epa_hub_2025", "gaseous-fuels/natural-gas", unit="mmBtu (HHV)", place="US")

    result = stationary_combustion.calculate(quantity=Decimal(1000), unit="mmBtu (HHV)", factor=gas)

    assert result.emissions_kgco2e == Decimal("53114.5")
    parts = {part.gas: part.kgco2e for part in result.gases}
    assert parts == {"CO2": Decimal("53060"), "CH4": Decimal("28"), "N2O": Decimal("26.5")}


def test_us_biodiesel_keeps_biogenic_co2_beside_the_sum() -> None:
    """EPA Hub 2025, Table 1: 0.00657 kg CH4 and N2O, and 9.45 kg biogenic CO2, a gallon."""
    fuel = factor(
        "epa_hub_2025", "bioenergy/biofuel/biodiesel-100-percent", unit="gallon", place="US"
    )

    result = stationary_combustion.calculate(quantity=Decimal(1000), unit="gallon", factor=fuel)

    assert result.emissions_kgco2e == Decimal("6.57")
    assert result.biogenic_kgco2e == Decimal("9450")


def test_uk_wood_logs_outside_the_scopes() -> None:
    """UK Government 2024, Outside of scopes: biogenic CO2 is a memo line, never an emission."""
    logs = factor("desnz_2024", "outside-of-scopes/biomass/wood-logs", unit="tonnes")

    result = biogenic.calculate(quantity=Decimal(2), unit="t", factor=logs)

    assert result.emissions_kgco2e == 0
    assert result.biogenic_kgco2e == 2 * logs.kgco2e_per_unit


def test_us_fleet_gasoline_is_two_halves() -> None:
    """EPA Hub 2025, Table 2: 8.78 kg CO2 a gallon; Table 3 adds CH4 and N2O by the mile."""
    fuel = factor(
        "epa_hub_2025", "mobile-combustion/co2-only/motor-gasoline", unit="gallon", place="US"
    )

    by_fuel = mobile_combustion.calculate(quantity=Decimal(100), unit="US gallons", factor=fuel)

    assert by_fuel.emissions_kgco2e == Decimal("878")
    assert [part.gas for part in by_fuel.gases] == ["CO2"]


R_410A = {"hfc-32": Decimal("0.5"), "hfc-125": Decimal("0.5")}


@pytest.mark.parametrize(
    ("gwp_set", "expected"),
    [("AR4GWP100", "2087.5"), ("AR5GWP100", "1923.5"), ("AR6GWP100", "2255.5")],
)
def test_r_410a_by_mass_share(gwp_set: str, expected: str) -> None:
    """R-410A is half HFC-32, half HFC-125 (EPA Hub 2025, Table 12).

    IPCC GWP-100: 675 and 3,500 (AR4), 677 and 3,170 (AR5), 771 and 3,740 (AR6).
    """
    result = fugitive.calculate_blend(
        mass=Decimal(1),
        unit="kg",
        blend="R-410A",
        shares=R_410A,
        gwps={gas: gwp(gas, gwp_set) for gas in R_410A},
        gwp_set=gwp_set,
    )

    assert result.emissions_kgco2e == Decimal(expected)
    assert sum(part.kgco2e for part in result.gases) == Decimal(expected)


def test_r_410a_as_published() -> None:
    """US EPA and UK Government print the AR5 mean rounded: 1,924."""
    assert gwp("r-410a", "AR5GWP100-blend") == 1924
    assert gwp("r-410a", "UKGOV2025-AR5GWP100-KYOTO") == 1924

    result = fugitive.calculate(
        mass=Decimal(2500), unit="g", gas="R-410A", gwp=Decimal(1924), gwp_set="AR5GWP100-blend"
    )

    assert result.emissions_kgco2e == Decimal("4810")


def test_r_424a_is_suspect_in_one_source() -> None:
    """EPA Hub 2025, Table 12 prints 3,104; its own composition gives the UK figure, 2,212."""
    shares = {
        "hfc-125": "0.505",
        "hfc-134a": "0.47",
        "r-600": "0.01",
        "r-600a": "0.009",
        "r-601a": "0.006",
    }
    hydrocarbons = dict.fromkeys(("r-600", "r-600a", "r-601a"), Decimal(0))
    gwps = {gas: gwp(gas, "AR5GWP100") for gas in ("hfc-125", "hfc-134a")} | hydrocarbons

    value, _ = fugitive.blend_gwp(
        blend="R-424A",
        shares={gas: Decimal(share) for gas, share in shares.items()},
        gwps=gwps,
        gwp_set="AR5GWP100",
    )

    assert value == Decimal("2211.85")
    assert gwp("r-424a", "UKGOV2025-AR5GWP100-KYOTO") == 2212
    assert gwp("r-424a", "AR5GWP100-blend") == 3104
