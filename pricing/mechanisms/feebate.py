"""Calculates. The feebate: all charges of an activity period go back, in proportion to baselines.

Source: Yale University's carbon charge, which returns its revenue to the units it charged.
"""

from __future__ import annotations

from collections.abc import Sequence

from pricing.mechanisms.terms import ALLOCATION, Facts, Frame, Mechanism, Share, pot_of, tonnes
from pricing.money import Money, allocate


def share(frame: Frame, departments: Sequence[Facts]) -> list[Share]:
    """Return the pot by largest remainder, ties to the lower department code.

    So departments together pay exactly nothing. One with a baseline and no emissions gets its
    return; one without a baseline gets none.

    Raises: NothingToShareBy, if something was charged and no department has a baseline.
    """
    pot = pot_of(departments, frame.currency)
    measured = sorted(
        (facts for facts in departments if facts.baseline_kgco2e),
        key=lambda facts: facts.department,
    )
    if not pot.amount_minor and not measured:
        return []
    weights = [facts.baseline_kgco2e for facts in measured]
    parts = allocate(pot, weights, [facts.department for facts in measured])
    whole = tonnes(sum(weights, start=weights[0] * 0))
    return [
        _share(frame, facts, part, pot, whole) for facts, part in zip(measured, parts, strict=True)
    ]


def _share(frame: Frame, facts: Facts, part: Money, pot: Money, whole: str) -> Share:
    return Share(
        facts.department,
        part.amount_minor,
        (
            f"Pot: {pot}, all that was charged for {frame.period} so far; it goes back whole, by "
            "largest remainder.",
            f"Baseline {tonnes(facts.baseline_kgco2e)} of {whole} × pot {pot} = {part}",
        ),
    )


MECHANISM = Mechanism(line_kind=ALLOCATION, share=share, returns_the_pot=True, needs_baselines=True)
