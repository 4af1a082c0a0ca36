"""Calculates. The budget-neutral start: a fee, and an allocation equal to the fee on the baseline.

Who emits the baseline pays nothing on balance; who emits less is paid the price for each tonne.
"""

from __future__ import annotations

from collections.abc import Sequence

from pricing.mechanisms.terms import (
    ALLOCATION,
    Facts,
    Frame,
    Mechanism,
    Share,
    fee_on_baseline,
)


def share(frame: Frame, departments: Sequence[Facts]) -> list[Share]:
    """Credit each department the fee on its baseline, whatever it emitted."""
    shares = []
    for facts in sorted(departments, key=lambda facts: facts.department):
        if facts.baselines:
            credit, steps = fee_on_baseline(facts, frame.currency)
            shares.append(Share(facts.department, credit.amount_minor, tuple(steps)))
    return shares


MECHANISM = Mechanism(
    line_kind=ALLOCATION, share=share, needs_baselines=True, needs_prices_of_baselines=True
)
