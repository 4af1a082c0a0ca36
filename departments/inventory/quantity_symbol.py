"""Calculates. A quantity that nobody has told yet: what is done to it is written down, not done.

A calculation that runs through with such a symbol, and never asks how large it is, is proportional
to the quantity, whatever the quantity above zero. Its operations, done one after another with a
figure in the symbol's place, give that figure's results to the last digit, and its printed
arithmetic. Nothing is guessed from samples: whatever can't be answered for all quantities at once
is refused here, and such a record is calculated by itself.
"""

from __future__ import annotations

from decimal import Decimal, DecimalTuple, Inexact, localcontext
from fractions import Fraction
from typing import Any

from departments.inventory.calculation.arithmetic import shown
from departments.inventory.entry import plain
from departments.inventory.units import PRECISION

# An operation: multiply by, divide by, or write without idle zeros (with no number).
Operation = tuple[str, str]
Operations = tuple[Operation, ...]
TIMES, OVER, PLAIN = "×", "÷", "plain"
OPENS, CLOSES = "⟦", "⟧"
FORMATS = (",f", "f")

# Longer than every quantity that can be entered (at most 10^15, with 10 decimals), and 10^25 + 13
# is a prime. What is exact for it is exact for all: it has more digits, and nothing divides it.
LONGEST = Decimal("1000000000000000.0000000013")


class DependsOnQuantity(Exception):
    """The calculation asks how large the quantity is; it can't be done for all of them at once."""


class Symbol(Decimal):
    """Some quantity above zero, and what was done to it. As a number of its own it is NaN."""

    operations: Operations
    printed: list[tuple[Operations, str]]

    def __new__(
        cls, operations: Operations = (), printed: list[tuple[Operations, str]] | None = None
    ) -> Symbol:
        symbol = super().__new__(cls, "NaN")
        symbol.operations = operations
        symbol.printed = [] if printed is None else printed
        return symbol

    def _then(self, sign: str, number: Any) -> Symbol:
        if isinstance(number, Symbol) or not Decimal(number).is_finite():
            raise DependsOnQuantity
        if sign == OVER and not number:
            raise DependsOnQuantity
        return Symbol((*self.operations, (sign, str(Decimal(number)))), self.printed)

    def __mul__(self, number: Any, /) -> Symbol:
        return self._then(TIMES, number)

    __rmul__ = __mul__

    def __truediv__(self, number: Any, /) -> Symbol:
        return self._then(OVER, number)

    def __add__(self, number: Any, /) -> Symbol:
        if isinstance(number, Symbol) or number != 0:
            raise DependsOnQuantity
        return self

    __radd__ = __add__

    def quantize(self, *args: Any, **options: Any) -> Symbol:
        """As `entry.plain` calls it, with a value that equals its whole part."""
        return Symbol((*self.operations, (PLAIN, "")), self.printed)

    def to_integral_value(self, *args: Any, **options: Any) -> Symbol:
        return self

    def as_tuple(self) -> DecimalTuple:
        """As `shown` asks for the decimals: they are looked at when the figure is there."""
        return DecimalTuple(0, (0,), 0)

    def is_finite(self) -> bool:
        return True

    def __format__(self, spec: str, /, *args: Any) -> str:
        if spec not in FORMATS:
            raise DependsOnQuantity
        figure = (self.operations, spec)
        if figure not in self.printed:
            self.printed.append(figure)
        return f"{OPENS}{self.printed.index(figure)}{CLOSES}"

    # Comparisons: the sign is known, and which of two multiples is the larger.

    def _compared(self, other: Any) -> Fraction:
        """Above, below or exactly zero, as the symbol is to the other."""
        if isinstance(other, Symbol):
            return per_unit(self.operations) - per_unit(other.operations)
        if other != 0:
            raise DependsOnQuantity
        return per_unit(self.operations)

    def __eq__(self, other: object, /) -> bool:
        return self._compared(other) == 0

    def __ne__(self, other: object, /) -> bool:
        return self._compared(other) != 0

    def __lt__(self, other: Any, /) -> bool:
        return self._compared(other) < 0

    def __le__(self, other: Any, /) -> bool:
        return self._compared(other) <= 0

    def __gt__(self, other: Any, /) -> bool:
        return self._compared(other) > 0

    def __ge__(self, other: Any, /) -> bool:
        return self._compared(other) >= 0

    def __bool__(self) -> bool:
        return per_unit(self.operations) != 0

    __hash__ = None  # type: ignore[assignment]

    def _refuse(self, *args: Any, **options: Any) -> Any:
        raise DependsOnQuantity

    __sub__ = __rsub__ = __rtruediv__ = __neg__ = __pos__ = __abs__ = _refuse
    __mod__ = __rmod__ = __floordiv__ = __rfloordiv__ = __divmod__ = __rdivmod__ = _refuse
    __pow__ = __rpow__ = __round__ = __int__ = __float__ = __trunc__ = _refuse
    __floor__ = __ceil__ = __str__ = normalize = _refuse


def per_unit(operations: Operations) -> Fraction:
    """The exact result for a quantity of 1, as a fraction."""
    found = Fraction(1)
    for sign, number in operations:
        if sign == TIMES:
            found *= Fraction(number)
        elif sign == OVER:
            found /= Fraction(number)
    return found


def value_of(operations: Operations, quantity: Decimal) -> Decimal:
    """What the operations make of a quantity, to 50 significant digits at each step."""
    with localcontext(prec=PRECISION):
        for sign, number in operations:
            if sign == TIMES:
                quantity *= Decimal(number)
            elif sign == OVER:
                quantity /= Decimal(number)
            else:
                quantity = plain(quantity)
    return quantity


def is_exact(operations: Operations) -> bool:
    """Whether the operations never round, whatever quantity can be entered."""
    with localcontext() as context:
        context.traps[Inexact] = True
        try:
            value_of(operations, LONGEST)
        except Inexact:
            return False
    return True


def figure_of(operations: Operations, spec: str, quantity: Decimal) -> str:
    """A figure as the arithmetic prints it: for people (`,f`) or for programs (`f`)."""
    value = value_of(operations, quantity)
    return shown(value) if spec == ",f" else f"{plain(value):f}"
