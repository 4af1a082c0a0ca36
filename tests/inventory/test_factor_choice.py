"""Which factor applies, worked on the shipped sets."""

from decimal import Decimal

import pytest

from departments.inventory.errors.entering import UnknownActivity
from departments.inventory.errors.factors import FactorNotFound, GwpNotFound, SuspectFactor
from departments.inventory.factor_choice import FactorLibrary, choose_factor, places_of
from departments.inventory.models.factors import EmissionFactor
from tests.inventory.conftest import FLIGHT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("factors")]


def grid(place: str, year: int, **more):
    return choose_factor(activity="electricity/grid", place=place, year=year, unit="kWh", **more)


def test_british_electricity_is_the_governments_of_the_year():
    """UK Government GHG Conversion Factors 2024, UK electricity: 0.20705 kgCO2e/kWh."""
    chosen = grid("GB", 2024)

    assert (chosen.kgco2e_per_unit, chosen.set_code) == (Decimal("0.20705"), "desnz_2024")
    assert (chosen.boundary, chosen.quality_tier, chosen.fallbacks) == ("combustion", 1, ())
    assert (chosen.scope, chosen.category) == (2, None)


def test_an_earlier_year_comes_from_the_older_release():
    assert grid("GB", 2019).set_code == "grid_desnz_uk"


def test_american_electricity_is_egrid_of_the_subregion():
    """US EPA eGRID2023, CAMX: 438.15 lb/MWh, 0.1987415 kgCO2e/kWh."""
    chosen = grid("US/CAMX", 2023)

    assert (chosen.kgco2e_per_unit, chosen.quality_tier) == (Decimal("0.1987415"), 1)
    assert chosen.boundary == "combustion"


def test_subdivision_falls_back_to_its_country_and_says_so():
    chosen = grid("US-ZZ", 2023)

    assert (chosen.place, chosen.quality_tier) == ("US", 2)
    assert chosen.fallbacks == ("No factor for US-ZZ: the one for US is used.",)


def test_country_and_year_fall_back_by_one_tier_each():
    """QQ is a country that some set knows, though none has a grid factor for it."""
    known = EmissionFactor.objects.exclude(activity="electricity/grid").earliest("pk")
    known.pk, known.place = None, "QQ"
    known.code = "QQ-1"
    known.save()

    chosen = grid("QQ-01", 2027, allow_suspect=True)

    assert (chosen.place, chosen.year, chosen.quality_tier) == ("WORLD", 2025, 4)
    assert chosen.fallbacks == (
        "No factor for QQ-01: the one for QQ is used.",
        "No factor for QQ: the one for WORLD is used.",
        "No factor for 2027: the nearest earlier year, 2025, is used.",
    )


def test_other_countries_are_embers_lifecycle():
    chosen = grid("FR", 2024)

    assert (chosen.publisher, chosen.boundary) == ("Ember / Our World in Data", "lifecycle")


def test_no_boundary_is_changed_on_the_way_to_a_fallback():
    """Combustion begins in 2016 for GB; the world's lifecycle factor is not taken instead."""
    with pytest.raises(FactorNotFound) as refused:
        grid("GB", 2015)

    assert refused.value.missing == "year"
    assert "first is of 2016" in str(refused.value)


def test_a_later_year_is_never_used():
    with pytest.raises(FactorNotFound, match="first is of 2023"):
        choose_factor(activity=FLIGHT, place="GB", year=2022, unit="passenger.km")


def test_a_place_without_publisher_is_refused_with_those_that_have_one():
    with pytest.raises(FactorNotFound) as refused:
        choose_factor(activity=FLIGHT, place="DE", year=2024, unit="passenger.km")

    assert refused.value.missing == "place"
    assert "GB" in refused.value.hint


def test_the_same_unit_is_preferred_and_a_convertible_one_taken():
    same = choose_factor(
        activity="gaseous-fuels/natural-gas", place="GB", year=2024, unit="kWh (Gross CV)"
    )
    other = choose_factor(
        activity="gaseous-fuels/natural-gas", place="GB", year=2024, unit="therms (Gross CV)"
    )

    assert same.code == other.code
    assert same.unit == "kWh (Gross CV)"


def test_unmarked_kwh_of_gas_is_refused_with_the_units_there_are():
    with pytest.raises(FactorNotFound) as refused:
        choose_factor(activity="gaseous-fuels/natural-gas", place="GB", year=2024, unit="kWh")

    assert refused.value.missing == "unit"
    assert "kWh (Gross CV)" in refused.value.hint


def test_an_unknown_activity_names_those_spelled_alike():
    with pytest.raises(UnknownActivity) as refused:
        choose_factor(activity="gaseous-fuels/natural-gass", place="GB", year=2024, unit="tonnes")

    assert refused.value.nearest[0] == "gaseous-fuels/natural-gas"


def test_a_suspect_factor_needs_a_confirmation():
    with pytest.raises(SuspectFactor) as refused:
        grid("AR", 2025)

    assert "confirm_suspect" in str(refused.value)
    assert grid("AR", 2025, allow_suspect=True).suspect


def test_a_batch_asks_each_question_once(django_assert_num_queries):
    library = FactorLibrary()
    with django_assert_num_queries(2):
        for year in (2024, 2023, 2024):
            for place in ("GB", "FR"):
                library.choose(activity="electricity/grid", place=place, year=year, unit="kWh")


def test_a_blend_is_found_by_any_spelling_and_a_typo_is_helped():
    library = FactorLibrary()

    assert library.choose_gwp(gas="R-410A").kgco2e_per_kg == 1924
    assert library.choose_gwp(gas="r410a").gwp_set == "AR5GWP100-blend"
    with pytest.raises(GwpNotFound) as refused:
        library.choose_gwp(gas="hfc-134x", gwp_set="AR6")
    assert "hfc-134a" in refused.value.nearest


def test_a_gwp_marked_suspect_is_passed_over():
    """R-424A: the EPA prints 3,104 where its composition gives 2,212; the UK's 2,212 is used."""
    found = FactorLibrary().choose_gwp(gas="r-424a")

    assert found.gwp_set != "AR5GWP100-blend"


def test_places_fall_back_to_country_and_world():
    assert places_of("US/CAMX") == ["US/CAMX", "US", "WORLD"]
    assert places_of("REGION/ASIA") == ["REGION/ASIA", "WORLD"]
    assert places_of("") == ["", "WORLD"]


@pytest.mark.parametrize(
    ("place", "hint"), [("UK", "Did you mean GB"), ("Londno", "ISO 3166"), ("", "ISO 3166")]
)
def test_a_slip_in_the_place_does_not_become_the_worlds_average(place: str, hint: str):
    with pytest.raises(FactorNotFound) as caught:
        grid(place, 2024)
    assert hint in caught.value.hint
