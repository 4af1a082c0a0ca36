"""Calculates. The marginal abatement cost curve: projects by the cost of their tonne."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Measure:
    """A project: tCO2e over its lifetime, and what one of them costs in the currency's units."""

    key: int
    name: str
    cost_per_tonne: Decimal
    tonnes: Decimal


@dataclass(frozen=True, slots=True)
class CurveStep:
    """A project on the curve: cheaper ones come before it, up to `from_tonnes`."""

    measure: Measure
    from_tonnes: Decimal
    to_tonnes: Decimal


def curve(measures: Iterable[Measure]) -> tuple[CurveStep, ...]:
    """Cheapest first, ties by key; tonnes add up along the curve, exactly.

    What costs less than nothing saves money and comes first. A project without tonnes has no width,
    so it has no place on the curve.
    """
    steps = []
    so_far = Decimal(0)
    for measure in sorted(measures, key=lambda one: (one.cost_per_tonne, one.key)):
        if measure.tonnes > 0:
            steps.append(CurveStep(measure, so_far, so_far + measure.tonnes))
            so_far += measure.tonnes
    return tuple(steps)


def tonnes_below(steps: Iterable[CurveStep], price: Decimal) -> Decimal:
    """tCO2e of the projects whose tonne costs at most this much: worth doing at that price."""
    return sum(
        (step.measure.tonnes for step in steps if step.measure.cost_per_tonne <= price), Decimal(0)
    )
