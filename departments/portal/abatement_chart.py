"""Calculates. Where the blocks of an abatement cost curve stand, in the coordinates of its SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from pricing.abatement_curve import CurveStep

WIDTH, HEIGHT = 640, 240
TOP, BOTTOM = 24, 24
NARROWEST_LABEL = 18


@dataclass(frozen=True, slots=True)
class Block:
    """A project: as wide as its tonnes, as high as the cost of one; below the line if it saves."""

    number: int
    step: CurveStep
    x: int
    y: int
    width: int
    height: int
    middle: int
    label_y: int
    has_label: bool


@dataclass(frozen=True, slots=True)
class AbatementChart:
    """The blocks on their line, cheapest first; lengths in the units of the view box."""

    blocks: tuple[Block, ...]
    base_y: int
    width: int = WIDTH
    height: int = HEIGHT


def abatement_chart(steps: Sequence[CurveStep]) -> AbatementChart:
    """The curve as blocks; every block is at least one unit wide and high, so that it is seen."""
    costs = [step.measure.cost_per_tonne for step in steps]
    highest, lowest = max([*costs, Decimal(0)]), min([*costs, Decimal(0)])
    room = HEIGHT - TOP - BOTTOM
    spread = highest - lowest or Decimal(1)
    base_y = TOP + int(highest * room / spread)
    whole = steps[-1].to_tonnes if steps else Decimal(1)
    blocks = []
    for number, step in enumerate(steps, start=1):
        x = int(step.from_tonnes * WIDTH / whole)
        width = max(1, int(step.to_tonnes * WIDTH / whole) - x - 1)
        cost = step.measure.cost_per_tonne
        height = max(1, int(abs(cost) * room / spread))
        y = base_y if cost < 0 else base_y - height
        blocks.append(
            Block(
                number=number,
                step=step,
                x=x,
                y=y,
                width=width,
                height=height,
                middle=x + width // 2,
                label_y=y + height + 16 if cost < 0 else y - 7,
                has_label=width >= NARROWEST_LABEL,
            )
        )
    return AbatementChart(tuple(blocks), base_y)
