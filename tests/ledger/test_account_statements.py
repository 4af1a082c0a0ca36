"""An account's lines with the balance after each, page by page."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from ledger import balances, period_close, posting
from ledger.account_statements import AccountLine, account_page
from ledger.errors.calendar import PeriodClosed, PeriodNotFound
from ledger.errors.journal import AccountNotFound, SourcePostedDifferently
from ledger.models.accounts import Account
from ledger.models.journal import JournalEntry
from tests.ledger.books import NOON, Books

FUND, EXPENSE = "Equity:Carbon-Fund:FEE", "Expenses:Carbon-Fee:FEE:CLOUD"


def grant(books: Books, number: int, cents: int, day: date = date(2023, 5, 1)) -> posting.Entry:
    fund, expense = (Account.objects.get(code=code) for code in (FUND, EXPENSE))
    return posting.Entry(
        entry_date=day,
        description=f"grant {number}",
        lines=[
            posting.Line(fund.pk, "USD", debit=cents),
            posting.Line(expense.pk, "USD", credit=cents),
        ],
        source=posting.Source("grant", str(number), "payment"),
    )


@pytest.fixture
def charged(books: Books) -> Books:
    books.emit("CLOUD", date(2023, 2, 1), "1000000")
    books.settle("2023Q1")
    return books


def test_pages_follow_each_other_to_the_first_line(charged: Books) -> None:
    entries = [grant(charged, number, 100 * number) for number in range(1, 8)]
    posting.post_many(entries=entries, by=charged.people["finance"])
    seen: list[AccountLine] = []
    page = account_page(code=FUND, size=3)
    while True:
        seen += page.lines
        if page.older is None:
            break
        page = account_page(code=FUND, size=3, after=page.older)
    assert [line.description for line in seen[:7]] == [f"grant {n}" for n in range(7, 0, -1)]
    assert [line.balance for line in seen] == [
        Decimal(-15000 + sum(range(1, n + 1))) for n in range(7, -1, -1)
    ]
    (fund,) = [row for row in balances.trial_balance() if row.account == FUND]
    assert seen[0].balance == fund.balance


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_an_earlier_period_comes_after_a_later_one(charged: Books, size: int) -> None:
    """Written last, but dated in the first quarter: it stands with the lines of that quarter."""
    days = [date(2023, 5, 1), date(2023, 8, 1), date(2023, 3, 1)]
    entries = [grant(charged, n, 100 * n, day) for n, day in enumerate(days, 1)]
    posting.post_many(entries=entries, by=charged.people["finance"])
    seen: list[AccountLine] = []
    page = account_page(code=FUND, size=size)
    seen += page.lines
    while page.older is not None:
        page = account_page(code=FUND, size=size, after=page.older)
        seen += page.lines
    assert [(line.period, line.description[:7], line.balance) for line in seen] == [
        ("2023Q3", "grant 2", Decimal(-14994)),
        ("2023Q2", "grant 1", Decimal(-14996)),
        ("2023Q1", "grant 3", Decimal(-14997)),
        ("2023Q1", seen[-1].description[:7], Decimal(-15000)),
    ]


def test_an_account_that_there_is_not(charged: Books) -> None:
    with pytest.raises(AccountNotFound, match="no account 'Equity:Elsewhere'"):
        account_page(code="Equity:Elsewhere")


def test_many_entries_are_posted_all_or_none(charged: Books) -> None:
    finance = charged.people["finance"]
    before = JournalEntry.objects.count()
    far = grant(charged, 3, 5, date(2031, 1, 1))
    with pytest.raises(PeriodNotFound, match="2031-01-01"):
        posting.post_many(entries=[grant(charged, 1, 5), far], by=finance)
    assert JournalEntry.objects.count() == before


def test_many_entries_twice_are_the_same_entries(charged: Books) -> None:
    finance = charged.people["finance"]
    entries = [grant(charged, number, 5) for number in range(3)]
    first = posting.post_many(entries=entries[:2], by=finance)
    assert posting.post_many(entries=entries, by=finance)[:2] == first
    assert JournalEntry.objects.count() == 1 + 3
    with pytest.raises(SourcePostedDifferently, match="grant 0"):
        posting.post_many(entries=[grant(charged, 9, 5), grant(charged, 0, 6)], by=finance)


def test_a_source_given_twice_at_once_is_posted_once(charged: Books) -> None:
    twice = [grant(charged, 1, 5), grant(charged, 1, 5)]
    ids = posting.post_many(entries=twice, by=charged.people["finance"])
    assert ids[0] == ids[1]
    assert JournalEntry.objects.count() == 1 + 1


def test_what_is_posted_is_answered_after_its_period_closed(charged: Books) -> None:
    finance = charged.people["finance"]
    entry = grant(charged, 1, 5, date(2023, 3, 31))
    (posted,) = posting.post_many(entries=[entry], by=finance)
    period_close.close(period_code="2023Q1", by=finance, at=NOON)
    assert posting.post_many(entries=[entry], by=finance) == [posted]
    with pytest.raises(PeriodClosed):
        posting.post_many(entries=[grant(charged, 2, 5, date(2023, 3, 31))], by=finance)
