"""Calculates. Where the lines of a chart over years run, in the coordinates of its SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from departments.portal.charts import short

WIDTH, HEIGHT = 440, 240
LEFT, RIGHT, TOP, BOTTOM = 50, 8, 12, 24
LABEL = 14


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its name, the corners of its path, and which of the styles it has."""

    name: str
    points: str
    style: int


@dataclass(frozen=True, slots=True)
class LineChart:
    """Lines over years on a common scale, with the zero line."""

    lines: tuple[Line, ...]
    zero_y: int
    top_label: str
    bottom_label: str
    first_year: int
    last_year: int
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top_y: int = TOP
    bottom_y: int = HEIGHT - BOTTOM
    label_y: int = HEIGHT - 8


def line_chart(series: Sequence[tuple[str, Sequence[tuple[int, Decimal]]]]) -> LineChart | None:
    """Lines of (name, [(year, amount)]); None without two years."""
    years = [year for _, points in series for year, _ in points]
    amounts = [amount for _, points in series for _, amount in points]
    if not years or min(years) == max(years):
        return None
    low, high = min(min(amounts), Decimal(0)), max(max(amounts), Decimal(0))
    span = high - low or Decimal(1)
    first, last = min(years), max(years)

    def x(year: int) -> int:
        return LEFT + (WIDTH - LEFT - RIGHT) * (year - first) // (last - first)

    def y(amount: Decimal) -> int:
        return TOP + int((HEIGHT - TOP - BOTTOM) * (high - amount) / span)

    return LineChart(
        lines=tuple(
            Line(name, " ".join(f"{x(year)},{y(amount)}" for year, amount in points), style)
            for style, (name, points) in enumerate(series)
        ),
        zero_y=y(Decimal(0)),
        top_label=short(high.scaleb(-3)),
        bottom_label=short(low.scaleb(-3)) if HEIGHT - BOTTOM - y(Decimal(0)) > LABEL else "",
        first_year=first,
        last_year=last,
    )
