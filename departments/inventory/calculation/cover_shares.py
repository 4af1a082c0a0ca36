"""Calculates. Lots of electricity shared out over what was consumed, never more than of either."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext

from departments.inventory.calculation.shares import split
from departments.inventory.units import PRECISION

WATT_HOUR, FINEST = 3, 10


@dataclass(frozen=True, slots=True)
class CoverShare:
    """What one lot covers of one need, in kWh, above zero."""

    lot: int
    need: int
    covered_kwh: Decimal


def share_out(
    *, available_kwh: Mapping[int, Decimal], needed_kwh: Mapping[int, Decimal]
) -> list[CoverShare]:
    """Lots over needs: all of the needs if there is enough, else in proportion to them.

    Parts are whole watt-hours where all figures are, else of 10 decimals; largest remainder, ties
    to the first need. Lots are used up one after another. Neither is exceeded, and the parts add up
    to the smaller of both sums exactly.
    Raises: NegativeActivity, NotFinite; ValueError, for a figure of more than 10 decimals.
    """
    with localcontext(prec=PRECISION):
        available = sum(available_kwh.values(), Decimal(0))
        needed = sum(needed_kwh.values(), Decimal(0))
        total = min(available, needed)
        if not total:
            return []
        figures = (*available_kwh.values(), *needed_kwh.values())
        is_whole = all(figure == round(figure, WATT_HOUR) for figure in figures)
        decimals = WATT_HOUR if is_whole else FINEST
        parts = split(total, needed_kwh, decimals=decimals)
        return _filled(dict(available_kwh), parts)


def _filled(lots: dict[int, Decimal], parts: Mapping[int, Decimal]) -> list[CoverShare]:
    """Every part taken from the lots in their order."""
    shares: list[CoverShare] = []
    for need, part in parts.items():
        for lot in list(lots):
            taken = min(lots[lot], part)
            if taken:
                shares.append(CoverShare(lot=lot, need=need, covered_kwh=taken))
            part -= taken
            lots[lot] -= taken
            if lots[lot]:
                break
            del lots[lot]
    return shares
