"""Reads. What in a period looks as if somebody had moved the yardstick, or the tonnes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from departments.inventory.moved_emissions import moved_between
from ledger.errors.calendar import PeriodNotFound
from ledger.models.periods import AccountingPeriod
from pricing import price_lookup
from pricing.baseline_lookup import SignedBaseline, approved_baselines

RAISED_PERCENT = Decimal(10)
RAISED, OWN, MOVED = "baseline_raised", "own_baseline", "emissions_moved"


@dataclass(frozen=True, slots=True)
class Alert:
    """Something to look at: not an accusation, since a reason may stand behind each of them."""

    kind: str
    department: str
    words: str


def alerts(
    *,
    scheme_code: str,
    period_code: str,
    raised_percent: Decimal = RAISED_PERCENT,
    within_percent: Decimal = Decimal(5),
) -> list[Alert]:
    """What to look at in a period, beside the period before it.

    A baseline whose sum a day is more than `raised_percent` above that of the period before; one
    that somebody proposed for their own department; and an activity at a place that left one
    department and came up in another, with as many tonnes within `within_percent`.

    Raises: SchemeNotFound, PeriodNotFound.
    """
    terms = price_lookup.scheme_terms(code=scheme_code)
    period = AccountingPeriod.objects.filter(code=period_code).first()
    if period is None:
        raise PeriodNotFound(period_code)
    before = AccountingPeriod.objects.filter(days__endswith=period.first_day).first()
    baselines = approved_baselines(terms.id)
    found = [*_own(baselines, period)]
    if before is not None:
        found += _raised(baselines, before, period, raised_percent)
        found += _moved(before, period, within_percent)
    return sorted(found, key=lambda alert: (alert.department, alert.kind, alert.words))


def _own(baselines: Sequence[SignedBaseline], period: AccountingPeriod) -> Iterator[Alert]:
    for row in baselines:
        if row.is_their_own and _holds(period, row):
            yield Alert(
                OWN,
                row.department,
                f"{row.proposed_by} has a role in {row.department} and proposed its baseline of "
                f"{_tonnes(row.kgco2e)} until {row.last_day}",
            )


def _raised(
    baselines: Sequence[SignedBaseline],
    before: AccountingPeriod,
    period: AccountingPeriod,
    percent: Decimal,
) -> Iterator[Alert]:
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for row in baselines:
        for place, each in enumerate((before, period)):
            if _holds(each, row):
                sums[row.department][place] += row.kgco2e
    days = [(each.ends_before - each.first_day).days for each in (before, period)]
    for department, (was, now) in sums.items():
        if was > 0 and now * days[0] * 100 > was * days[1] * (100 + percent):
            yield Alert(
                RAISED,
                department,
                f"the baseline of {department} is {_tonnes(now)} in {period.code}, after "
                f"{_tonnes(was)} in {before.code}: more than {percent} % more a day",
            )


def _moved(before: AccountingPeriod, period: AccountingPeriod, percent: Decimal) -> Iterator[Alert]:
    for each in moved_between(
        before=(before.first_day, before.ends_before),
        after=(period.first_day, period.ends_before),
        within_percent=percent,
    ):
        place = f" in {each.place}" if each.place else ""
        yield Alert(
            MOVED,
            each.from_department,
            f"{each.activity}{place} was {_tonnes(each.kgco2e_before)} of {each.from_department} "
            f"in {before.code}, and is {_tonnes(each.kgco2e_after)} of {each.to_department} in "
            f"{period.code}",
        )


def _holds(period: AccountingPeriod, row: SignedBaseline) -> bool:
    return period.first_day <= row.last_day < period.ends_before


def _tonnes(kgco2e: Decimal) -> str:
    return f"{kgco2e / 1000:,.3f} t"
