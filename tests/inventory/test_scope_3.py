"""All fifteen categories of Scope 3 can be recorded, each by figures and each ready-made."""

from decimal import Decimal
from typing import Any

import pytest

from departments.inventory.calculation.methods import EXAMPLE_BEHIND, METHODS
from departments.inventory.errors import EntryRefused
from departments.inventory.errors.entering import NotCalculable, UnknownActivity
from departments.inventory.errors.factors import FactorNotFound
from tests.inventory.test_calculation_run import result

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("factors")]

PAPER = "material-use/paper/paper-and-board-paper/primary-material-production"
METAL = "material-use/construction/metals/primary-material-production"
WEEE = "electrical-items/weee-mixed/landfill"
SPEND = {"kgco2e_per_unit": "0.2", "citation": "Company's own study, 2024"}

# UK Government 2024 v1.1, by the row's unit.
CALCULATED: list[tuple[int, str, str, str, dict[str, str], str]] = [
    (1, PAPER, "2", "tonnes", {}, "2678.63668"),
    (1, f"purchased-goods/{PAPER}", "2", "tonnes", {}, "2678.63668"),
    (1, "purchased-goods/spend/consulting", "1000", "GBP", SPEND, "200"),
    (2, f"capital-goods/{METAL}", "1000", "kg", {}, "3815.78473"),
    (2, "capital-goods/spend/machines", "1000", "USD", SPEND, "200"),
    (3, "electricity/grid-losses", "1000", "kWh", {}, "18.3"),
    (4, "freight/rail/freight-train", "1000", "tonne.km", {}, "27.79"),
    (5, f"waste-disposal/{WEEE}", "1", "tonnes", {}, "8.88386"),
    (6, "business-travel-land/rail/national-rail", "1000", "passenger.km", {}, "35.46"),
    (7, "homeworking/office-equipment-and-heating", "1000", "FTE working hour", {}, "333.78"),
    (
        7,
        "employee-commuting/business-travel-land/rail/national-rail",
        "1000",
        "passenger.km",
        {},
        "35.46",
    ),
    (8, "upstream-leased-assets/electricity/grid", "1000", "kWh", {}, "207.05"),
    (9, "downstream-freight/freight/rail/freight-train", "1000", "tonne.km", {}, "27.79"),
    (10, "sold-products/processing/electricity/grid", "1", "MWh", {}, "207.05"),
    (
        11,
        "sold-products/use/electricity/grid",
        "100",
        "items",
        {"lifetime_uses": "1500", "use_per_unit": "0.8", "use_unit": "kWh"},
        "24846",
    ),
    (12, f"sold-products/end-of-life/waste-disposal/{WEEE}", "1", "tonnes", {}, "8.88386"),
    (13, "downstream-leased-assets/electricity/grid", "1000", "kWh", {}, "207.05"),
    (
        14,
        "franchises/gaseous-fuels/natural-gas",
        "1000",
        "kWh (Gross CV)",
        {},
        "182.9",
    ),
    (15, "investments/equity/acme", "80000", "tCO2e", {"ownership_share": "0.25"}, "20000000"),
]


@pytest.mark.parametrize(
    ("category", "activity", "quantity", "unit", "inputs", "kgco2e"), CALCULATED
)
def test_a_category_is_calculated(
    category: int, activity: str, quantity: str, unit: str, inputs: dict[str, str], kgco2e: str
):
    found = result(activity, quantity, unit, **inputs)

    assert (found.scope, found.category) == (3, category)
    assert found.market_kgco2e == found.location_kgco2e == Decimal(kgco2e)


def test_no_category_is_missing():
    assert {row[0] for row in CALCULATED} == set(range(1, 16))


@pytest.mark.parametrize("category", range(1, 16))
def test_a_category_is_reported_ready_made(category: int):
    found = result(f"reported/scope-3/{category}", "1.5", "tCO2e", citation="Supplier, 2024")

    assert (found.scope, found.category) == (3, category)
    assert found.market_kgco2e == 1500


def test_every_prefix_that_wraps_says_by_an_example_what_stands_behind_it():
    assert {prefix for prefix, method in METHODS.items() if method.wraps} == set(EXAMPLE_BEHIND)


@pytest.mark.parametrize(
    "activity",
    ["employee-commuting", "employee-commuting/reported/scope-1", "capital-goods/removal/forest",
     "franchises/employee-commuting/homeworking/heating", "franchises/electricity/gird"],
)  # fmt: skip
def test_a_prefix_without_a_factor_behind_it_is_refused(activity: str):
    with pytest.raises((NotCalculable, UnknownActivity, FactorNotFound)):
        result(activity, "1", "kWh")


def test_spend_is_deflated_to_the_prices_of_the_factor():
    """1,100 at an index of 110 buy what 1,000 bought at 100; the index's source stays with it."""
    inputs = SPEND | {
        "price_index": "110",
        "base_price_index": "100",
        "price_index_source": "National index, edition 2025",
    }
    found = result("purchased-goods/spend/consulting", "1100", "GBP", **inputs)

    assert found.market_kgco2e == 200
    assert [step["value"] for step in found.trace["steps"]] == ["1000", "200"]
    assert found.trace["citation"] == {
        "text": "Company's own study, 2024",
        "price_index": "National index, edition 2025",
    }
    assert found.quality_tier == 3


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"citation": ""}, "where the factor comes from"),
        ({"price_index": "110", "base_price_index": "100"}, "which index"),
        ({"price_index": "110", "price_index_source": "x"}, "base_price_index"),
        (
            {"price_index": "0", "base_price_index": "1", "price_index_source": "x"},
            "must be above 0",
        ),
    ],
)
def test_spend_without_its_sources_is_refused(changed: dict[str, str], said: str):
    inputs = {name: value for name, value in (SPEND | changed).items() if value}
    with pytest.raises((EntryRefused, NotCalculable), match=said):
        result("purchased-goods/spend/consulting", "1000", "GBP", **inputs)


def test_money_is_never_exchanged_nor_taken_for_a_mass():
    with pytest.raises((NotCalculable, FactorNotFound)):
        result(PAPER, "1000", "GBP")


def test_a_blend_by_the_shares_on_its_label():
    """R-410A: half HFC-32 (677), half HFC-125 (3,170), IPCC AR5: 1,923.5."""
    labelled: dict[str, Any] = {"composition": "HFC-32 50%, HFC-125 50%"}
    found = result("refrigerant/r-410a", "2", "kg", **labelled)

    assert found.market_kgco2e == 3847
    assert found.trace["gases"] == {"hfc-32": "677", "hfc-125": "3170"}
    assert result("refrigerant/x", "2", "kg", composition="hfc-32: 0.5; hfc-125: 0.5").trace[
        "gases"
    ] == {"hfc-32": "677", "hfc-125": "3170"}


@pytest.mark.parametrize(
    ("composition", "said"),
    [
        ("hfc-32 50%", "add up to 0.5"),
        ("hfc-32", "no gas with its share"),
        ("hfc-32 50%, hfc-32 50%", "stands twice"),
        ("hfc-32 50%, hfc-9999 50%", "hfc-9999"),
    ],
)
def test_a_blend_that_is_no_whole_is_refused(composition: str, said: str):
    with pytest.raises(Exception, match=said) as refused:
        result("refrigerant/x", "2", "kg", composition=composition)
    assert hasattr(refused.value, "code")


def test_reuse_is_avoided_beside_the_sum_and_never_a_removal():
    """Boavizta's R740, 1,200 kg, for six years instead of four: 100 kg for each server and year."""
    inputs = {
        "embodied_kgco2e": "1200",
        "lifetime_years": "4",
        "extended_lifetime_years": "6",
    }
    found = result("hardware-reuse/server", "250", "items", **inputs)

    assert found.kind == "emission"
    assert found.market_kgco2e == found.location_kgco2e == 0
    assert found.trace["avoided_kgco2e"] == "25000"
    with pytest.raises(NotCalculable, match="above the planned 6"):
        result("hardware-reuse/server", "1", "items", **inputs | {"lifetime_years": "6"})


def test_equipment_by_its_name_says_what_the_figure_counts():
    """EcoLogits: 273 kg for a board of the H100 class, 5,700 kg for a server without its GPUs."""
    boards = result("hardware/gpu", "8", "items", hardware="NVIDIA H100 80GB HBM3")
    servers = result("hardware/server", "1", "item", hardware="8-GPU server")
    share = result("compute/embodied", "876", "h", hardware="server", lifetime_hours="35040")

    assert boards.market_kgco2e == 2184
    assert servers.market_kgco2e == 5700
    assert share.market_kgco2e == 30
    assert "range 634 to 2102 (Boavizta)" in share.trace["steps"][0]["expression"]
    assert boards.quality_tier == 2
    assert (
        result("hardware/gpu", "1", "item", hardware="H100", embodied_kgco2e="164").trace[
            "fallbacks"
        ]
        == []
    )


def test_equipment_that_no_table_knows_is_refused():
    with pytest.raises(EntryRefused, match="known are server, laptop"):
        result("hardware/robot", "1", "item", hardware="robot arm")
    with pytest.raises(NotCalculable, match="embodied_kgco2e"):
        result("hardware/robot", "1", "item")
