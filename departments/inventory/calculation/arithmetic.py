"""Calculates. Quantity × unit conversion × factor, worked out and written down in one place."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, localcontext

from departments.inventory import units
from departments.inventory.calculation.errors import NegativeActivity, NotFinite, OutOfRange
from departments.inventory.calculation.result import Factor, GasPart, Result, Step
from departments.organisation.said import said

SHOWN_DECIMALS = 12


def emit(
    *, quantity: Decimal, unit: str, factor: Factor, label: str = "Emissions", path: str = ""
) -> Result:
    """Emissions of a quantity: converted to the factor's unit, then multiplied by the factor.

    Returns: kgCO2e, unrounded to 50 significant digits, by gas where the factor has parts.
    Raises:  NegativeActivity, NotFinite; UnknownUnit, IncompatibleUnits.
    Source:  GHG Protocol Corporate Standard (2004), chapter 6.
    """
    require_activity(label, quantity)
    steps, converted = _converted(quantity, unit, factor.unit)
    total = times(converted, factor.kgco2e_per_unit)
    steps += (_factor_step(label, converted, factor, total),)
    parts = factor.parts().items()
    gases = tuple(GasPart(gas=gas, kgco2e=times(converted, part)) for gas, part in parts)
    biogenic = factor.biogenic_kgco2e
    outside = None if biogenic is None else times(converted, biogenic)
    return Result(
        emissions_kgco2e=total, steps=steps, gases=gases, biogenic_kgco2e=outside, path=path
    )


def _converted(quantity: Decimal, unit: str, to_unit: str) -> tuple[tuple[Step, ...], Decimal]:
    """The quantity in the factor's unit; a step only where the figure changes."""
    converted = units.convert(quantity, from_unit=unit, to_unit=to_unit)
    if converted == quantity:
        return (), converted
    ratio = units.conversion_ratio(from_unit=unit, to_unit=to_unit)
    expression = f"{shown(quantity)} {unit} × {shown(ratio)} {to_unit}/{unit}"
    step = Step(label="Conversion", expression=expression, value=converted, unit=to_unit)
    return (step,), converted


def _factor_step(label: str, converted: Decimal, factor: Factor, total: Decimal) -> Step:
    per_unit = f"{shown(factor.kgco2e_per_unit)} kgCO2e/{factor.unit}"
    source = f" ({factor.label})" if factor.label else ""
    expression = f"{shown(converted)} {factor.unit} × {per_unit}{source}"
    return Step(label=label, expression=expression, value=total, unit="kgCO2e")


def times(*numbers: Decimal) -> Decimal:
    """The product, kept to 50 significant digits."""
    with localcontext(prec=units.PRECISION):
        product = Decimal(1)
        for number in numbers:
            product *= number
        return product


def per(number: Decimal, divisor: Decimal) -> Decimal:
    """The quotient, kept to 50 significant digits."""
    with localcontext(prec=units.PRECISION):
        return number / divisor


def plus(numbers: Iterable[Decimal]) -> Decimal:
    """The sum, kept to 50 significant digits."""
    with localcontext(prec=units.PRECISION):
        return sum(numbers, Decimal(0))


def shown(number: Decimal) -> str:
    """A figure as people read it: 1,200.5, at most 12 decimals. Print it, never reckon with it."""
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > SHOWN_DECIMALS:
        with localcontext(prec=units.PRECISION + SHOWN_DECIMALS):
            number = number.quantize(Decimal(1).scaleb(-SHOWN_DECIMALS)).normalize()
    return f"{number:,f}"


def require_activity(name: str, value: Decimal) -> None:
    """Refuse what cannot have happened.

    Raises: NotFinite; NegativeActivity; TypeError, if not a Decimal.
    """
    _require_finite(name, value)
    if value < 0:
        raise NegativeActivity(name=name, value=value)


def require_positive(name: str, value: Decimal) -> None:
    """Refuse zero and below, where a division or a duration needs more.

    Raises: NotFinite, OutOfRange.
    """
    _require_finite(name, value)
    if value <= 0:
        raise OutOfRange(name=name, value=value, allowed=said("above 0"))


def _require_finite(name: str, value: Decimal) -> None:
    if not isinstance(value, Decimal):
        raise TypeError(f"{name} is a Decimal, not {type(value).__name__}")
    if not value.is_finite():
        raise NotFinite(name=name, value=value)
