"""Calculates. Where the lines of a chart over years run, in the coordinates of its SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor

from departments.portal.charts import short

WIDTH, HEIGHT = 440, 210
LEFT, RIGHT, TOP, BOTTOM = 50, 8, 12, 24
MOST_TICKS = 8


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its name, the corners of its path, and which of the styles it has."""

    name: str
    points: str
    style: int


@dataclass(frozen=True, slots=True)
class Tick:
    """A round amount on the scale, across the whole chart."""

    y: Decimal
    label: str
    is_zero: bool


@dataclass(frozen=True, slots=True)
class LineChart:
    """Lines over years on a common scale, with a few round amounts, nothing among them."""

    lines: tuple[Line, ...]
    ticks: tuple[Tick, ...]
    first_year: int
    last_year: int
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    label_y: int = HEIGHT - 8


def line_chart(series: Sequence[tuple[str, Sequence[tuple[int, Decimal]]]]) -> LineChart | None:
    """Lines of (name, [(year, kg)]), labelled in tonnes; None without two years."""
    years = [year for _, points in series for year, _ in points]
    amounts = [amount for _, points in series for _, amount in points]
    if not years or min(years) == max(years):
        return None
    least, most = min(*amounts, Decimal(0)), max(*amounts, Decimal(0))
    step = _step(most - least)
    low, high = floor(least / step), ceil(most / step)
    high = max(high, low + 1)
    first, last = min(years), max(years)

    def x(year: int) -> Decimal:
        return _place(LEFT, WIDTH - RIGHT, Decimal(year - first) / (last - first))

    def y(steps: Decimal) -> Decimal:
        return _place(TOP, HEIGHT - BOTTOM, (high - steps) / (high - low))

    return LineChart(
        lines=tuple(
            Line(name, " ".join(f"{x(year)},{y(amount / step)}" for year, amount in points), style)
            for style, (name, points) in enumerate(series)
        ),
        ticks=tuple(
            Tick(y(Decimal(at)), _label(at * step), is_zero=at == 0) for at in range(low, high + 1)
        ),
        first_year=first,
        last_year=last,
    )


def _label(kg: Decimal) -> str:
    """Round tonnes, e.g. `500M` or `1.2B`."""
    return short(kg.scaleb(-3)).replace(".0", "").replace("-", "\N{MINUS SIGN}")


def _step(span: Decimal) -> Decimal:
    """The smallest of 1, 2, 5, 10, 20, 50 … that leaves few ticks."""
    if not span:
        return Decimal(1000)
    power = Decimal(1).scaleb(span.adjusted() - 1)
    return next(n * power for n in (1, 2, 5, 10, 20, 50) if span <= n * power * (MOST_TICKS - 1))


def _place(start: int, end: int, share: Decimal) -> Decimal:
    """So far between two edges, to a tenth: finer than the eye, so that no line looks jagged."""
    return round(start + (end - start) * share, 1)
