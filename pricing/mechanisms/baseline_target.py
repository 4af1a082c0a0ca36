"""Calculates. The baseline target: price × (emissions − target), the part below it not paid out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pricing.mechanisms import budget_neutral_start
from pricing.mechanisms.terms import ALLOCATION, Facts, Frame, Mechanism, Share
from pricing.money import Money


def share(frame: Frame, departments: Sequence[Facts]) -> list[Share]:
    """Credit each department the fee on its target, at most what it was charged."""
    charged = {facts.department: facts.charged_minor for facts in departments}
    shares = budget_neutral_start.share(frame, departments)
    return [_capped(one, max(charged[one.department], 0), frame.currency) for one in shares]


def _capped(one: Share, most: int, currency: str) -> Share:
    if one.amount_minor <= most:
        return one
    words = (
        f"At most what was charged, {Money(most, currency)}: what is below the target is not paid"
    )
    return replace(one, amount_minor=most, explanation=(*one.explanation, words))


MECHANISM = Mechanism(
    line_kind=ALLOCATION, share=share, needs_baselines=True, needs_prices_of_baselines=True
)
