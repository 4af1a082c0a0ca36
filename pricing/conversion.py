"""Calculates. Amounts of one currency in another, so that what balanced still balances."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext

from pricing.money import EXACT, round_half_away


def converted(amounts: Sequence[Decimal], *, rate: Decimal, exponent: int) -> list[Decimal]:
    """The lines of an entry at one rate, in whole minor units of the other currency.

    A debit is above zero. Each line is rounded half away from zero; where the rounded lines then
    come to more or less than the rounded sum (nothing, for an entry that balances), as many minor
    units are taken from, or given to, the lines that were rounded furthest that way, one each,
    ties to the earlier. So every line is less than one minor unit away from its exact amount.

    `exponent`: decimal places of the other currency's minor unit (ISO 4217).
    """
    with localcontext(EXACT):
        exact = [(amount * rate).scaleb(exponent) for amount in amounts]
        whole = [round_half_away(amount, 0) for amount in exact]
        over = sum(whole) - round_half_away(sum(exact, start=Decimal(0)), 0)
        step = 1 if over > 0 else -1
        furthest = sorted(range(len(whole)), key=lambda i: (-step * (whole[i] - exact[i]), i))
    for place in furthest[: abs(over)]:
        whole[place] -= step
    return [Decimal(minor).scaleb(-exponent, context=EXACT) for minor in whole]
