"""Calculates. What one more tonne would cost a department, with what its mechanism gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from pricing.charging import charge
from pricing.mechanisms import MECHANISMS
from pricing.mechanisms.terms import ALLOCATION, Facts, Frame

TONNE = Decimal(1000)


class OneMoreTonne:
    """A scheme's activity period, with the facts of its departments by their codes.

    It asks the mechanism itself: what it shares out with one more tonne, less what it shares out
    without. So in a feebate a department gets back its own share of what its tonne adds to the pot,
    and one that is below a target which isn't paid out faces no price.
    """

    def __init__(self, mechanism: str, frame: Frame, facts: Mapping[str, Facts]) -> None:
        self._mechanism = MECHANISMS[mechanism]
        self._frame = frame
        self._facts = facts
        self._of_the_pot: dict[int, dict[str, int]] = {}

    def costs_minor(self, department: str, price_per_tonne: Decimal) -> int:
        """In minor units, each amount rounded as a bill's; 0 where no money moves for tonnes."""
        if not (self._mechanism.prices_tonnes and self._mechanism.moves_money):
            return 0
        cost = charge(
            kgco2e=TONNE, price_per_tonne=price_per_tonne, currency=self._frame.currency
        ).amount_minor
        own = self._facts.get(department) or Facts(department)
        if self._mechanism.line_kind != ALLOCATION:
            return cost
        if self._mechanism.returns_the_pot:
            before, after = self._pot(0), self._pot(cost)
        else:
            more = replace(own, charged_minor=own.charged_minor + cost)
            before, after = self._shares(own), self._shares(more)
        return cost - (after.get(department, 0) - before.get(department, 0))

    def _pot(self, more_minor: int) -> dict[str, int]:
        """What all get of a pot that is larger by so much, whoever paid it."""
        if more_minor not in self._of_the_pot:
            payer = Facts("", charged_minor=more_minor)
            self._of_the_pot[more_minor] = self._shares(*self._facts.values(), payer)
        return self._of_the_pot[more_minor]

    def _shares(self, *facts: Facts) -> dict[str, int]:
        assert self._mechanism.share is not None  # it adds lines
        return {
            one.department: one.amount_minor for one in self._mechanism.share(self._frame, facts)
        }
