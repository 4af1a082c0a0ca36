"""Calculates. A whole split by shares, exactly: the parts add up to it to the last decimal."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Context, Decimal
from typing import TypeVar

from departments.inventory.calculation.arithmetic import require_activity, require_positive

Key = TypeVar("Key")
# Wide enough that no figure is rounded where its point is moved; the rest is whole numbers.
EXACT = Context(prec=120)


def split(whole: Decimal, weights: Mapping[Key, Decimal], *, decimals: int) -> dict[Key, Decimal]:
    """The whole in proportion to the weights, by largest remainder; ties go to the first.

    Returns: a part for each weight, of at most so many decimals; their sum is the whole.
    Raises:  NegativeActivity, NotFinite; OutOfRange, if the weights add up to nothing; ValueError,
             if the whole has more decimals.
    """
    require_activity("The whole", whole)
    for weight in weights.values():
        require_activity("A share", weight)
    require_positive("The sum of the shares", sum(weights.values(), Decimal(0)))
    steps = whole.scaleb(decimals, context=EXACT)
    if steps != int(steps):
        raise ValueError(f"{whole} has more than {decimals} decimals")
    finest = min(int(weight.as_tuple().exponent) for weight in weights.values())
    whole_weights = {key: int(w.scaleb(-finest, context=EXACT)) for key, w in weights.items()}
    total = sum(whole_weights.values())
    cut = {key: divmod(int(steps) * weight, total) for key, weight in whole_weights.items()}
    left = int(steps) - sum(count for count, _ in cut.values())
    topped_up = set(sorted(cut, key=lambda key: -cut[key][1])[:left])
    return {
        key: Decimal(count + (key in topped_up)).scaleb(-decimals, context=EXACT)
        for key, (count, _) in cut.items()
    }
