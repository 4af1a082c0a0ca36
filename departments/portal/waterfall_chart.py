"""Calculates. Where the bars of a waterfall lie, in the coordinates of its SVG."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from departments.portal import charts
from departments.portal.figures import MINUS
from departments.portal.waterfall import Waterfall

WIDTH, ROW, BAR = 384, 28, 15
LEFT, RIGHT = 92, 320


@dataclass(frozen=True, slots=True)
class WaterfallBar:
    """A bill as a whole, or what a step adds to it or takes off; lengths as in the view box."""

    name: str
    kind: str
    x: int
    y: int
    width: int
    text_y: int
    short_amount: str
    join_x: int
    join_y: int


@dataclass(frozen=True, slots=True)
class WaterfallChart:
    """Bars below each other, from the bill before to this one; all begin or end at `base_x`.

    `begins_at` says where the scale begins, if not at nothing due; empty otherwise.
    """

    bars: tuple[WaterfallBar, ...]
    base_x: int
    begins_at: str
    height: int
    width: int = WIDTH
    bar_height: int = BAR
    label_x: int = LEFT - 10
    value_x: int = WIDTH
    row: int = ROW


def waterfall_chart(steps: Waterfall) -> WaterfallChart:
    """A bar for each bill and for each step that moved anything, on one scale.

    Where steps are small beside the bills, the scale begins above zero, so that they can be seen.
    """
    reached, levels = steps.before, [steps.before]
    moves: list[tuple[str, Decimal, Decimal]] = []
    for step in steps.moving:
        moves.append((step.name, reached, step.amount))
        reached += step.amount
        levels.append(reached)
    base = _base(levels)
    place = _scale([*levels, base])
    rows = [
        ("before", "total", base, steps.before, steps.before),
        *(
            (name, "more" if amount > 0 else "less", start, start + amount, amount)
            for name, start, amount in moves
        ),
        ("after", "total", base, steps.after, steps.after),
    ]
    return WaterfallChart(
        tuple(
            _bar(number, name, kind, place(start), place(end), amount)
            for number, (name, kind, start, end, amount) in enumerate(rows)
        ),
        base_x=place(base),
        begins_at=charts.short(base) if base else "",
        height=len(rows) * ROW,
    )


def _base(levels: Sequence[Decimal]) -> Decimal:
    """Zero, or half a span below the lowest level where all lie far above zero."""
    lowest, span = min(levels), max(levels) - min(levels)
    if not span or lowest < 2 * span:
        return Decimal(0)
    return lowest - span / 2


def _scale(values: Sequence[Decimal]) -> Callable[[Decimal], int]:
    lowest = min(values)
    span = max(values) - lowest or Decimal(1)

    def place(value: Decimal) -> int:
        exact = (value - lowest) * (RIGHT - LEFT) / span
        return LEFT + int(exact.to_integral_value(ROUND_HALF_UP))

    return place


def _bar(number: int, name: str, kind: str, start: int, end: int, amount: Decimal) -> WaterfallBar:
    y = number * ROW + (ROW - BAR) // 2
    sign = {"more": "+", "less": MINUS}.get(kind, MINUS if amount < 0 else "")
    return WaterfallBar(
        name=name,
        kind=kind,
        x=min(start, end),
        y=y,
        width=max(2, abs(end - start)),
        text_y=y + BAR - 4,
        short_amount=sign + charts.short(abs(amount)),
        join_x=end,
        join_y=y + BAR,
    )
