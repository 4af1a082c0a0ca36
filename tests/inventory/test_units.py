"""Units: exact ratios, publishers' spellings, refusals, and laws that hold for any quantity."""

from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from departments.inventory import units
from tests.worked_examples.published import FACTOR_SETS, rows_of

QUANTITIES = st.decimals(
    min_value=Decimal(0), max_value=Decimal("1e15"), places=6, allow_nan=False, allow_infinity=False
)
UNITS = st.sampled_from(
    ["kWh", "MWh", "GWh", "GJ", "therm", "MMBtu", "kg", "g", "t", "lb", "short ton", "L", "m3",
     "US gallon", "ft3", "million litres", "km", "mile", "passenger.km", "passenger-mile",
     "tonne.km", "short ton-mile", "kWh (Gross CV)", "mmBtu (HHV)", "kWh (Net CV)", "tCO2e"]
)  # fmt: skip


@pytest.mark.parametrize(
    ("one", "is_this_many", "of"),
    [
        ("mile", "1.609344", "km"),
        ("lb", "0.45359237", "kg"),
        ("short ton", "907.18474", "kg"),
        ("US gallon", "3.785411784", "L"),
        ("ft3", "0.028316846592", "m3"),
        ("million litres", "1000", "cubic metres"),
        ("MWh", "1000", "kWh"),
        ("GJ", "0.001", "TJ"),
        ("kWh", "3.6", "MJ"),
        ("MMBtu", "1.05505585262", "GJ"),
        ("therm", "0.1", "mmBtu"),
        ("short ton-mile", "1.45997231821056", "tonne.km"),
        ("passenger-mile", "1.609344", "passenger.km"),
        ("tCO2e", "1000", "kgCO2e"),
        ("ha", "10000", "m2"),
        ("day", "24", "hours"),
    ],
)
def test_exact_ratios(one: str, is_this_many: str, of: str) -> None:
    """NIST Handbook 44, appendix C; BIPM, The International System of Units."""
    assert units.conversion_ratio(from_unit=one, to_unit=of) == Decimal(is_this_many)


def test_kwh_in_a_therm_to_fifty_digits() -> None:
    """105,505,585.262 J ÷ 3,600,000 J = 29.30710701722…, which never ends."""
    ratio = units.conversion_ratio(from_unit="therm", to_unit="kWh")
    assert str(ratio) == "29.307107017222222222222222222222222222222222222222"


@pytest.mark.parametrize(
    ("spelling", "shown"),
    [
        ("kWh (Net CV)", "kWh (Net CV)"),
        ("kWh (LHV)", "kWh (Net CV)"),
        ("mmBtu (HHV)", "MMBtu (Gross CV)"),
        ("tonnes", "t"),
        ("Room per night", "room night"),
        ("per FTE Working Hour", "FTE working hour"),
        ("passenger.km", "passenger.km"),
        ("  Cubic   METRES ", "m3"),
        ("gallon (US)", "US gallon"),
        ("scf", "ft3"),
        ("vehicle-mile", "mile"),
        ("tonne·km", "tonne.km"),
        ("hrs", "h"),
    ],
)
def test_spellings_of_the_publishers(spelling: str, shown: str) -> None:
    assert units.canonical(spelling) == shown


@pytest.mark.parametrize("factor_set", FACTOR_SETS)
def test_every_unit_of_the_shipped_factors_is_known(factor_set: str) -> None:
    assert all(units.is_known(unit) for unit in {row["unit"] for row in rows_of(factor_set)})


@pytest.mark.parametrize(
    ("from_unit", "to_unit"),
    [
        ("kWh (Net CV)", "kWh (Gross CV)"),
        ("kWh (Gross CV)", "kWh (Net CV)"),
        ("kWh", "kWh (Gross CV)"),
        ("mmBtu", "mmBtu (HHV)"),
    ],
)
def test_calorific_values_never_become_each_other(from_unit: str, to_unit: str) -> None:
    with pytest.raises(units.IncompatibleUnits, match="different units") as refusal:
        units.convert(Decimal(1), from_unit=from_unit, to_unit=to_unit)
    assert refusal.value.code == "incompatible_units"
    assert (refusal.value.from_unit, refusal.value.to_unit) == (from_unit, to_unit)


@pytest.mark.parametrize(
    ("from_unit", "to_unit"),
    [("kg", "L"), ("km", "passenger.km"), ("kg", "kgCO2e"), ("tonne.km", "tonnes"), ("ha", "m")],
)
def test_different_things_are_refused(from_unit: str, to_unit: str) -> None:
    with pytest.raises(units.IncompatibleUnits, match="Enter the quantity in"):
        units.convert(Decimal(1), from_unit=from_unit, to_unit=to_unit)


def test_an_unknown_unit_names_its_neighbours() -> None:
    with pytest.raises(units.UnknownUnit) as refusal:
        units.convert(Decimal(1), from_unit="litrs", to_unit="L")
    assert refusal.value.code == "unknown_unit"
    assert refusal.value.unit == "litrs"
    assert "L" in refusal.value.nearest
    assert str(refusal.value).startswith("The unit “litrs” is not known. Did you mean L")


@pytest.mark.parametrize(
    ("unit", "nearest"),
    [
        ("kwhr", ("kWh",)),
        ("m^3", ("m3",)),
        ("gallion", ("US gallon",)),
        ("kWh (net)", ("kWh (Net CV)",)),
        ("ton", ("t", "short ton", "long ton")),  # each is one, and none is meant for sure
        ("EUX", ("EUR",)),
        ("eux", ()),  # a currency is written in three capital letters
        ("furlong", ()),
        ("stone", ()),
        ("bar", ()),
        ("xyz", ()),
        ("XYZ", ()),
        ("", ()),
    ],
)
def test_only_what_is_spelled_much_alike_is_near(unit: str, nearest: tuple[str, ...]) -> None:
    with pytest.raises(units.UnknownUnit) as refusal:
        units.canonical(unit)
    assert refusal.value.nearest == nearest


def test_a_dot_behind_a_unit_does_not_matter() -> None:
    assert (units.canonical("lbs."), units.canonical("USD.")) == ("lb", "USD")


@pytest.mark.parametrize(
    ("unit", "to_unit", "hint"),
    [
        ("kwhr", "kWh", "Did you mean kWh?"),
        ("furlong", "kWh", "Enter the quantity in kWh or a unit that converts to it."),
        ("EUX", "kWh", "Enter the quantity in kWh or a unit that converts to it."),
        ("foo", "kWh", "Enter the quantity in kWh or a unit that converts to it."),
        ("foo", "m", "Did you mean ft?"),
    ],
)
def test_what_is_near_becomes_what_is_asked_for(unit: str, to_unit: str, hint: str) -> None:
    with pytest.raises(units.UnknownUnit) as refusal:
        units.convert(Decimal(1), from_unit=unit, to_unit=to_unit)
    assert str(refusal.value) == f"The unit “{unit}” is not known. {hint}"


def test_megalitres_and_millilitres_are_not_guessed() -> None:
    """Case does not matter in a spelling, so ML and mL would be the same word, 10^9 apart."""
    assert not units.is_known("ML")
    assert not units.is_known("mL")


@pytest.mark.parametrize("quantity", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_quantity_is_refused(quantity: str) -> None:
    with pytest.raises(units.QuantityNotFinite):
        units.convert(Decimal(quantity), from_unit="kWh", to_unit="kWh")


@pytest.mark.parametrize("quantity", [1.5, 1, "1"])
def test_only_decimals_are_converted(quantity: object) -> None:
    with pytest.raises(TypeError):
        units.convert(quantity, from_unit="kWh", to_unit="kWh")  # type: ignore[arg-type]


def test_equal_units_return_the_same_figure_digit_by_digit() -> None:
    assert str(units.convert(Decimal("1200.500"), from_unit="kWh", to_unit="kWh")) == "1200.500"


def test_choices_for_a_form() -> None:
    assert units.compatible_units("tonnes") == ("kg", "g", "t", "lb", "short ton", "long ton")
    assert "therm (Gross CV)" in units.compatible_units("kWh (Gross CV)")
    assert "therm" not in units.compatible_units("kWh (Gross CV)")


@given(quantity=QUANTITIES, unit=UNITS, data=st.data())
def test_there_and_back_is_the_same(quantity: Decimal, unit: str, data: st.DataObject) -> None:
    other = data.draw(st.sampled_from(units.compatible_units(unit)))
    there = units.convert(quantity, from_unit=unit, to_unit=other)
    back = units.convert(there, from_unit=other, to_unit=unit)
    with localcontext(prec=60):
        assert abs(back - quantity) <= abs(quantity) * Decimal("1e-48")


@given(left=QUANTITIES, right=QUANTITIES, unit=UNITS, data=st.data())
def test_converting_a_sum_is_summing_the_converted(
    left: Decimal, right: Decimal, unit: str, data: st.DataObject
) -> None:
    other = data.draw(st.sampled_from(units.compatible_units(unit)))
    with localcontext(prec=60):
        parts = [units.convert(q, from_unit=unit, to_unit=other) for q in (left, right)]
        whole = units.convert(left + right, from_unit=unit, to_unit=other)
        assert abs(whole - sum(parts)) <= abs(whole) * Decimal("1e-48")


@given(quantity=QUANTITIES, unit=UNITS)
def test_bigger_stays_bigger_and_zero_stays_zero(quantity: Decimal, unit: str) -> None:
    for other in units.compatible_units(unit):
        converted = units.convert(quantity, from_unit=unit, to_unit=other)
        assert (converted > 0) == (quantity > 0)
