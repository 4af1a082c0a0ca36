"""A calculation with a symbol for its quantity says what the calculation says, for any quantity."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from json import dumps, loads
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from departments.inventory import calculation_run
from departments.inventory.calculation_run import Draft, calculate
from departments.inventory.errors.entering import ResultTooLarge
from departments.inventory.factor_choice import FactorLibrary
from departments.inventory.quantity_symbol import LONGEST, DependsOnQuantity, Symbol
from departments.inventory.recipes import Recipe, filled, recipe_of
from departments.inventory.set_based import KGCO2E
from tests.inventory.conftest import FLIGHT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("factors")]

OWN_GRID = {"grid_kgco2e_per_kwh": "0.545"}
LAND = {"rate_tco2_per_ha_year": "5.5", "years": "3"}
REMOVAL = {"durability_class": "long", "removal_state": "verified"}
SPEND = {"kgco2e_per_unit": "0.21", "citation": "Own study, 2024"}
DEFLATED = {"price_index": "113", "base_price_index": "100", "price_index_source": "Index, 2025"}
# Activity, unit, place, inputs; and whether no step of the calculation ever rounds.
CASES: list[tuple[str, str, str, dict[str, Any], bool]] = [
    ("electricity/grid", "kWh", "GB", {}, True),
    ("electricity/grid", "MWh", "US", {"residual_kgco2e_per_kwh": "0.123456789"}, True),
    ("electricity/grid", "GJ", "FR", {}, False),
    ("electricity/grid", "therm", "KR", OWN_GRID, False),
    ("gaseous-fuels/natural-gas", "kWh (Gross CV)", "GB", {}, True),
    ("gaseous-fuels/natural-gas", "MMBtu (Gross CV)", "GB", {}, False),
    (FLIGHT, "passenger.km", "GB", {}, True),
    (FLIGHT, "passenger-mile", "GB", {}, True),
    ("hotel-stay/uk", "room night", "GB", {}, True),
    ("reported/scope-1", "kg", "", {"citation": "{braces} and %s"}, True),
    ("reported/scope-3/6", "t", "", {}, True),
    ("refrigerant/R-410A", "lb", "", {"gwp_set": "AR5"}, True),
    ("compute/training", "h", "", {"average_power_w": "310", "pue": "1.12"} | OWN_GRID, True),
    ("compute/inference", "h", "", {"tdp_w": "700", "utilisation": "0.37", "pue": "1.1"}, True),
    ("compute/cloud/requests", "requests", "GB", {"energy_per_request_wh": "3", "pue": "1"}, True),
    (
        "compute/cloud/training",
        "thousand GPU hours",
        "aws/eu-west-3",
        {"hardware": "T4", "utilisation": "0.35"},
        True,
    ),
    (
        "compute/inference",
        "million prompts",
        "FR",
        {"energy_per_request_wh": "0.3", "pue": "1.1"},
        True,
    ),
    ("employee-commuting/business-travel-land/rail/national-rail", "passenger.km", "GB", {}, True),
    (
        "sold-products/use/electricity/grid",
        "items",
        "GB",
        {"lifetime_uses": "1500", "use_per_unit": "0.8", "use_unit": "kWh"},
        True,
    ),
    ("capital-goods/spend/machines", "USD", "", SPEND, True),
    ("purchased-goods/spend/x", "USD", "", SPEND | DEFLATED, False),
    ("investments/equity/acme", "tCO2e", "", {"ownership_share": "0.3"}, True),
    ("refrigerant/blend", "kg", "", {"composition": "hfc-32 50%, hfc-125 50%"}, True),
    ("compute/embodied", "h", "", {"embodied_kgco2e": "300", "lifetime_hours": "35040"}, False),
    ("hardware/server", "item", "", {"embodied_kgco2e": "1200.5"}, True),
    ("removal", "t", "", REMOVAL, True),
    ("removal", "acre", "", LAND | REMOVAL, True),
    ("removal-reversal", "t", "", REMOVAL, True),
]
QUANTITIES = st.decimals(
    min_value="0.0000000001", max_value=10**15, places=10, allow_nan=False, allow_infinity=False
) | st.integers(1, 10**9).map(lambda half: Decimal(half) * Decimal("0.0000005"))


def draft_of(case: tuple[str, str, str, dict[str, Any], bool], quantity: Decimal) -> Draft:
    activity, unit, place, inputs, _ = case
    place = place or ("GB" if activity == "compute/inference" else "")
    return Draft(
        activity=activity,
        ended_on=date(2024, 1, 31),
        quantity=quantity,
        unit=unit,
        place=place,
        inputs=inputs,
    )


def recipe_for(case: tuple[str, str, str, dict[str, Any], bool]) -> Recipe | None:
    draft = draft_of(case, Decimal(1))
    return recipe_of(
        activity=draft.activity,
        ended_on=draft.ended_on,
        unit=draft.unit,
        place=draft.place,
        inputs=draft.inputs,
        is_estimated=False,
        library=FactorLibrary(),
    )


def in_sql(quantity: Decimal, per_unit: Decimal, is_exact: bool) -> Decimal | None:
    expression = KGCO2E.format(
        quantity="%(quantity)s::numeric", per_unit="%(per)s::numeric", is_exact="%(exact)s"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {expression}", {"quantity": quantity, "per": per_unit, "exact": is_exact}
        )
        found: Decimal | None = cursor.fetchone()[0]
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]} in {case[1]}")
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(quantity=QUANTITIES)
def test_sql_and_python_agree_to_the_milligram_and_print_the_same(
    case: tuple[str, str, str, dict[str, Any], bool], quantity: Decimal
):
    recipe = recipe_for(case)
    assert recipe is not None
    assert recipe.is_exact == case[4]
    try:
        expected = calculate(draft_of(case, quantity))
    except ResultTooLarge:
        digits = len(f"{quantity:f}".partition(".")[0])
        assert digits > recipe.whole_digits
        return
    location = in_sql(quantity, recipe.location_per_unit, recipe.is_exact)
    market = in_sql(quantity, recipe.market_per_unit, recipe.is_exact)

    undecided = () if recipe.is_exact else (None,)
    assert location in (expected.location_kgco2e, *undecided)
    assert market in (expected.market_kgco2e, *undecided)
    stored = loads(dumps(recipe.outcome.trace))
    assert filled(stored, quantity) == expected.trace
    assert (recipe.outcome.scope, recipe.outcome.category, recipe.outcome.quality_tier) == (
        expected.scope,
        expected.category,
        expected.quality_tier,
    )


@pytest.mark.parametrize(
    "case",
    [
        ("electricity/grid", "kWh", "GB", {"covered_kwh": "3", "instrument_kgco2e_per_kwh": "0"}),
        ("electricity/grid", "kWh", "GB", {"energy_kwh": "3"}),
        ("reported/scope-2", "t", "", {"location_kgco2e": "5"}),
        ("removal", "t", "", REMOVAL | {"tonnes": "2"}),
        ("electricity/grid", "kg", "GB", {}),
        ("electricity/gird", "kWh", "GB", {}),
        ("reported/scope-1", "kg", "", {"citation": "⟦0⟧ is mine"}),
    ],
    ids=lambda case: f"{case[0]} {case[3]}",
)
def test_what_depends_on_the_quantity_has_no_recipe(case: tuple[str, str, str, dict[str, Any]]):
    assert recipe_for((*case, True)) is None


def test_a_result_next_to_half_a_milligram_is_left_to_the_calculation():
    """3 × 0.0000005 ÷ 3 is half a milligram, and 0.0000005 ÷ 3 is not known to the last digit."""
    share = {"embodied_kgco2e": "0.0000005", "lifetime_hours": "3"}
    case = ("compute/embodied", "h", "", share, False)
    recipe = recipe_for(case)

    assert recipe is not None
    assert in_sql(Decimal(3), recipe.market_per_unit, recipe.is_exact) is None
    assert in_sql(Decimal(4), recipe.market_per_unit, recipe.is_exact) == Decimal("0.000001")
    assert calculate(draft_of(case, Decimal(3))).market_kgco2e == Decimal("0.000001")


def test_a_symbol_tells_nothing_of_its_size():
    symbol = Symbol()

    assert symbol > 0
    assert symbol * 2 > symbol
    assert not symbol * 0
    for ask in (
        lambda: symbol > 5,
        lambda: symbol == 1,
        lambda: symbol + 1,
        lambda: symbol - symbol,
        lambda: symbol * symbol,
        lambda: Decimal(1) / symbol,
        lambda: symbol / 0,
        lambda: float(symbol),
        lambda: str(symbol),
        lambda: abs(symbol),
        lambda: calculation_run.to_milligrams(symbol),
    ):
        with pytest.raises(DependsOnQuantity):
            ask()


def test_the_longest_quantity_is_a_prime_above_all_that_can_be_entered():
    """By Fermat and by all small divisors; it has more digits than 10^15 with 10 decimals."""
    number = int(LONGEST.scaleb(10))

    assert Decimal(10) ** 15 < LONGEST
    assert pow(2, number - 1, number) == pow(3, number - 1, number) == 1
    assert all(number % divisor for divisor in range(2, 100_000))
