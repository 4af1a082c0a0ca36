"""Writes. What people would do from one day to another, by the very calls that they use.

For a sandbox: the door refuses it on the books.

Period by period: its end comes, every scheme is settled, approved by another person and posted,
then the period is closed and sealed, and the next one opened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from departments.organisation.calendar import Calendar, FiscalRange, ranges_from
from departments.organisation.models import User
from departments.organisation.said import said, what_it_says
from ledger import accruals, deliveries, period_close, periods, seal, settlement_run
from ledger.errors import LedgerError
from ledger.errors.calendar import ClockRunsForward, NoPeriodFollows, RehearsalStopped
from ledger.models.periods import AccountingPeriod, PeriodState
from ledger.models.settlements import LineKind, Settlement, ShardState
from pricing import price_lookup
from pricing.errors import PricingError
from pricing.price_lookup import SchemeTerms

Say = Callable[[str], None]
SetClock = Callable[[date], datetime]
LONGEST = timedelta(days=50 * 366)


@dataclass(frozen=True, slots=True)
class People:
    """Those who take the steps: nobody approves what they prepared, here as in the books."""

    analyst: User
    approver: User
    finance: User


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What came of it."""

    periods: int
    settlements: int


def advance(
    *,
    now: datetime,
    to: date,
    people: People,
    set_clock: SetClock,
    say: Say,
    schemes: frozenset[str] = frozenset(),
    accrues: bool = False,
) -> Rehearsed:
    """Let the time pass until the beginning of a day; each period that has ended by then is closed.

    `schemes` are those that are settled, all of them where it is empty. With `accrues` a settlement
    is calculated on its period's last day and accrued, before it is posted on the day after.

    Raises: ClockRunsForward, NoPeriodFollows; RehearsalStopped, where a step is refused as it would
            be in the books. What was done before stands; called again, it goes on from there.
    """
    if not now.date() <= to <= now.date() + LONGEST:
        raise ClockRunsForward(now.date(), to)
    closed = settled = 0
    for period in _periods_until(to, accrues=accrues):
        say(f"{period.first_day} – {period.last_day}  {period.code}")
        for terms in price_lookup.all_scheme_terms():
            is_asked = not schemes or terms.code in schemes
            if is_asked and terms.starts_on < period.ends_before:
                settled += _settle(terms, period, people, set_clock, say, accrues=accrues)
        _close(period, people, set_clock, say)
        closed += 1
    if now.date() < to:
        set_clock(to)
    return Rehearsed(closed, settled)


def _periods_until(to: date, *, accrues: bool) -> Iterator[AccountingPeriod]:
    """Every period that ends by then, the earliest first, opened where it is missing.

    An accrual is taken back in the period that follows, which is opened before.
    """
    while True:
        waiting = AccountingPeriod.objects.filter(state=PeriodState.OPEN).order_by("days").first()
        last = AccountingPeriod.objects.order_by("days").last()
        if last is None:
            raise NoPeriodFollows("the beginning")
        if waiting is None and last.ends_before >= to:
            return
        if waiting is None or (accrues and waiting == last and waiting.ends_before <= to):
            _open_after(last)
        elif waiting.ends_before > to:
            return
        else:
            yield waiting


def _open_after(last: AccountingPeriod) -> None:
    calendar, first_month = _calendar_of(last)
    periods.open_periods(
        calendar=calendar, first_month=first_month, from_on=last.ends_before, how_many=1, by=None
    )


def _calendar_of(period: AccountingPeriod) -> tuple[Calendar, int]:
    """The calendar that calls these days so, and the month in which its year begins."""
    same = FiscalRange(period.code, period.first_day, period.ends_before)
    for calendar in Calendar:
        for month in range(1, 13):
            if [same] == ranges_from(calendar, first_month=month, day=period.first_day, how_many=1):
                return calendar, month
    raise NoPeriodFollows(f"{period.code} ({period.first_day} – {period.last_day})")


def _settle(
    terms: SchemeTerms,
    period: AccountingPeriod,
    people: People,
    set_clock: SetClock,
    say: Say,
    *,
    accrues: bool,
) -> bool:
    """Settle a scheme, unless it is settled; returns whether it was not."""
    if settlement_run.is_settled(scheme_code=terms.code, period_code=period.code):
        return False
    name = f"{terms.code} {period.code}"
    at = set_clock(period.last_day if accrues else period.ends_before)
    with _told(at.date(), said("settling %(name)s", name=name)):
        settlement = settlement_run.prepare(
            scheme_code=terms.code, period_code=period.code, by=people.analyst
        )
        settlement = settlement_run.calculate(settlement_id=settlement.pk, at=at)
        _refuse_quarantined(settlement, at.date(), name)
    if accrues and settlement.lines.filter(amount_minor__gt=0).exists():
        with _told(at.date(), said("accruing %(name)s", name=name)):
            accruals.accrue(settlement_id=settlement.pk, by=people.finance)
        say(f"  {at:%Y-%m-%d}  {name}: accrued, to be taken back on {period.ends_before}")
    at = set_clock(period.ends_before) if accrues else at
    with _told(at.date(), said("approving and posting %(name)s", name=name)):
        settlement_run.approve(settlement_id=settlement.pk, by=people.approver, at=at)
        settlement_run.post(settlement_id=settlement.pk, by=people.finance, at=at)
    say(f"  {at:%Y-%m-%d}  {name}: {_sums(settlement, terms)}")
    return True


def _refuse_quarantined(settlement: Settlement, on: date, name: str) -> None:
    stuck = settlement.shards.filter(state=ShardState.QUARANTINED)
    errors = sorted(set(stuck.values_list("error", flat=True)))
    if errors:
        # Prices are what they were when it was prepared: the next try begins with those of then.
        settlement_run.cancel(
            settlement_id=settlement.pk, by=settlement.prepared_by, at=settlement.prepared_at
        )
        raise RehearsalStopped(on, said("settling %(name)s", name=name), "\n".join(errors))


def _sums(settlement: Settlement, terms: SchemeTerms) -> str:
    """`71 records, charged 21,371,410.00 USD, paid 0.00`."""
    sums: dict[str, Decimal] = {kind: Decimal(0) for kind in LineKind.values}
    for kind, minor in settlement.lines.values_list("kind", "amount_minor"):
        sums[kind] += Decimal(minor).scaleb(-terms.currency_exponent)
    charged = sums[LineKind.CHARGE] + sums[LineKind.LEVY]
    paid = sums[LineKind.INCENTIVE] + sums[LineKind.ALLOCATION]
    return (
        f"{settlement.record_count:,} records, charged {charged:,} {terms.currency}, paid {paid:,}"
    )


def _close(period: AccountingPeriod, people: People, set_clock: SetClock, say: Say) -> None:
    at = set_clock(period.ends_before)
    with _told(at.date(), said("closing %(name)s", name=period.code)):
        period_close.close(period_code=period.code, by=people.finance, at=at)
        deliveries.deliver_due(at=at)
    say(f"  {at:%Y-%m-%d}  {period.code} is closed; head of the seals: {seal.chain_head()}")


class _told:
    """Says on which day and in which step a refusal came."""

    def __init__(self, on: date, step: str) -> None:
        self.on, self.step = on, step

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, RehearsalStopped):
            return
        if isinstance(error, LedgerError | PricingError):
            raise RehearsalStopped(self.on, self.step, what_it_says(error)) from error
