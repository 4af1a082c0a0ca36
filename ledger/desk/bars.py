"""Calculates. Bars to both sides of a line, in the coordinates of their SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDTH, ROW, TOP = 640, 30, 8
LEFT, RIGHT = 210, 470  # names stand before the bars, figures behind them
THIN = Decimal("1.5")  # what is not nothing is seen


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: `x` and `width` of its bar, `y` of its top, and the middle of its words."""

    name: str
    figure: str
    is_more: bool
    x: Decimal
    width: Decimal
    y: int
    middle: int


@dataclass(frozen=True, slots=True)
class Bars:
    """The picture: bars, and where nothing is."""

    bars: tuple[Bar, ...]
    zero_x: Decimal
    height: int
    width: int = WIDTH
    bar_height: int = ROW - 12


def bars_of(rows: Sequence[tuple[str, Decimal, str]]) -> Bars:
    """A picture of (name, figure, figure in words), in their order; more is to the right."""
    least = min((figure for _, figure, _ in rows), default=Decimal(0))
    most = max((figure for _, figure, _ in rows), default=Decimal(0))
    least, most = min(least, Decimal(0)), max(most, Decimal(0))
    per_unit = (RIGHT - LEFT) / ((most - least) or Decimal(1))
    zero = _rounded(LEFT - least * per_unit)
    bars = []
    for number, (name, figure, words) in enumerate(rows):
        width = max(_rounded(abs(figure) * per_unit), THIN) if figure else Decimal(0)
        y = TOP + number * ROW
        x = zero if figure >= 0 else zero - width
        bars.append(Bar(name, words, figure > 0, x, width, y + 6, y + ROW // 2))
    return Bars(tuple(bars), zero, TOP * 2 + ROW * len(rows))


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"))
