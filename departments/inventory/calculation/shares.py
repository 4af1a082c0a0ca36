"""Calculates. A whole split by shares, exactly: the parts add up to it to the last decimal."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_DOWN, Decimal, localcontext
from typing import TypeVar

from departments.inventory.calculation.arithmetic import require_activity, require_positive
from departments.inventory.units import PRECISION

Key = TypeVar("Key")


def split(whole: Decimal, weights: Mapping[Key, Decimal], *, decimals: int) -> dict[Key, Decimal]:
    """The whole in proportion to the weights, by largest remainder; ties go to the first.

    Returns: a part for each weight, of at most so many decimals; their sum is the whole.
    Raises:  NegativeActivity, NotFinite; OutOfRange, if the weights add up to nothing; ValueError,
             if the whole has more decimals.
    """
    require_activity("The whole", whole)
    for weight in weights.values():
        require_activity("A share", weight)
    step = Decimal(1).scaleb(-decimals)
    with localcontext(prec=PRECISION):
        total = sum(weights.values(), Decimal(0))
        require_positive("The sum of the shares", total)
        if whole != whole.quantize(step):
            raise ValueError(f"{whole} has more than {decimals} decimals")
        exact = {key: whole * weight / total for key, weight in weights.items()}
        parts = {key: part.quantize(step, rounding=ROUND_DOWN) for key, part in exact.items()}
        left = int((whole - sum(parts.values(), Decimal(0))) / step)
        by_remainder = sorted(exact, key=lambda key: parts[key] - exact[key])
        for key in by_remainder[:left]:
            parts[key] += step
    return parts
