"""Calculates. The levy per event: so many flights, so much a flight. Emissions are not charged."""

from __future__ import annotations

from collections.abc import Sequence

from pricing.charging import plain
from pricing.mechanisms.terms import LEVY, Events, Facts, Frame, Mechanism, Share
from pricing.money import EXACT, Money, minor_exponent, round_half_away


def share(frame: Frame, departments: Sequence[Facts]) -> list[Share]:
    """Charge each department count × rate, rounded once for each rate."""
    return [
        _levy(frame, facts)
        for facts in sorted(departments, key=lambda facts: facts.department)
        if facts.events
    ]


def _levy(frame: Frame, facts: Facts) -> Share:
    total, steps = Money(0, frame.currency), []
    for events in sorted(facts.events, key=lambda events: (events.name, events.rate)):
        levied = _cost(events, frame.currency)
        total = total + levied
        times = f"{plain(events.count)} × {plain(events.rate)} {frame.currency}"
        steps.append(f"{events.name}: {times} = {levied}")
    if len(steps) > 1:
        steps.append(f"Together {total}")
    return Share(facts.department, total.amount_minor, tuple(steps))


def _cost(events: Events, currency: str) -> Money:
    exact = EXACT.multiply(events.count, events.rate)
    return Money(round_half_away(exact, minor_exponent(currency)), currency)


MECHANISM = Mechanism(prices_tonnes=False, line_kind=LEVY, share=share, needs_event_rates=True)
