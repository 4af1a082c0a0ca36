"""Writes. Accounting periods: open them, one or a calendar of them; closing is in period_close."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from django.db import connection, transaction

from departments.organisation.access import Permission, may
from departments.organisation.calendar import Calendar, FiscalRange, ranges_from
from departments.organisation.models import User
from departments.organisation.said import said
from ledger.errors.calendar import PeriodsNotOpened
from ledger.errors.settlements import NotAllowed
from ledger.models.periods import AccountingPeriod, PeriodState

MOST_AT_ONCE = 600  # fifty years of months
YEARS = range(1900, 2201)


def create_period(*, code: str, first_day: date, last_day: date) -> AccountingPeriod:
    """Create an open period; called again with the same code, it changes nothing.

    Raises: IntegrityError `ledger_periods_do_not_overlap`, if days already belong to another.
    """
    period, _ = AccountingPeriod.objects.get_or_create(
        code=code, defaults={"days": (first_day, last_day + timedelta(days=1))}
    )
    return period


@transaction.atomic
def open_periods(
    *, calendar: Calendar, first_month: int, from_on: date, how_many: int, by: User | None
) -> list[AccountingPeriod]:
    """Open `how_many` periods of a fiscal calendar in a row, the first one beginning on `from_on`.

    All or none. They continue the periods that there are, without a gap and without an overlap.
    Called again, it changes nothing. `by` None is the system itself.

    Returns: all of them in order, also those that were there already.
    Raises:  NotAllowed, PeriodsNotOpened with every reason at once.
    """
    if by is not None and not may(by, Permission.OPEN_PERIOD):
        roles = Permission.OPEN_PERIOD.roles_text
        raise NotAllowed(by.get_username(), said("open accounting periods"), roles)
    wanted = _wanted(calendar, first_month, from_on, how_many)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('ledger_open_periods'))")
    there = {period.code: period for period in AccountingPeriod.objects.order_by("days")}
    problems = [*_misfits(wanted, there), *_gaps(wanted, list(there.values()))]
    if problems:
        raise PeriodsNotOpened(problems)
    new = [
        AccountingPeriod(code=part.code, days=(part.starts_on, part.ends_before))
        for part in wanted
        if part.code not in there
    ]
    AccountingPeriod.objects.bulk_create(new)
    codes = [part.code for part in wanted]
    return list(AccountingPeriod.objects.filter(code__in=codes).order_by("days"))


def _wanted(
    calendar: Calendar, first_month: int, from_on: date, how_many: int
) -> list[FiscalRange]:
    """The ranges that are asked for; refused, if the first one does not begin where it should."""
    problems: list[str] = []
    if not 1 <= first_month <= 12:
        problems.append(
            said(
                "%(month)s is no month: write 1 for January to 12 for December.", month=first_month
            )
        )
    if not 1 <= how_many <= MOST_AT_ONCE:
        problems.append(
            said(
                "From 1 to %(most)s periods are opened at once, not %(count)s.",
                most=MOST_AT_ONCE,
                count=how_many,
            )
        )
    if from_on.year not in YEARS:
        problems.append(
            said(
                "%(day)s is too far away: open periods of %(first)s to %(last)s.",
                day=from_on,
                first=YEARS[0],
                last=YEARS[-1],
            )
        )
    if problems:
        raise PeriodsNotOpened(problems)
    found = ranges_from(calendar, first_month=first_month, day=from_on, how_many=how_many)
    if found[0].starts_on != from_on:
        raise PeriodsNotOpened(
            [
                said(
                    "No %(calendar)s begins on %(day)s: %(period)s holds that day. Begin on "
                    "%(first)s or on %(next)s.",
                    calendar=said(str(calendar)),
                    day=from_on,
                    period=_named(found[0]),
                    first=found[0].starts_on,
                    next=found[0].ends_before,
                )
            ]
        )
    return found


def _misfits(wanted: Iterable[FiscalRange], there: dict[str, AccountingPeriod]) -> Iterator[str]:
    """Codes that stand for other days already, and days that belong to another period."""
    for part in wanted:
        same = there.get(part.code)
        days = (part.starts_on, part.ends_before)
        if same is not None and (same.first_day, same.ends_before) != days:
            yield said(
                "%(period)s is there already; it would be %(first)s – %(last)s.",
                period=_named(same),
                first=part.starts_on,
                last=part.ends_on,
            )
        for other in there.values():
            overlaps = other.first_day < part.ends_before and part.starts_on < other.ends_before
            if overlaps and other.code != part.code:
                yield said(
                    "%(period)s would share days with %(other)s.",
                    period=_named(part),
                    other=_named(other),
                )


def _gaps(wanted: Sequence[FiscalRange], there: Sequence[AccountingPeriod]) -> Iterator[str]:
    """Days between the new periods and their neighbours that would lie in no period."""
    first, last = wanted[0], wanted[-1]
    before = [period for period in there if period.ends_before <= first.starts_on]
    after = [period for period in there if period.first_day >= last.ends_before]
    if before and before[-1].ends_before < first.starts_on:
        yield said(
            "Between %(before)s and %(after)s, %(days)s days would lie in no period. Begin on "
            "%(begin)s.",
            before=_named(before[-1]),
            after=_named(first),
            days=(first.starts_on - before[-1].ends_before).days,
            begin=before[-1].ends_before,
        )
    if after and last.ends_before < after[0].first_day:
        yield said(
            "Between %(before)s and %(after)s, %(days)s days would lie in no period. Open more of "
            "them, up to %(last)s.",
            before=_named(last),
            after=_named(after[0]),
            days=(after[0].first_day - last.ends_before).days,
            last=after[0].first_day - timedelta(days=1),
        )


def _named(days: FiscalRange | AccountingPeriod) -> str:
    """`FY26-M01 (2025-07-01 – 2025-07-31)`."""
    first = days.starts_on if isinstance(days, FiscalRange) else days.first_day
    return f"{days.code} ({first} – {days.ends_before - timedelta(days=1)})"


def closed_ranges() -> list[tuple[str, date, date]]:
    """Each closed period: its code, first and last day."""
    closed = AccountingPeriod.objects.filter(state=PeriodState.CLOSED).order_by("days")
    return [
        (each.code, each.days.lower, each.days.upper - timedelta(days=1))
        for each in closed
        if each.days.lower and each.days.upper
    ]
