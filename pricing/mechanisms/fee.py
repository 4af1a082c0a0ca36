"""Calculates. The fee: tonnes × price are paid into the fund, incentives are paid out of it.

Where the scheme has a rate for it, a department earns something for each tonne that it stays below
its baseline.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TypeVar

from pricing.incentives import earn_below
from pricing.mechanisms.terms import (
    ALLOCATION,
    AbatementRate,
    Facts,
    Frame,
    Mechanism,
    Share,
    named_place,
)
from pricing.money import EXACT, Money

Place = tuple[int | None, int | None]
Found = TypeVar("Found")


def share(frame: Frame, departments: Sequence[Facts]) -> list[Share]:
    """Pay each department (baseline − emissions) × rate, so far, and never below nothing.

    A baseline has the nearest rate: of its category, its scope, or of all. Baselines of one rate
    are compared together, with the emissions that are nearest to them; so what moves from one to
    another earns nothing. Rounded once for each rate. Nothing is paid without a baseline, nor
    where no emission is known: data that is missing abates nothing.
    """
    return [
        found
        for facts in sorted(departments, key=lambda facts: facts.department)
        if (found := _share(frame, facts)) is not None
    ]


def _share(frame: Frame, facts: Facts) -> Share | None:
    baselines: dict[AbatementRate, Decimal] = defaultdict(Decimal)
    emitted: dict[AbatementRate, Decimal] = defaultdict(Decimal)
    rates = {(rate.scope, rate.category): rate for rate in frame.abatement_rates}
    rate_of = {
        place: _nearest(place, rates)
        for place in {(row.scope, row.category) for row in facts.baselines}
    }
    for row in facts.baselines:
        if (rate := rate_of[row.scope, row.category]) is not None:
            baselines[rate] = EXACT.add(baselines[rate], row.kgco2e)
    for each in facts.emitted:
        if (rate := _nearest((each.scope, each.category), rate_of)) is not None:
            emitted[rate] = EXACT.add(emitted[rate], each.kgco2e)
    total, steps = Money(0, frame.currency), []
    for rate in sorted(emitted, key=lambda rate: (rate.scope or 0, rate.category or 0)):
        earned = earn_below(
            baseline_kgco2e=baselines[rate],
            emissions_kgco2e=emitted[rate],
            rate_per_tonne=rate.rate_per_tonne,
            currency=frame.currency,
        )
        total = total + earned.amount
        what = f"Incentive for less than the baseline{named_place(rate.scope, rate.category)}"
        steps += [f"{what}: {step}" for step in earned.explanation]
    if len(emitted) > 1:
        steps.append(f"Together {total}")
    return Share(facts.department, total.amount_minor, tuple(steps)) if emitted else None


def _nearest(place: Place, there: Mapping[Place, Found]) -> Found | None:
    """What there is of the category itself, or else of its scope, or else of all together."""
    scope, category = place
    for one in ((scope, category), (scope, None), (None, None)):
        if one in there:
            return there[one]
    return None


MECHANISM = Mechanism(line_kind=ALLOCATION, share=share, may_pay_abatement=True)
