"""Calculates. Which incentives are over a cap, so far: earlier activity periods come first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from pricing.money import Money, allocate

Key = tuple[str, str]  # a department, and a durability class or ABATEMENT
ABATEMENT = "abatement"


@dataclass(frozen=True, slots=True)
class Cap:
    """The most that incentives may pay for activity periods that end on a range of days.

    For one department, or "" for all together; for one durability class, or "" for all incentives,
    what is earned for abatement among them.
    """

    amount_minor: int
    starts_on: date
    ends_before: date
    department: str = ""
    durability_class: str = ""

    def counts(self, department: str, kind: str) -> bool:
        """Whether what a department earned of a kind counts against it."""
        return self.department in ("", department) and self.durability_class in ("", kind)


@dataclass(frozen=True, slots=True)
class Earned:
    """What a department earned of one kind, in minor units; below zero where it is taken back."""

    department: str
    kind: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class PeriodEarned:
    """What all departments earned for the activity of one period, so far."""

    period: str
    last_day: date
    earned: tuple[Earned, ...]


@dataclass(slots=True)
class Unpaid:
    """What of a department's incentives of a period is not paid, and the arithmetic in sentences.

    Below zero where something is taken back that was never paid.
    """

    amount_minor: int = 0
    explanation: list[str] = field(default_factory=list)


def over_caps(
    periods: Sequence[PeriodEarned], caps: Iterable[Cap], currency: str
) -> dict[tuple[str, str], Unpaid]:
    """What is over the caps so far, by activity period and department; periods in their order.

    An earlier period comes first. Within one, what is left of a cap is shared in proportion to what
    was earned, by largest remainder, ties to the lower department code; so neither the order of
    records nor that of settlements changes it. Caps of one department come before those of all,
    and those of one class before those of all incentives. What is taken back (a reversal) is first
    taken from what was never paid, and makes no room under a cap.
    """
    found: dict[tuple[str, str], Unpaid] = defaultdict(Unpaid)
    narrow_first = sorted(
        set(caps),
        key=lambda cap: (
            not cap.department,
            not cap.durability_class,
            cap.department,
            cap.durability_class,
            cap.starts_on,
            cap.ends_before,
            cap.amount_minor,
        ),
    )
    left = {cap: cap.amount_minor for cap in narrow_first}
    never_paid: dict[Key, int] = defaultdict(int)
    for each in periods:
        for one in each.earned:
            if one.amount_minor < 0:
                _forgive(one, never_paid, found[each.period, one.department], currency)
        earned = {(e.department, e.kind): e.amount_minor for e in each.earned if e.amount_minor > 0}
        paid = dict(earned)
        here = [cap for cap in narrow_first if cap.starts_on <= each.last_day < cap.ends_before]
        for cap in here:
            for key, part in _cut(cap, left[cap], paid, currency).items():
                unpaid = found[each.period, key[0]]
                unpaid.explanation.append(_words(cap, left[cap], key[1], paid[key], part, currency))
                paid[key] = part
        for cap in here:
            left[cap] -= sum(minor for key, minor in paid.items() if cap.counts(*key))
        for key, minor in earned.items():
            found[each.period, key[0]].amount_minor += minor - paid[key]
            never_paid[key] += minor - paid[key]
    return {key: unpaid for key, unpaid in found.items() if unpaid.explanation}


def _forgive(one: Earned, never_paid: dict[Key, int], unpaid: Unpaid, currency: str) -> None:
    """Take nothing back that was never paid."""
    key = (one.department, one.kind)
    forgiven = min(never_paid[key], -one.amount_minor)
    if forgiven:
        never_paid[key] -= forgiven
        unpaid.amount_minor -= forgiven
        unpaid.explanation.append(
            f"Not taken back, {one.kind}: {Money(forgiven, currency)} of "
            f"{Money(-one.amount_minor, currency)}, since that was over the cap and never paid"
        )


def _cut(cap: Cap, left: int, paid: dict[Key, int], currency: str) -> dict[Key, int]:
    """What each gets whose incentive is cut, where all together are more than is left."""
    counting = sorted(key for key in paid if paid[key] and cap.counts(*key))
    weights = [paid[key] for key in counting]
    if sum(weights) <= left:
        return {}
    parts = allocate(Money(left, currency), weights, [" ".join(key) for key in counting])
    return {
        key: part.amount_minor
        for key, part in zip(counting, parts, strict=True)
        if part.amount_minor != paid[key]
    }


def _words(cap: Cap, left: int, kind: str, asked: int, part: int, currency: str) -> str:
    whose = f" of {cap.department}" if cap.department else ""
    what = f", {cap.durability_class}" if cap.durability_class else ""
    days = f"{cap.starts_on} to {cap.ends_before - timedelta(days=1)}"
    money = [str(Money(minor, currency)) for minor in (asked, part, part - asked)]
    return (
        f"Over the cap, not paid, {kind}: of {money[0]} earned {money[1]} is paid, since "
        f"{Money(left, currency)} was left of the cap{whose}{what} of "
        f"{Money(cap.amount_minor, currency)} for {days}: {money[2]}"
    )
