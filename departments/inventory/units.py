"""Calculates. Quantities and their units: what a spelling means, and exact conversion between two.

Every ratio below is exact by definition (1 mile = 1.609344 km, 1 lb = 0.45359237 kg) and a Decimal.
A conversion multiplies first, divides last and keeps 50 significant digits, so it is exact whenever
the answer has that many digits or fewer, and otherwise off by less than one part in 10^48.

Net and gross calorific value are different units: a kWh of fuel says which it is, and neither
becomes the other, nor a kWh of electricity, without a figure that only the supplier knows.
HHV is gross, LHV is net. A standard cubic foot counts as a cubic foot: gas bills already correct
for pressure and temperature.

Source: BIPM, The International System of Units (9th ed.); NIST Handbook 44, appendix C; Btu and
therm by the International Table (1 Btu = 1,055.05585262 J).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal, localcontext
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from departments.organisation.said import either, said, together

if TYPE_CHECKING:
    import pint

PRECISION = 50
"""Significant digits kept by a conversion and by a calculation."""
MOST_TAKEN = 4
# How much of two spellings is the same, for one to be taken for a slip of the other.
MUCH_ALIKE, ONE_LETTER_OF_THREE = 0.75, 0.66

_DEFINITIONS = """
metre = [length]
kilometre = 1000 * metre
foot = 0.3048 * metre
mile = 1609.344 * metre
nautical_mile = 1852 * metre
kilogram = [mass]
gram = 0.001 * kilogram
tonne = 1000 * kilogram
pound = 0.45359237 * kilogram
short_ton = 2000 * pound
long_ton = 2240 * pound
joule = [energy]
megajoule = 1000000 * joule
gigajoule = 1000000000 * joule
terajoule = 1000000000000 * joule
watt_hour = 3600 * joule
kilowatt_hour = 3600000 * joule
megawatt_hour = 3600000000 * joule
gigawatt_hour = 3600000000000 * joule
terawatt_hour = 3600000000000000 * joule
btu = 1055.05585262 * joule
million_btu = 1000000 * btu
therm = 100000 * btu
litre = [volume]
millilitre = 0.001 * litre
cubic_metre = 1000 * litre
million_litre = 1000000 * litre
us_gallon = 3.785411784 * litre
imperial_gallon = 4.54609 * litre
cubic_foot = 28.316846592 * litre
barrel = 42 * us_gallon
square_metre = [area]
square_kilometre = 1000000 * square_metre
hectare = 10000 * square_metre
acre = 4046.8564224 * square_metre
hour = [time]
day = 24 * hour
kilogram_co2e = [greenhouse_gas]
gram_co2e = 0.001 * kilogram_co2e
tonne_co2e = 1000 * kilogram_co2e
passenger = [passenger]
room_night = [room_night]
fte_working_hour = [fte_working_hour]
item = [item]
thousand_hour = 1000 * hour
million_hour = 1000000 * hour
request = [request]
thousand_request = 1000 * request
million_request = 1000000 * request
billion_request = 1000000000 * request
net_cv = [net_calorific_value]
gross_cv = [gross_calorific_value]
"""

# A factor by spend counts money of one currency; none becomes another here.
_CURRENCIES = ("AED", "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF",
               "IDR", "ILS", "INR", "JPY", "KRW", "MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "RON",
               "SAR", "SEK", "SGD", "THB", "TRY", "TWD", "USD", "ZAR")  # fmt: skip

_ASKED = ("query", "queries", "search", "searches", "prompt", "prompts", "answer", "answers",
          "message", "messages", "inference", "inferences", "call", "calls")  # fmt: skip


def _machine(unit: str, many: str = "") -> tuple[str, ...]:
    """Hours or days of machines: “GPU hours” are hours of one GPU, however many there are."""
    return tuple(f"{many}{kind} {unit}" for kind in ("accelerator", "gpu", "tpu", "chip", "device"))


# The first spelling is the one shown; the others are understood too. Case, hyphens, dots and blanks
# don't matter, so ML (a million litres) and mL (a thousandth) would read alike:
# neither is accepted.
_SPELLINGS: dict[str, tuple[str, ...]] = {
    "metre": ("m", "metre", "metres", "meter", "meters"),
    "kilometre": ("km", "kilometre", "kilometres", "kilometer", "kilometers", "vehicle km"),
    "foot": ("ft", "foot", "feet"),
    "mile": ("mile", "miles", "mi", "vehicle mile", "vehicle miles"),
    "nautical_mile": ("nautical mile", "nautical miles", "nmi"),
    "kilogram": ("kg", "kilogram", "kilograms"),
    "gram": ("g", "gram", "grams"),
    "tonne": ("t", "tonne", "tonnes", "metric ton", "metric tons"),
    "pound": ("lb", "lbs", "pound", "pounds"),
    "short_ton": ("short ton", "short tons", "us ton", "us tons"),
    "long_ton": ("long ton", "long tons", "imperial ton"),
    "megajoule": ("MJ", "megajoule", "megajoules"),
    "gigajoule": ("GJ", "gigajoule", "gigajoules"),
    "terajoule": ("TJ", "terajoule", "terajoules"),
    "watt_hour": ("Wh", "watt hour", "watt hours"),
    "kilowatt_hour": ("kWh", "kilowatt hour", "kilowatt hours"),
    "megawatt_hour": ("MWh", "megawatt hour", "megawatt hours"),
    "gigawatt_hour": ("GWh", "gigawatt hour", "gigawatt hours"),
    "terawatt_hour": ("TWh", "terawatt hour", "terawatt hours"),
    "btu": ("Btu", "british thermal unit", "british thermal units"),
    "million_btu": ("MMBtu", "million btu"),
    "therm": ("therm", "therms"),
    "litre": ("L", "litre", "litres", "liter", "liters", "ltr"),
    "millilitre": ("millilitre", "millilitres", "milliliter", "milliliters"),
    "cubic_metre": ("m3", "m³", "cubic metre", "cubic metres", "cubic meter", "cubic meters"),
    "million_litre": ("million litres", "million litre", "million liters", "megalitres"),
    "us_gallon": ("US gallon", "us gallons", "gallon", "gallons", "gal", "gallon (US)"),
    "imperial_gallon": ("imperial gallon", "imperial gallons", "uk gallon", "gallon (UK)"),
    "cubic_foot": ("ft3", "ft³", "cubic foot", "cubic feet", "cu ft", "scf", "standard cubic foot"),
    "barrel": ("bbl", "barrel", "barrels"),
    "square_metre": ("m2", "m²", "square metre", "square metres", "square meter", "square meters"),
    "square_kilometre": ("km2", "km²", "square kilometre", "square kilometres"),
    "hectare": ("ha", "hectare", "hectares"),
    "acre": ("acre", "acres"),
    "hour": (
        "h",
        "hr",
        "hrs",
        "hour",
        "hours",
        *_machine("hour"),
        *_machine("hours"),
        *_machine("h"),
    ),
    "thousand_hour": ("thousand hours", *_machine("hours", "thousand ")),
    "million_hour": ("million hours", *_machine("hours", "million ")),
    "day": ("day", "days", *_machine("day"), *_machine("days")),
    "kilogram_co2e": ("kgCO2e", "kg co2e", "kilogram co2e"),
    "gram_co2e": ("gCO2e", "g co2e"),
    "tonne_co2e": ("tCO2e", "t co2e", "tonne co2e", "tonnes co2e", "metric tons co2e"),
    "passenger * kilometre": ("passenger.km", "passenger kilometre", "passenger kilometres", "pkm"),
    "passenger * mile": ("passenger-mile", "passenger miles"),
    "tonne * kilometre": ("tonne.km", "tonne kilometre", "tonne kilometres", "t km", "tkm"),
    "short_ton * mile": ("short ton-mile", "short ton miles", "ton mile", "ton miles"),
    "room_night": ("room night", "room nights", "room per night"),
    "fte_working_hour": ("FTE working hour", "per FTE working hour", "fte working hours"),
    "item": ("item", "items", "each", "unit", "units"),
    "request": ("requests", "request", *_ASKED),
    "thousand_request": ("thousand requests", *(f"thousand {each}" for each in _ASKED)),
    "million_request": ("million requests", *(f"million {each}" for each in _ASKED)),
    "billion_request": ("billion requests", *(f"billion {each}" for each in _ASKED)),
}
_ENERGY = ("kilowatt_hour", "megawatt_hour", "gigawatt_hour", "megajoule", "gigajoule", "terajoule",
           "million_btu", "therm")  # fmt: skip
_CALORIFIC = {"net cv": "net_cv", "lhv": "net_cv", "gross cv": "gross_cv", "hhv": "gross_cv"}


class UnitRefused(Exception):
    """A unit cannot be used as asked; nothing was converted."""

    code = "unit_refused"


class UnknownUnit(UnitRefused):
    """Nobody here knows this spelling; `nearest` are those much like it.

    `taken` are the units of what it is to become, where that is known.
    """

    code = "unknown_unit"

    def __init__(self, *, unit: str, nearest: tuple[str, ...], taken: Sequence[str] = ()) -> None:
        self.unit, self.nearest = unit, nearest
        reason = said("The unit “%(unit)s” is not known.", unit=unit)
        super().__init__(together(reason, self._hint(taken)))

    def _hint(self, taken: Sequence[str]) -> str:
        if self.nearest:
            return said("Did you mean %(nearest)s?", nearest=either(self.nearest))
        if not taken:
            return said("Use one such as kWh, kg or km.")
        return said(
            "Enter the quantity in %(published)s or a unit that converts to it.",
            published=", ".join(taken[:MOST_TAKEN]),
        )


class IncompatibleUnits(UnitRefused):
    """Both units are known, but they measure different things."""

    code = "incompatible_units"

    def __init__(self, *, from_unit: str, to_unit: str, hint: str) -> None:
        self.from_unit, self.to_unit, self.hint = from_unit, to_unit, hint
        reason = said(
            "%(from_unit)s cannot be converted to %(to_unit)s.",
            from_unit=from_unit,
            to_unit=to_unit,
        )
        super().__init__(together(reason, hint))


class QuantityNotFinite(UnitRefused):
    """NaN and infinity are not quantities."""

    code = "quantity_not_finite"

    def __init__(self, *, quantity: Decimal) -> None:
        self.quantity = quantity
        reason = said("“%(quantity)s” is not a quantity.", quantity=quantity)
        super().__init__(together(reason, said("Enter a decimal number.")))


def convert(quantity: Decimal, *, from_unit: str, to_unit: str) -> Decimal:
    """The same quantity in another unit; returned untouched when the units are spelled alike.

    Returns: `to_unit`, unrounded to 50 significant digits.
    Raises:  UnknownUnit, IncompatibleUnits, QuantityNotFinite; TypeError, if not a Decimal.
    """
    if not isinstance(quantity, Decimal):
        raise TypeError(f"a quantity is a Decimal, not {type(quantity).__name__}")
    if not quantity.is_finite():
        raise QuantityNotFinite(quantity=quantity)
    if from_unit == to_unit:
        return quantity
    numerator, denominator = _ratio(from_unit, to_unit)
    with localcontext(prec=PRECISION):
        return quantity if numerator == denominator else quantity * numerator / denominator


def conversion_ratio(*, from_unit: str, to_unit: str) -> Decimal:
    """How many `to_unit` one `from_unit` is, for printing; `convert` itself divides last.

    Raises: UnknownUnit, IncompatibleUnits.
    """
    return convert(Decimal(1), from_unit=from_unit, to_unit=to_unit)


def canonical(unit: str) -> str:
    """The spelling shown for a unit: “Room per night” is “room night”.

    Raises: UnknownUnit.
    """
    return _shown(_expression(unit))


def in_base_units(unit: str) -> tuple[Decimal, str]:
    """What one of it is in base units, and its dimension as text.

    Raises: UnknownUnit.
    """
    return _root(_expression(unit))


def is_known(unit: str) -> bool:
    """Whether the spelling is understood."""
    return _normalised(unit) in _expressions()


def compatible_units(unit: str) -> tuple[str, ...]:
    """The shown spellings of all units that convert to this one, itself included.

    Raises: UnknownUnit.
    """
    wanted = _root(_expression(unit))[1]
    return tuple(_shown(e) for e in dict.fromkeys(_expressions().values()) if _root(e)[1] == wanted)


@lru_cache(maxsize=4096)
def _ratio(from_unit: str, to_unit: str) -> tuple[Decimal, Decimal]:
    """Numerator and denominator that turn the first unit into the second."""
    if not is_known(from_unit):
        raise unknown(from_unit, taken=[to_unit])
    numerator, from_dimension = _root(_expression(from_unit))
    denominator, to_dimension = _root(_expression(to_unit))
    if from_dimension != to_dimension:
        hint = _hint(from_dimension, to_dimension, to_unit)
        raise IncompatibleUnits(from_unit=from_unit, to_unit=to_unit, hint=hint)
    return numerator, denominator


def _hint(from_dimension: str, to_dimension: str, to_unit: str) -> str:
    if "calorific" in from_dimension + to_dimension and "[energy]" in from_dimension:
        return said(
            "Net calorific value, gross calorific value and unmarked energy are different units: "
            "read on the fuel bill which one it states (UK and US gas bills: gross) and enter "
            "that."
        )
    if "money" in from_dimension and "money" in to_dimension:
        return said(
            "Exchange it first, at the rate of the day it was spent, and enter %(to_unit)s.",
            to_unit=to_unit,
        )
    return said(
        "Enter the quantity in %(units)s or a unit like it.",
        units=", ".join(compatible_units(to_unit)[:4]),
    )


@cache
def _root(expression: str) -> tuple[Decimal, str]:
    """What one of it is in base units, and its dimension as text."""
    base = _registry().Quantity(Decimal(1), expression).to_root_units()
    return Decimal(base.magnitude), str(base.dimensionality)


@cache
def _registry() -> pint.UnitRegistry[Decimal]:
    """Our own definitions only: exact, few, and read once, on first use."""
    import pint

    registry: pint.UnitRegistry[Decimal] = pint.UnitRegistry(None, non_int_type=Decimal)
    registry.load_definitions(_DEFINITIONS.strip().splitlines())
    registry.load_definitions([f"money_{code} = [money_{code}]" for code in _CURRENCIES])
    return registry


def _expression(unit: str) -> str:
    try:
        return _expressions()[_normalised(unit)]
    except KeyError:
        raise UnknownUnit(unit=unit, nearest=_nearest(unit)) from None


def unknown(unit: str, *, taken: Sequence[str]) -> UnknownUnit:
    """The refusal of a spelling, with those much like it that become one of `taken`, and these."""
    known = [each for each in taken if is_known(each)]
    dimensions = {_root(_expression(each))[1] for each in known}
    nearest = [each for each in _nearest(unit) if _root(_expression(each))[1] in dimensions]
    return UnknownUnit(unit=unit, nearest=tuple(nearest), taken=known)


def _nearest(unit: str) -> tuple[str, ...]:
    """Units that are spelled much like it and begin alike, or have it as one of their words.

    A currency is near to three capital letters alone.
    """
    spelled = _normalised(unit)
    if re.fullmatch("[A-Z]{3}", unit.strip()) and (
        codes := get_close_matches(unit.strip(), _CURRENCIES, n=3, cutoff=ONE_LETTER_OF_THREE)
    ):
        return tuple(codes)
    known = {each: e for each, e in _expressions().items() if not e.startswith("money_")}
    alike = [each for each in known if each[:1] == spelled[:1]]
    close = get_close_matches(spelled, alike, n=3, cutoff=MUCH_ALIKE)
    close += [each for each in known if len(spelled) > 1 and spelled in each.split()]
    return tuple(dict.fromkeys(_shown(known[each]) for each in close))[:3]


def _normalised(unit: str) -> str:
    return re.sub(r"[\s._·*×-]+", " ", unit.casefold()).strip()


@cache
def _expressions() -> dict[str, str]:
    """Every normalised spelling, and the expression in base names it stands for."""
    plain = {_normalised(s): e for e, spellings in _SPELLINGS.items() for s in spellings}
    money = {code.casefold(): f"money_{code}" for code in _CURRENCIES}
    return plain | money | dict(_calorific_spellings())


def _calorific_spellings() -> Iterable[tuple[str, str]]:
    for energy in _ENERGY:
        for mark, basis in _CALORIFIC.items():
            for spelling in _SPELLINGS[energy]:
                yield f"{_normalised(spelling)} ({mark})", f"{energy} * {basis}"


@cache
def _shown(expression: str) -> str:
    if expression in _SPELLINGS:
        return _SPELLINGS[expression][0]
    if expression.startswith("money_"):
        return expression.removeprefix("money_")
    energy, _, basis = expression.partition(" * ")
    return f"{_SPELLINGS[energy][0]} ({'Net' if basis == 'net_cv' else 'Gross'} CV)"
