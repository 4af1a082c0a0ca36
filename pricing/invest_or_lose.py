"""Calculates. Invest or lose: what a department paid is its own to invest, until it lapses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from departments.organisation.calendar import Calendar, ranges_from


@dataclass(frozen=True, slots=True)
class Contribution:
    """What a department paid in a fiscal year, in minor units."""

    department: str
    starts_on: date
    ends_before: date
    minor: int

    @property
    def lapses_on(self) -> date:
        """The first day on which it is everybody's: the next fiscal year has ended."""
        year = ranges_from(
            Calendar.YEAR, first_month=self.ends_before.month, day=self.ends_before, how_many=1
        )[0]
        return year.ends_before


@dataclass(frozen=True, slots=True)
class Investment:
    """A grant that a department was paid, in minor units."""

    department: str
    paid_on: date
    minor: int


@dataclass(frozen=True, slots=True)
class Share:
    """A contribution, what of it is invested, what may be yet, and what has lapsed."""

    contribution: Contribution
    invested_minor: int
    available_minor: int
    lapsed_minor: int


@dataclass(frozen=True, slots=True)
class Shares:
    """Every share, by department and year; `from_common_minor` was paid out of nobody's own."""

    shares: tuple[Share, ...]
    from_common_minor: int

    @property
    def lapsed_minor(self) -> int:
        """What has become everybody's."""
        return sum(share.lapsed_minor for share in self.shares)


def shares(
    contributions: Iterable[Contribution], investments: Iterable[Investment], *, as_of: date
) -> Shares:
    """What each department may invest of what it paid.

    A grant takes of the department's oldest contribution that has not lapsed on its day, then of
    the next; what is left of it comes from the common fund. A contribution lapses when the fiscal
    year after its own has ended. Less than nothing was paid: there is nothing to invest. Exact,
    in minor units.
    """
    kept = sorted(contributions, key=lambda one: (one.department, one.starts_on))
    found = [Share(one, 0, max(one.minor, 0), 0) for one in kept]
    from_common = 0
    for paid in sorted(investments, key=lambda one: (one.paid_on, one.department)):
        from_common += _invest(found, paid)
    return Shares(tuple(_lapse(share, as_of) for share in found), from_common)


def _invest(found: list[Share], paid: Investment) -> int:
    """Take a grant of the department's own shares. Returns: what they don't cover."""
    left = paid.minor
    for place, share in enumerate(found):
        if not _is_open(share.contribution, paid):
            continue
        taken = min(left, share.available_minor)
        left -= taken
        found[place] = replace(
            share,
            invested_minor=share.invested_minor + taken,
            available_minor=share.available_minor - taken,
        )
    return left


def _is_open(contribution: Contribution, paid: Investment) -> bool:
    return (
        contribution.department == paid.department
        and contribution.starts_on <= paid.paid_on < contribution.lapses_on
    )


def _lapse(share: Share, as_of: date) -> Share:
    if as_of < share.contribution.lapses_on:
        return share
    return replace(share, available_minor=0, lapsed_minor=share.available_minor)


def of_department(found: Shares, department: str) -> Sequence[Share]:
    """A department's shares, the oldest first."""
    return [share for share in found.shares if share.contribution.department == department]
