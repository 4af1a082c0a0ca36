"""Records and their results, worked with published factors."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from departments.inventory.calculation_run import Calculated, Draft, calculate, to_milligrams
from departments.inventory.errors import EntryRefused, InventoryError
from departments.inventory.errors.entering import NotCalculable, OutsideOfScopes, ResultTooLarge
from departments.inventory.errors.factors import SuspectFactor
from tests.inventory.conftest import FLIGHT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("factors")]


def result(activity: str, quantity: str, unit: str, place: str = "GB", **inputs: Any) -> Calculated:
    draft = Draft(
        activity=activity,
        ended_on=date(2024, 6, 30),
        quantity=Decimal(quantity),
        unit=unit,
        place=place,
        inputs=inputs,
    )
    return calculate(draft)


def test_british_electricity_on_both_bases():
    """UK Government 2024: 0.20705 kgCO2e/kWh; 600 of 1,000 kWh are covered at 0.02."""
    found = result(
        "electricity/grid", "1", "MWh", covered_kwh="600", instrument_kgco2e_per_kwh="0.02"
    )

    assert (found.scope, found.category, found.country) == (2, None, "GB")
    assert found.location_kgco2e == Decimal("207.050000")
    assert found.market_kgco2e == Decimal("600") * Decimal("0.02") + Decimal("82.82")
    assert found.trace["citation"]["source_factor_id"]
    assert {step["basis"] for step in found.trace["steps"]} == {"", "location", "market"}


def test_covered_electricity_without_its_factor_is_refused_not_zero():
    with pytest.raises(NotCalculable, match="instrument_kgco2e_per_kwh"):
        result("electricity/grid", "1000", "kWh", covered_kwh="600")


def test_more_cover_than_electricity_is_refused():
    with pytest.raises(NotCalculable, match="only 1,000 kWh were used"):
        result("electricity/grid", "1000", "kWh", covered_kwh="1600", instrument_kgco2e_per_kwh="0")


def test_residual_mix_is_used_for_the_market_basis_alone():
    found = result("electricity/grid", "1000", "kWh", residual_kgco2e_per_kwh="0.4")

    assert (found.location_kgco2e, found.market_kgco2e) == (Decimal("207.05"), Decimal("400"))


def test_natural_gas_by_its_own_unit():
    """UK Government 2024: natural gas, 0.1829 kgCO2e/kWh (Gross CV)."""
    found = result("gaseous-fuels/natural-gas", "96400", "kWh (Gross CV)")

    assert found.market_kgco2e == found.location_kgco2e == Decimal("17631.560000")
    assert (found.scope, found.quality_tier) == (1, 1)
    assert found.factor_id is not None
    assert found.trace["gases"].keys() == {"CO2", "CH4", "N2O"}


def test_refrigerant_r410a_by_its_gwp():
    """US EPA Emission Factors Hub 2025, Table 12: R-410A 1,924; 6.2 kg are 11,928.8 kgCO2e."""
    found = result("refrigerant/R-410A", "6.2", "kg", place="IE")

    assert found.market_kgco2e == Decimal("11928.800000")
    assert (found.scope, found.gwp_set, found.country) == (1, "AR5GWP100-blend", "IE")


def test_a_gas_by_another_report():
    """IPCC AR6: HFC-134a 1,530 (AR5: 1,300)."""
    ar5 = result("refrigerant/hfc-134a", "1", "kg")
    ar6 = result("refrigerant/hfc-134a", "1", "kg", gwp_set="AR6")

    assert (ar5.market_kgco2e, ar6.market_kgco2e) == (Decimal(1300), Decimal(1530))


def test_a_long_haul_flight_is_business_travel():
    """UK Government 2024: long-haul economy with radiative forcing, 0.20011 kgCO2e/passenger.km."""
    found = result(FLIGHT, "11100", "passenger.km")

    assert found.market_kgco2e == Decimal("2221.221000")
    assert (found.scope, found.category) == (3, 6)


def test_freight_and_waste():
    lorry = result("freight/hgv-all-diesel/all-hgvs/average-laden", "1000", "tonne.km")
    refuse = result("waste-disposal/refuse/commercial-and-industrial-waste/landfill", "500", "kg")

    assert (lorry.market_kgco2e, lorry.category) == (Decimal("97.52"), 4)
    assert (refuse.market_kgco2e, refuse.category) == (Decimal("260.1671"), 5)


def test_training_t5_11b():
    """Patterson et al. 2021, Table 4: 512 TPU v3 × 480 h × 310 W × PUE 1.12 × 0.545 kg/kWh."""
    found = result(
        "compute/training",
        "245760",
        "accelerator-hours",
        place="",
        average_power_w="310",
        pue="1.12",
        grid_kgco2e_per_kwh="0.545",
        citation="Patterson et al. 2021, Table 4",
    )

    assert found.market_kgco2e == found.location_kgco2e == Decimal("46503.690240")
    assert (found.scope, found.quality_tier) == (2, 2)
    assert found.trace["citation"]["text"] == "Patterson et al. 2021, Table 4"
    assert found.trace["path"] == "average power"


def test_cloud_is_bought_and_inference_goes_by_request():
    cloud = result("compute/cloud", "100", "kWh", place="FR")
    asked = result(
        "compute/inference", "1000000", "requests", energy_per_request_wh="0.24", pue="1.1"
    )

    assert (cloud.scope, cloud.category) == (3, 1)
    assert asked.location_kgco2e == Decimal("264") * Decimal("0.20705")


def test_quantity_and_input_must_not_contradict():
    with pytest.raises(EntryRefused, match="The quantity says 100"):
        result(
            "compute/training", "100", "h", accelerator_hours="200", average_power_w="1", pue="1"
        )


def test_hardware_and_the_embodied_share():
    bought = result("hardware/server", "10", "item", embodied_kgco2e="1500")
    share = result("compute/embodied", "100", "h", embodied_kgco2e="1500", lifetime_hours="30000")

    assert (bought.market_kgco2e, bought.category) == (Decimal(15000), 2)
    assert share.market_kgco2e == 5


def test_reported_scope_2_keeps_both_bases():
    """Microsoft FY23: 393,134 t market-based, 8,077,403 t location-based."""
    found = result(
        "reported/scope-2",
        "393134",
        "tCO2e",
        place="",
        location_kgco2e="8077403000",
        citation="2024 Environmental Sustainability Report",
    )

    assert found.market_kgco2e == 393134000
    assert found.location_kgco2e == 8077403000
    assert (found.scope, found.quality_tier) == (2, 1)


def test_reported_scope_2_is_never_filled_in_from_one_basis():
    with pytest.raises(EntryRefused) as refused:
        result("reported/scope-2", "1", "t")

    assert refused.value.field == "location_kgco2e"


@pytest.mark.parametrize("unit", ["t", "tonnes", "tCO2e"])
def test_reported_scope_3_by_category(unit: str):
    found = result("reported/scope-3/6", "133000", unit)

    assert (found.scope, found.category) == (3, 6)
    assert found.market_kgco2e == 133000000
    assert found.quality_tier == 2  # nobody said where it comes from


def test_removals_by_area_and_by_tonnes():
    """Alongi 2020: mangroves, 6.59 tCO2/ha/year."""
    grown = result(
        "removal/mangrove-restoration",
        "1200",
        "ha",
        rate_tco2_per_ha_year="6.59",
        years="1",
        durability_class="medium",
        removal_state="verified",
    )
    bought = result(
        "removal/direct-air-capture",
        "10000",
        "tCO2e",
        durability_class="long",
        removal_state="contracted",
    )

    assert (grown.kind, grown.scope) == ("removal", None)
    assert grown.market_kgco2e == 7908000
    assert bought.removal_state == "contracted"
    assert bought.market_kgco2e == 10000000


def test_a_reversal_is_below_zero():
    burnt = result(
        "removal-reversal/fire", "12", "t", durability_class="short", removal_state="verified"
    )

    assert burnt.market_kgco2e == -12000


@pytest.mark.parametrize(
    ("missing", "inputs"),
    [
        ("durability_class", {"removal_state": "verified"}),
        ("removal_state", {"durability_class": "long", "removal_state": "sold"}),
    ],
)
def test_a_removal_says_class_and_state(missing: str, inputs: dict[str, str]):
    with pytest.raises(EntryRefused) as refused:
        result("removal/biochar", "1", "t", **inputs)

    assert refused.value.field == missing


def test_biogenic_memo_rows_are_no_emission_records():
    with pytest.raises(OutsideOfScopes):
        result("outside-of-scopes/biomass/wood-logs", "1", "tonnes")


def test_a_suspect_factor_is_used_once_confirmed():
    def of_2025(**inputs: Any) -> Calculated:
        draft = Draft(
            activity="electricity/grid",
            ended_on=date(2025, 6, 30),
            quantity=Decimal(1),
            unit="kWh",
            place="AR",
            inputs=inputs,
        )
        return calculate(draft)

    with pytest.raises(SuspectFactor):
        of_2025()
    assert of_2025(confirm_suspect=True).market_kgco2e == Decimal("0.346")


@pytest.mark.parametrize(
    ("activity", "unit"),
    [
        ("nonsense", "kWh"),
        ("electricity/grid", "kg"),
        ("electricity/grid", "furlong"),
        ("compute/training", "kg"),
        ("refrigerant", "kg"),
        ("refrigerant/r-410a/total", "kg"),
        ("refrigerant/unobtainium", "kg"),
        ("reported/scope-3/16", "t"),
        ("reported/scope-3", "t"),
        ("hardware/server", "kg"),
        ("removal/forest", "kWh"),
    ],
)
def test_what_can_not_be_calculated_is_refused_by_name(activity: str, unit: str):
    with pytest.raises(InventoryError):
        result(activity, "1", unit)


def test_rounding_is_half_away_from_zero_and_once():
    assert to_milligrams(Decimal("0.0000005")) == Decimal("0.000001")
    assert to_milligrams(Decimal("-0.0000005")) == Decimal("-0.000001")


@pytest.mark.parametrize("sign", [1, -1])
def test_a_result_is_no_larger_than_the_books_can_count(sign: int):
    assert to_milligrams(sign * Decimal(10) ** 12) == sign * 10**12
    with pytest.raises(ResultTooLarge, match=r"at most 1,000,000,000,000 kgCO2e, a billion tonnes"):
        to_milligrams(sign * (Decimal(10) ** 12 + 1))
