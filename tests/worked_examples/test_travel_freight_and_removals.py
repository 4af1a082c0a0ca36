"""Travel, freight and absorption, worked with published figures."""

from decimal import Decimal

from departments.inventory.calculation import business_travel, freight, removals
from tests.worked_examples.published import factor

LONG_HAUL = "business-travel-air/flights/long-haul/economy-class/with-rf"


def test_the_same_flight_in_two_factor_sets_is_not_abatement() -> None:
    """UK Government, long-haul economy with RF: 0.20011 (2024), 0.11704 (2025): −41.5 %."""
    kilograms = {
        year: business_travel.calculate_journey(
            passengers=Decimal(2),
            distance_km=Decimal(5540),
            factor=factor(f"desnz_{year}", LONG_HAUL, unit="passenger.km"),
        ).emissions_kgco2e
        for year in (2024, 2025)
    }

    assert kilograms == {2024: Decimal("2217.2188"), 2025: Decimal("1296.8032")}
    change_percent = (kilograms[2025] / kilograms[2024] - 1) * 100
    assert round(change_percent, 1) == Decimal("-41.5")


def test_us_freight_by_short_ton_mile() -> None:
    """EPA Hub 2025, Table 8: 0.1874758 kgCO2e per short ton-mile by truck; 100 tons × 200 miles."""
    truck = factor(
        "epa_hub_2025", "freight/medium-and-heavy-duty-truck", unit="short ton-mile", place="US"
    )

    result = freight.calculate(quantity=Decimal(20000), unit="short ton-mile", factor=truck)

    assert result.emissions_kgco2e == Decimal("3749.516")


def test_metric_shipment_with_a_us_factor() -> None:
    """1 short ton-mile is 0.90718474 t × 1.609344 km = 1.45997231821056 tonne.km, exactly."""
    truck = factor(
        "epa_hub_2025", "freight/medium-and-heavy-duty-truck", unit="short ton-mile", place="US"
    )

    result = freight.calculate_shipment(
        mass_t=Decimal("0.90718474"), distance_km=Decimal("1.609344"), factor=truck
    )

    assert result.emissions_kgco2e == truck.kgco2e_per_unit


def test_mangrove_burial_over_ten_years() -> None:
    """Alongi 2020, Sci 2(3):67: 179.6 gC/m²/year; × 44/12 that is 6.585… tCO2/ha/year."""
    rate = Decimal("1.796") * 44 / 12

    result = removals.calculate(area_ha=Decimal(100), rate_tco2_per_ha_year=rate, years=Decimal(10))

    assert round(result.removed_kgco2e, 2) == Decimal("6585333.33")
    assert result.path == "area × rate × time"


def test_a_fire_takes_the_removal_back() -> None:
    """A reversal is a removal below zero; released tonnes are entered as they are measured."""
    planted = removals.calculate(tonnes=Decimal("120.5"))
    burned = removals.calculate_reversal(released_tonnes=Decimal("120.5"))

    assert planted.removed_kgco2e == Decimal("120500")
    assert planted.removed_kgco2e + burned.removed_kgco2e == 0


def test_planted_forests_between_published_rates() -> None:
    """Bernal, Murray and Pearson 2018: 4.5 to 40.7 tCO2 per hectare and year in the first 20."""
    low, high = (
        removals.calculate_by_area(
            area_ha=Decimal(10), rate_tco2_per_ha_year=Decimal(rate), years=Decimal(20)
        ).removed_kgco2e
        for rate in ("4.5", "40.7")
    )

    assert (low, high) == (Decimal("900000"), Decimal("8140000"))


def test_the_class_of_a_flight_and_its_radiative_forcing() -> None:
    """UK Government 2024 v1.1, long-haul: with RF 0.20011 (economy) and 0.58028 (business)."""
    kilograms = {
        (cabin, forcing): business_travel.calculate(
            quantity=Decimal(10000),
            unit="passenger.km",
            factor=factor(
                "desnz_2024",
                f"business-travel-air/flights/long-haul/{cabin}-class/{forcing}-rf",
                unit="passenger.km",
            ),
        ).emissions_kgco2e
        for cabin in ("economy", "business")
        for forcing in ("with", "without")
    }

    assert kilograms["economy", "with"] == Decimal("2001.1")
    assert kilograms["business", "with"] == Decimal("5802.8")
    for cabin in ("economy", "business"):
        share = kilograms[cabin, "with"] / kilograms[cabin, "without"]
        assert Decimal("1.6") < share < Decimal("1.7")


def test_a_night_in_a_hotel() -> None:
    """UK Government 2024 v1.1, Hotel stay: 10.4 kg a room and night in the UK, 11.5 in London."""
    nights = [
        business_travel.calculate(
            quantity=Decimal(3),
            unit="room nights",
            factor=factor("desnz_2024", f"hotel-stay/{place}", unit="Room per night"),
        ).emissions_kgco2e
        for place in ("uk", "uk-london")
    ]

    assert nights == [Decimal("31.2"), Decimal("34.5")]
