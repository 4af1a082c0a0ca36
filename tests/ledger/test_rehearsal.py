"""A rehearsal does, day by day, what people would do, and is refused what they would be refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from ledger import balances, periods, rehearsal, verification
from ledger.errors.calendar import ClockRunsForward, NoPeriodFollows, RehearsalStopped
from ledger.models.journal import JournalEntry
from ledger.models.periods import AccountingPeriod
from ledger.models.settlements import Settlement
from ledger.rehearsal import People
from pricing.models import CarbonPrice, Scheme, SchemeCoverage
from tests.ledger.books import Books, found_scheme, open_books

pytestmark = pytest.mark.django_db(transaction=True)

NEW_YEAR, MIDNIGHT = date(2023, 1, 1), datetime(2023, 1, 1, tzinfo=UTC)


@dataclass
class Rehearsal:
    """Books, and a clock that the test can look at."""

    books: Books
    now: datetime = MIDNIGHT
    said: list[str] = field(default_factory=list)

    def set_clock(self, day: date) -> datetime:
        self.now = max(self.now, datetime.combine(day, time(), UTC))
        return self.now

    def advance(self, to: date, **more: object) -> rehearsal.Rehearsed:
        people = self.books.people
        return rehearsal.advance(
            now=self.now,
            to=to,
            people=People(people["analyst"], people["approver"], people["finance"]),
            set_clock=self.set_clock,
            say=self.said.append,
            **more,  # type: ignore[arg-type]  # schemes and accrues, as the test says
        )


@pytest.fixture
def rehearsed(db: None) -> Rehearsal:
    return Rehearsal(open_books())


def money() -> dict[str, Decimal]:
    return {row.account: row.balance for row in balances.trial_balance() if row.commodity == "USD"}


def test_periods_are_settled_and_closed_as_they_end(rehearsed: Rehearsal) -> None:
    """100 t × $15 in the first quarter, 10 t in the second; the third has not ended."""
    rehearsed.books.emit("CLOUD", date(2023, 2, 1), "100000")
    rehearsed.books.emit("OFFICES", date(2023, 4, 1), "10000")
    rehearsed.books.emit("OFFICES", date(2023, 7, 1), "7000")
    done = rehearsed.advance(date(2023, 7, 2))
    assert (done.periods, done.settlements) == (2, 2)
    assert rehearsed.now == datetime(2023, 7, 2, tzinfo=UTC)
    assert money()["Equity:Carbon-Fund:FEE"] == Decimal("-1650.00")
    first, second = Settlement.objects.order_by("period__days")
    assert [first.posted_at, second.posted_at] == [
        datetime(2023, 4, 1, tzinfo=UTC),
        datetime(2023, 7, 1, tzinfo=UTC),
    ]
    assert {first.prepared_by_id, first.approved_by_id} == {
        rehearsed.books.people["analyst"].pk,
        rehearsed.books.people["approver"].pk,
    }
    states = dict(AccountingPeriod.objects.values_list("code", "state"))
    assert states == {"2023Q1": "closed", "2023Q2": "closed", "2023Q3": "open"}
    assert any("2023Q1: 1 records, charged 1,500.00 USD" in line for line in rehearsed.said)
    assert verification.verify().holds

    assert rehearsed.advance(date(2023, 7, 2)) == rehearsal.Rehearsed(0, 0)
    with pytest.raises(ClockRunsForward, match="2023-07-02"):
        rehearsed.advance(date(2023, 7, 1))
    with pytest.raises(ClockRunsForward, match="fifty years"):
        rehearsed.advance(date(2099, 1, 1))
    assert Settlement.objects.count() == 2


def test_what_is_refused_stops_it_and_what_was_done_stands(rehearsed: Rehearsal) -> None:
    """Travel has a price in the first quarter, and in the second once somebody has set one."""
    books = rehearsed.books
    scheme = Scheme.objects.create(
        code="travel", name="Travel", currency="USD", starts_on=NEW_YEAR, fund_may_overdraw=True
    )
    SchemeCoverage.objects.create(scheme=scheme, scope=3, category=6, in_force=(NEW_YEAR, None))
    price = {
        "scheme": scheme,
        "price_per_tonne": Decimal(100),
        "proposed_by": books.people["analyst"],
        "approved_by": books.people["approver"],
    }
    CarbonPrice.objects.create(in_force=(NEW_YEAR, date(2023, 4, 1)), **price)
    books.emit("CLOUD", date(2023, 2, 1), "2000", scope=3, category=6)
    books.emit("CLOUD", date(2023, 5, 1), "1000", scope=3, category=6)
    with pytest.raises(RehearsalStopped, match="2023-07-01: settling travel 2023Q2") as refusal:
        rehearsed.advance(date(2023, 10, 1))
    assert "CLOUD, Scope 3 category 6 from 2023-05-01" in str(refusal.value)
    assert money()["Equity:Carbon-Fund:TRAVEL"] == Decimal("-200.00")
    CarbonPrice.objects.create(in_force=(date(2023, 4, 1), None), **price)
    assert rehearsed.advance(date(2023, 7, 1)) == rehearsal.Rehearsed(1, 1)
    assert money()["Equity:Carbon-Fund:TRAVEL"] == Decimal("-300.00")


def test_an_accrual_is_taken_back_on_the_day_after(rehearsed: Rehearsal) -> None:
    rehearsed.books.emit("CLOUD", date(2023, 2, 1), "100000")
    rehearsed.advance(date(2023, 4, 1), accrues=True)
    days = JournalEntry.objects.order_by("pk").values_list("entry_date", "purpose", "reverses")
    accrued, back = [(day, why) for day, why, _ in days if why in ("accrual", "reversal")]
    assert accrued == (date(2023, 3, 31), "accrual")
    assert back == (date(2023, 4, 1), "reversal")
    assert money()["Equity:Carbon-Fund:FEE"] == Decimal("-1500.00")


def test_a_calendar_goes_on_as_it_is(rehearsed: Rehearsal) -> None:
    AccountingPeriod.objects.all().delete()
    periods.create_period(code="FY23-M07", first_day=date(2023, 1, 1), last_day=date(2023, 1, 31))
    rehearsed.books.emit("CLOUD", date(2023, 2, 28), "100000")
    assert rehearsed.advance(date(2023, 4, 1)).periods == 3
    codes = AccountingPeriod.objects.order_by("days").values_list("code", "state")
    assert list(codes) == [(f"FY23-M0{month}", "closed") for month in (7, 8, 9)]
    assert money()["Equity:Carbon-Fund:FEE"] == Decimal("-1500.00")


def test_a_period_of_no_calendar_is_not_continued(rehearsed: Rehearsal) -> None:
    rehearsed.books.emit("CLOUD", date(2023, 2, 1), "100000")
    with pytest.raises(NoPeriodFollows, match="2023Q3"):
        rehearsed.advance(date(2023, 10, 2))
    assert AccountingPeriod.objects.count() == 3


def test_schemes_that_are_not_asked_for_are_left_alone(rehearsed: Rehearsal) -> None:
    found_scheme(rehearsed.books, "shadow", keeps_atmosphere=False)
    rehearsed.books.emit("CLOUD", date(2023, 2, 1), "100000")
    assert rehearsed.advance(date(2023, 4, 1), schemes=frozenset({"fee"})).settlements == 1
    assert [each.scheme_id for each in Settlement.objects.all()] == [rehearsed.books.scheme.pk]
