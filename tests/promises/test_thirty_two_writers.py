"""Thirty-two take the same step in the same instant: one effect, and everybody hears of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection

from ledger import balances, period_close, posting, settlement_run, verification
from ledger.errors import LedgerError
from ledger.errors.journal import AlreadyReversed, SourcePostedDifferently
from ledger.errors.settlements import AlreadySettled, SettlementUnderWay, WrongState
from ledger.models.accounts import Account
from ledger.models.journal import JournalEntry, JournalLine
from ledger.models.periods import PeriodSeal
from ledger.models.settlements import Settlement, SettlementShard, SettlementState
from tests.ledger.books import NOON, Books

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS = 32
FEBRUARY, MAY = date(2023, 2, 1), date(2023, 5, 1)


def all_at_once(step: Callable[[int], object]) -> list[object]:
    """Each writer has a number and a connection; its answer, or the refusal it was given.

    Any other error, such as a deadlock or a bare IntegrityError, fails the test.
    """
    barrier = Barrier(WRITERS)

    def write(number: int) -> object:
        try:
            connection.ensure_connection()
            barrier.wait()
            return step(number)
        except LedgerError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(write, range(WRITERS)))


def kinds(answers: list[object]) -> Counter[str]:
    return Counter(type(answer).__name__ for answer in answers)


@pytest.fixture
def filled(books: Books) -> Books:
    for number in range(40):
        books.emit("CLOUD" if number % 2 else "OFFICES", FEBRUARY, "1000")
    return books


@pytest.fixture
def settled(filled: Books) -> Books:
    filled.settle("2023Q1")
    return filled


def test_one_settlement_is_created(filled: Books) -> None:
    analyst = filled.people["analyst"]
    answers = all_at_once(
        lambda _: settlement_run.prepare(scheme_code="fee", period_code="2023Q1", by=analyst)
    )
    settlement = Settlement.objects.get()
    assert answers == [settlement] * WRITERS
    assert SettlementShard.objects.count() == settlement.shard_count


def test_one_settlement_is_under_way_where_two_periods_are_asked_for(filled: Books) -> None:
    analyst, periods = filled.people["analyst"], ["2023Q1", "2023Q2"]
    answers = all_at_once(
        lambda number: settlement_run.prepare(
            scheme_code="fee", period_code=periods[number % 2], by=analyst
        )
    )
    assert Settlement.objects.count() == 1
    assert kinds(answers) == {"Settlement": WRITERS / 2, SettlementUnderWay.__name__: WRITERS / 2}


def test_it_is_calculated_once(filled: Books) -> None:
    settlement = settlement_run.prepare(
        scheme_code="fee", period_code="2023Q1", by=filled.people["analyst"]
    )
    all_at_once(lambda _: settlement_run.calculate(settlement_id=settlement.pk, at=NOON))
    settlement.refresh_from_db()
    assert settlement.state == SettlementState.CALCULATED
    assert set(settlement.shards.values_list("state", "attempts")) == {("done", 1)}
    assert sum(line.amount_minor for line in settlement.lines.all()) == 40 * 1500


def test_it_is_approved_or_cancelled(filled: Books) -> None:
    settlement = filled.calculate("2023Q1")
    approver, analyst = filled.people["approver"], filled.people["analyst"]

    def approve_or_cancel(number: int) -> str:
        step = settlement_run.approve if number % 2 else settlement_run.cancel
        by = approver if number % 2 else analyst
        return step(settlement_id=settlement.pk, by=by, at=NOON).state

    answers = all_at_once(approve_or_cancel)
    settlement.refresh_from_db()
    # Whoever comes after a cancellation can't approve; a cancellation always can.
    assert settlement.state == SettlementState.CANCELLED
    assert answers[::2] == ["cancelled"] * (WRITERS // 2)
    assert set(kinds(answers[1::2])) <= {"str", "SettlementState", WrongState.__name__}
    assert not settlement.lines.exists()


def test_it_is_approved_once(filled: Books) -> None:
    settlement, approver = filled.calculate("2023Q1"), filled.people["approver"]
    answers = all_at_once(
        lambda _: settlement_run.approve(settlement_id=settlement.pk, by=approver, at=NOON)
    )
    assert answers == [settlement] * WRITERS
    settlement.refresh_from_db()
    assert (settlement.state, settlement.approved_by_id) == ("approved", approver.pk)


def test_it_is_posted_once(filled: Books) -> None:
    settlement, finance = filled.calculate("2023Q1"), filled.people["finance"]
    settlement_run.approve(settlement_id=settlement.pk, by=filled.people["approver"], at=NOON)
    answers = all_at_once(
        lambda _: settlement_run.post(settlement_id=settlement.pk, by=finance, at=NOON)
    )
    assert answers == [settlement] * WRITERS
    assert JournalEntry.objects.count() == 2
    again = all_at_once(
        lambda _: settlement_run.prepare(
            scheme_code="fee", period_code="2023Q1", by=filled.people["analyst"]
        )
    )
    assert kinds(again) == {AlreadySettled.__name__: WRITERS}
    assert verification.verify().holds


def test_a_period_is_closed_and_sealed_once(settled: Books) -> None:
    finance = settled.people["finance"]
    answers = all_at_once(lambda _: period_close.close(period_code="2023Q1", by=finance, at=NOON))
    assert answers == [settled.periods["2023Q1"]] * WRITERS
    assert PeriodSeal.objects.get().line_count == JournalLine.objects.count()
    assert verification.verify().holds


def post_a_note(books: Books, debit: int, *, source: str = "1") -> int:
    fee = Account.objects.get(code="Expenses:Carbon-Fee:FEE:CLOUD")
    fund = Account.objects.get(code="Equity:Carbon-Fund:FEE")
    return posting.post(
        entry_date=MAY,
        description="a note",
        lines=[
            posting.Line(fee.pk, "USD", debit=debit),
            posting.Line(fund.pk, "USD", credit=debit),
        ],
        source=posting.Source("note", source, "charge"),
        by=books.people["finance"],
    )


def test_one_source_is_posted_once(settled: Books) -> None:
    before = JournalLine.objects.count()
    answers = all_at_once(lambda _: post_a_note(settled, 100))
    assert answers == [JournalEntry.objects.get(source_type="note").pk] * WRITERS
    assert JournalLine.objects.count() == before + 2


def test_one_source_with_two_amounts_is_posted_once(settled: Books) -> None:
    answers = all_at_once(lambda number: post_a_note(settled, 100 + number % 2))
    entry = JournalEntry.objects.get(source_type="note").pk
    assert kinds(answers) == {"int": WRITERS / 2, SourcePostedDifferently.__name__: WRITERS / 2}
    assert {answer for answer in answers if isinstance(answer, int)} == {entry}


def test_an_entry_is_reversed_once(settled: Books) -> None:
    finance, entry = settled.people["finance"], post_a_note(settled, 100)
    untouched = {row.account: row.balance for row in balances.trial_balance()}
    answers = all_at_once(
        lambda _: posting.reverse(entry_id=entry, entry_date=MAY, reason="a slip", by=finance)
    )
    reversal = JournalEntry.objects.get(reverses=entry).pk
    assert answers.count(reversal) == 1
    assert kinds(answers) == {"int": 1, AlreadyReversed.__name__: WRITERS - 1}
    assert {str(answer) for answer in answers if not isinstance(answer, int)} == {
        f"Entry {entry} is already reversed by entry {reversal}."
    }
    after = {row.account: row.balance for row in balances.trial_balance()}
    assert after["Expenses:Carbon-Fee:FEE:CLOUD"] == untouched["Expenses:Carbon-Fee:FEE:CLOUD"] - 1


def test_everybody_has_a_source_of_their_own_and_none_is_lost(settled: Books) -> None:
    """All of them touch the fund's account."""
    answers = all_at_once(lambda number: post_a_note(settled, 1, source=str(number)))
    assert len(set(answers)) == WRITERS
    assert kinds(answers) == {"int": WRITERS}
    assert JournalEntry.objects.filter(source_type="note").count() == WRITERS
    assert balances.fund_balance(scheme_id=settled.scheme.pk) == Decimal("600.32")
    assert verification.verify().holds
