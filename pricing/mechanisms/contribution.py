"""Calculates. The contribution: a fixed pot for the fund, paid in by share of budget.

Emissions are shown and not charged.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pricing.charging import plain
from pricing.mechanisms.terms import LEVY, Facts, Frame, Mechanism, Share
from pricing.money import Money, allocate


def share(frame: Frame, departments: Sequence[Facts]) -> list[Share]:
    """Share the pot by largest remainder, ties to the lower department code.

    Raises: NothingToShareBy, if there is a pot and no department has a budget.
    """
    pot = Money(frame.pot_minor, frame.currency)
    paying = sorted(
        (facts for facts in departments if facts.budget), key=lambda facts: facts.department
    )
    if not pot.amount_minor and not paying:
        return []
    budgets = [facts.budget for facts in paying]
    parts = allocate(pot, budgets, [facts.department for facts in paying])
    whole = sum(budgets, Decimal(0))
    return [
        Share(
            facts.department,
            part.amount_minor,
            (
                f"Pot: {pot}, what the fund is to have for {frame.period}.",
                f"Budget {plain(facts.budget)} of {plain(whole)} × pot {pot} = {part}",
            ),
        )
        for facts, part in zip(paying, parts, strict=True)
    ]


MECHANISM = Mechanism(prices_tonnes=False, line_kind=LEVY, share=share, needs_budgets=True)
