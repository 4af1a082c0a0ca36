"""Figures that a publisher prints twice: the one worked from the other, wherever both stand.

A factor by the kilometre, applied to a mile, has to give the factor by the mile; a factor by heat
content that by mass; the parts the sum. The tolerance is what rounding the two printed figures can
explain, and no more.
"""

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from departments.inventory.calculation import (
    biogenic,
    business_travel,
    capital_goods,
    employee_commuting,
    franchises,
    freight,
    fuel_and_energy,
    leased_assets,
    mobile_combustion,
    purchased_electricity,
    purchased_goods,
    purchased_heat,
    sold_products,
    stationary_combustion,
    waste,
)
from departments.inventory.calculation.methods import method_for
from departments.inventory.calculation.result import Factor
from departments.inventory.units import conversion_ratio
from tests.worked_examples.published import factor, rows_of

DESNZ = ["desnz_2023", "desnz_2024", "desnz_2025"]
# Module, beginning of its activities, and the two units that DESNZ prints.
TWICE: list[tuple[Callable[..., Any], str, str, str]] = [
    (mobile_combustion.calculate, "passenger-vehicles/", "km", "miles"),
    (mobile_combustion.calculate, "delivery-vehicles/", "km", "miles"),
    (business_travel.calculate, "business-travel-land/", "km", "miles"),
    (employee_commuting.calculate, "business-travel-land/", "km", "miles"),
    (leased_assets.calculate, "managed-assets-vehicles/", "km", "miles"),
    (freight.calculate, "freight/", "km", "miles"),
    (fuel_and_energy.calculate, "well-to-tank/", "km", "miles"),
    (purchased_electricity.driven, "electricity-for-evs/", "km", "miles"),
    (purchased_goods.calculate, "water-supply", "cubic metres", "million litres"),
    (waste.calculate, "water-treatment", "cubic metres", "million litres"),
    (capital_goods.calculate, "water-supply", "cubic metres", "million litres"),
    (franchises.calculate, "passenger-vehicles/", "km", "miles"),
    (sold_products.calculate_processing, "delivery-vehicles/", "km", "miles"),
    (sold_products.calculate_end_of_life, "water-treatment", "cubic metres", "million litres"),
]
# Modules that take another activity's factor into a category of their own.
WRAPPING = {"employee_commuting", "capital_goods", "franchises", "sold_products"}


# DESNZ rounds CO2, CH4 and N2O to five decimals each, and prints their sum.
ROUNDING = 3 * Decimal("0.000005")


@pytest.mark.parametrize("factor_set", DESNZ)
@pytest.mark.parametrize(("calculate", "prefix", "unit", "other"), TWICE)
def test_uk_government_by_two_units(
    factor_set: str, calculate: Callable[..., Any], prefix: str, unit: str, other: str
) -> None:
    """UK Government GHG Conversion Factors for Company Reporting, 2023, 2024 v1.1 and 2025."""
    printed: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for row in rows_of(factor_set):
        if row["activity"].startswith(prefix):
            printed[row["activity"]][row["unit"]] = Decimal(row["kgco2e_per_unit"])
    both = {name: by for name, by in printed.items() if {unit, other} <= by.keys()}
    assert both
    ratio = conversion_ratio(from_unit=other, to_unit=unit)
    for activity, by_unit in both.items():
        one = Factor(kgco2e_per_unit=by_unit[unit], unit=unit)
        result = calculate(quantity=Decimal(1), unit=other, factor=one)
        worked = getattr(result, "location_based", None) or result
        assert abs(worked.emissions_kgco2e - by_unit[other]) <= ROUNDING * (ratio + 1), activity


EPA_SOLID = [
    row
    for row in rows_of("epa_hub_2025")
    if row["unit"] == "mmBtu (HHV)" and "mmBtu per short ton" in row["notes"]
]


@pytest.mark.parametrize("row", EPA_SOLID, ids=lambda row: row["activity"])
def test_us_solid_fuels_by_heat_content_and_by_mass(row: dict[str, str]) -> None:
    """EPA Emission Factors Hub 2025, Table 1: factor by mmBtu × heat content = by short ton.

    CO2 and, of biomass, biogenic CO2 are printed by the kilogram.
    """
    heat_content = Decimal(row["notes"].split("heat content ")[1].split(" mmBtu")[0])
    by_heat = factor("epa_hub_2025", row["activity"], unit="mmBtu (HHV)", place="US")
    by_mass = factor("epa_hub_2025", row["activity"], unit="short ton", place="US")

    result = stationary_combustion.calculate(
        quantity=heat_content, unit="mmBtu (HHV)", factor=by_heat
    )

    worked = {part.gas: part.kgco2e for part in result.gases}.get("CO2")
    printed = by_mass.co2_kgco2e
    if by_heat.biogenic_kgco2e:
        worked, printed = result.biogenic_kgco2e, by_mass.biogenic_kgco2e
    assert worked is not None
    assert printed is not None
    assert abs(worked - printed) <= Decimal("0.5") + Decimal("0.005") * heat_content


@pytest.mark.parametrize(
    ("activity", "unit", "gallons", "kilograms"),
    [
        ("bioenergy/biofuel/biodiesel-100-percent", "gallon", "1", "9.45"),
        ("bioenergy/biofuel/ethanol-100-percent", "gallon", "1", "5.75"),
    ],
)
def test_us_biofuels_outside_the_scopes(
    activity: str, unit: str, gallons: str, kilograms: str
) -> None:
    """EPA Hub 2025, Table 1: biogenic CO2 of biodiesel 9.45, of ethanol 5.75 kg a gallon."""
    published = factor("epa_hub_2025", activity, unit=unit, place="US").biogenic_kgco2e
    assert published is not None
    memo = Factor(kgco2e_per_unit=published, unit=unit)

    result = biogenic.calculate(quantity=Decimal(gallons), unit=unit, factor=memo)

    assert result.emissions_kgco2e == 0
    assert result.biogenic_kgco2e == Decimal(kilograms)


@pytest.mark.parametrize("factor_set", DESNZ)
def test_home_working_is_equipment_and_heating(factor_set: str) -> None:
    """UK Government, Homeworking: the printed sum is that of its two parts, per FTE hour."""
    parts = [
        employee_commuting.calculate(
            quantity=Decimal(1720),
            unit="FTE working hour",
            factor=factor(factor_set, f"homeworking/{name}", unit="per FTE Working Hour"),
        ).emissions_kgco2e
        for name in ("office-equipment", "heating", "office-equipment-and-heating")
    ]

    assert abs(parts[0] + parts[1] - parts[2]) <= 1720 * Decimal("0.000015")


@pytest.mark.parametrize("factor_set", DESNZ)
@pytest.mark.parametrize("kind", ["onsite", "district"])
def test_uk_heat_is_the_sum_of_its_gases(factor_set: str, kind: str) -> None:
    """UK Government, Heat and steam: CO2, CH4 and N2O add up to the printed sum."""
    heat = factor(factor_set, f"heat-and-steam/{kind}", unit="kWh")

    result = purchased_heat.calculate(quantity=Decimal(1), unit="kWh", factor=heat)

    gases = sum(part.kgco2e for part in result.gases)
    assert abs(gases - result.emissions_kgco2e) <= Decimal("0.000015")


def test_us_steam_from_its_gases() -> None:
    """EPA Hub 2025, Table 7: 66.33 kg CO2, 1.25 g CH4 and 0.125 g N2O per mmBtu; AR5 28 and 265."""
    steam = factor("epa_hub_2025", "heat-and-steam/purchased", unit="mmBtu", place="US")
    by_gas = Decimal("66.33") + (Decimal("1.25") * 28 + Decimal("0.125") * 265) / 1000

    result = purchased_heat.calculate(quantity=Decimal(1), unit="MMBtu", factor=steam)

    assert result.emissions_kgco2e == by_gas


def test_every_activity_of_these_families_has_the_method_that_is_worked_here() -> None:
    for calculate, prefix, _, _ in TWICE:
        activity = next(
            row["activity"]
            for row in rows_of("desnz_2024")
            if row["activity"].startswith(prefix) and "upstream" not in row["activity"]
        )
        names = {method_for(activity).name, *WRAPPING}
        assert calculate.__module__.rpartition(".")[2] in names
