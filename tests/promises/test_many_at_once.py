"""Many take the same step at the same moment; it happens once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import connection

from ledger import period_close, posting, settlement_run, verification
from ledger.errors import LedgerError
from ledger.models.accounts import Account
from ledger.models.journal import JournalEntry, JournalLine
from ledger.models.periods import PeriodSeal
from ledger.models.settlements import Settlement, SettlementState
from tests.ledger.books import NOON, Books

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 16


def all_at_once(step: Callable[[], object]) -> list[object]:
    """Take a step in many connections at the same moment; their answers, or refusals."""
    barrier = Barrier(MANY)

    def one(_: int) -> object:
        try:
            barrier.wait()
            return step()
        except LedgerError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(one, range(MANY)))


def test_a_settlement_is_made_calculated_approved_and_posted_once(books: Books) -> None:
    for number in range(60):
        books.emit("CLOUD" if number % 2 else "OFFICES", date(2023, 2, 1), "1000")
    analyst, approver, finance = (books.people[name] for name in ("analyst", "approver", "finance"))

    made = all_at_once(
        lambda: settlement_run.prepare(scheme_code="fee", period_code="2023Q1", by=analyst)
    )
    settlement = Settlement.objects.get()
    assert {found.pk for found in made if isinstance(found, Settlement)} == {settlement.pk}

    all_at_once(lambda: settlement_run.calculate(settlement_id=settlement.pk, at=NOON))
    settlement = settlement_run.finish_if_whole(settlement_id=settlement.pk, at=NOON)
    assert settlement.state == SettlementState.CALCULATED
    assert sum(line.amount_minor for line in settlement.lines.all()) == 60 * 1500

    all_at_once(lambda: settlement_run.approve(settlement_id=settlement.pk, by=approver, at=NOON))
    all_at_once(lambda: settlement_run.post(settlement_id=settlement.pk, by=finance, at=NOON))
    assert JournalEntry.objects.count() == 2
    assert verification.verify().holds


def test_one_source_is_posted_once(books: Books) -> None:
    books.emit("CLOUD", date(2023, 2, 1), "1000")
    books.settle("2023Q1")
    expense = Account.objects.get(kind="fee_expense")
    fund = Account.objects.get(kind="carbon_fund")

    def post() -> int:
        return posting.post(
            entry_date=date(2023, 5, 1),
            description="a grant that is paid once",
            lines=[
                posting.Line(fund.pk, "USD", debit=500),
                posting.Line(expense.pk, "USD", credit=500),
            ],
            source=posting.Source("grant", "7", "payment"),
            by=books.people["finance"],
        )

    before = JournalLine.objects.count()
    assert len(set(all_at_once(post))) == 1
    assert JournalLine.objects.count() == before + 2


def test_posting_and_closing_race_without_a_line_in_a_closed_period(books: Books) -> None:
    books.emit("CLOUD", date(2023, 2, 1), "1000")
    books.settle("2023Q1")
    expense = Account.objects.get(kind="fee_expense")
    fund = Account.objects.get(kind="carbon_fund")
    numbers = iter(range(MANY))

    def close_or_post() -> object:
        number = next(numbers)
        if number == MANY // 2:
            return period_close.close(period_code="2023Q1", by=books.people["finance"], at=NOON)
        return posting.post(
            entry_date=date(2023, 3, 31),
            description="in time or refused",
            lines=[
                posting.Line(expense.pk, "USD", debit=1),
                posting.Line(fund.pk, "USD", credit=1),
            ],
            source=posting.Source("test", str(number), "race"),
            by=books.people["finance"],
        )

    answers = all_at_once(close_or_post)
    posted = sum(isinstance(answer, int) for answer in answers)
    refused = sum(isinstance(answer, LedgerError) for answer in answers)
    assert posted + refused == MANY - 1
    assert PeriodSeal.objects.get().line_count == JournalLine.objects.count()
    assert verification.verify().holds
