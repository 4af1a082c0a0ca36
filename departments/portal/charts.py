"""Calculates. Where the bars of a chart stand, in the coordinates of its SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import get_language

from departments.portal import figures

WIDTH, HEIGHT = 400, 170
TOP, BOTTOM = 22, 24
MOST_BARS = 8
ENGLISH = ((9, 1, "B"), (6, 1, "M"), (3, 1, "k"))  # powers of ten, decimals, what they are called
KOREAN = ((8, 1, "억"), (4, 0, "만"))


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar with its two labels; all lengths in the units of the chart's view box."""

    label: str
    amount: Decimal
    is_current: bool
    x: int
    y: int
    width: int
    height: int
    middle: int
    value_y: int
    short_amount: str


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars of amounts that are never negative, on a common base line."""

    bars: tuple[Bar, ...]
    base_y: int = HEIGHT - BOTTOM
    label_y: int = HEIGHT - 8
    width: int = WIDTH
    height: int = HEIGHT


def bar_chart(amounts: Sequence[tuple[str, Decimal]], *, current: str) -> BarChart:
    """A bar for each of the last eight periods; the current one is marked."""
    shown = amounts[-MOST_BARS:]
    largest = max((amount for _, amount in shown), default=Decimal(0))
    slot = WIDTH // max(len(shown), 3)
    return BarChart(
        tuple(
            _bar(place, label, amount, largest, slot, is_current=label == current)
            for place, (label, amount) in enumerate(shown)
        )
    )


def _bar(
    place: int, label: str, amount: Decimal, largest: Decimal, slot: int, *, is_current: bool
) -> Bar:
    room = HEIGHT - TOP - BOTTOM
    height = max(1, figures.share(amount, largest) * room // 1000)
    width = min(56, slot * 6 // 10)
    middle = place * slot + slot // 2
    top = HEIGHT - BOTTOM - height
    return Bar(
        label=label,
        amount=amount,
        is_current=is_current,
        x=middle - width // 2,
        y=top,
        width=width,
        height=height,
        middle=middle,
        value_y=top - 7,
        short_amount=short(amount),
    )


def short(amount: Decimal) -> str:
    """An amount to write above a bar, e.g. `21.4M`, in Korean `2,137만`; the table beside it has
    every digit."""
    is_korean = (get_language() or "").startswith("ko")
    for limit, places, letter in KOREAN if is_korean else ENGLISH:
        if abs(amount) >= Decimal(10) ** limit:
            return f"{amount.scaleb(-limit):,.{places}f}{letter}"
    return f"{amount:.0f}"
