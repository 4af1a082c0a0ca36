"""Calculates. Where a response to price stands on its picture, in the coordinates of its SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 16, 40
_FURTHEST = 2.0  # an interval that goes on beyond three times the tonnes is cut there


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across the picture, or a mark below it, with its label."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Curve:
    """The response as a line, its intervals as a band, dots at observed prices, and the range."""

    line: str
    band: str
    dots: tuple[tuple[float, float], ...]
    zero_y: float
    shares: tuple[Tick, ...]
    prices: tuple[Tick, ...]
    range_x: float | None
    range_width: float | None
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM
    label_y: int = HEIGHT - 14


def curve_of(answer: dict[str, Any]) -> Curve:
    """The picture of an answer that was identifiable."""
    points = answer["response"]
    prices = [point["price_per_tonne"] for point in points]
    low = min(-0.05, *(max(point["low"], -1.0) for point in points))
    high = max(0.05, *(min(point["high"], _FURTHEST) for point in points))
    across = _Scale(prices[0], prices[-1], LEFT, WIDTH - RIGHT)
    up = _Scale(low, high, HEIGHT - BOTTOM, TOP)
    line = [(across(p["price_per_tonne"]), up(p["change_share"])) for p in points]
    upper = [(across(p["price_per_tonne"]), up(p["high"])) for p in points]
    lower = [(across(p["price_per_tonne"]), up(p["low"])) for p in points]
    observed = set(answer["observed_prices"])
    begin, end = answer["range"]["low"], answer["range"]["high"]
    is_shown = begin is not None and end is not None
    return Curve(
        line=_path(line),
        band=_path([*upper, *reversed(lower)]),
        dots=tuple(dot for dot, price in zip(line, prices, strict=True) if price in observed),
        zero_y=up(0.0),
        shares=tuple(Tick(up(share), f"{share:+.0%}") for share in _steps(low, high)),
        prices=tuple(Tick(across(price), f"{price:g}") for price in _steps(prices[0], prices[-1])),
        range_x=across(begin) if is_shown else None,
        range_width=round(across(end) - across(begin), 1) if is_shown else None,
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    first: float
    last: float
    at_first: float
    at_last: float

    def __call__(self, value: float) -> float:
        within = min(max(value, min(self.first, self.last)), max(self.first, self.last))
        span = (self.last - self.first) or 1.0
        share = (within - self.first) / span
        return round(self.at_first + share * (self.at_last - self.at_first), 1)


def _path(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in points)


def _steps(first: float, last: float) -> list[float]:
    """Round numbers between two ends, four to eight of them."""
    span = last - first
    if span <= 0:
        return [first]
    step = 10.0**-6
    while span / step > 8:
        step *= 2.5 if f"{step:e}".startswith("2") else 2
    start = int(first / step) - 1
    marks = [round(step * (start + place), 10) for place in range(20)]
    return [mark for mark in marks if first - 1e-9 <= mark <= last + 1e-9]
