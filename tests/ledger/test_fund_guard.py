"""The guard of the fund by hand: what it nets, whom it locks, and the numbers that it says."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection, transaction

from ledger import fund_guard, posting
from ledger.chart_of_accounts import account_id, fund_place
from ledger.errors.journal import FundOverdrawn
from ledger.models.accounts import Account
from ledger.models.journal import JournalEntry
from ledger.models.settlements import Settlement, SettlementState
from ledger.posting import Entry, Line, Source
from pricing import price_lookup
from pricing.models import Scheme
from tests.ledger.books import Books, found_scheme, open_books

pytestmark = pytest.mark.django_db

FEBRUARY = date(2023, 2, 10)
STORED = {"durability_class": "medium", "removal_state": "verified"}


@pytest.fixture
def guarded() -> Books:
    """A fund that is not overdrawn: 1,000 t at $15 have brought in 15,000.00."""
    books = open_books(fund_may_overdraw=False)
    books.emit("CLOUD", FEBRUARY, "1000000")
    books.settle("2023Q1")
    return books


def fund_of(scheme: Scheme) -> int:
    return account_id(fund_place(price_lookup.scheme_terms(scheme_id=scheme.pk)))


def taking(books: Books, *amounts: int) -> list[Entry]:
    """Entries that take minor units out of the fund, each for a reason of its own."""
    fund = fund_of(books.scheme)
    fee = Account.objects.get(kind="fee_expense", scheme=books.scheme).pk
    return [
        Entry(
            date(2023, 4, 1),
            "Out",
            [Line(fund, "USD", debit=minor), Line(fee, "USD", credit=minor)],
            Source("test", str(number), "payment"),
        )
        for number, minor in enumerate(amounts)
    ]


def post(books: Books, *amounts: int) -> list[int]:
    return posting.post_many(entries=taking(books, *amounts), by=books.people["finance"])


def test_what_leaves_each_account_is_its_debits_less_its_credits() -> None:
    assert fund_guard.net_debits([]) == {}
    assert fund_guard.net_debits([(1, 5), (2, -5), (1, 3), (2, 1)]) == {1: 8, 2: -4}


def test_all_that_it_holds_may_be_taken_and_not_a_cent_more(guarded: Books) -> None:
    before = JournalEntry.objects.count()
    with pytest.raises(FundOverdrawn) as refused:
        post(guarded, 1_500_001)
    said = (refused.value.fund, refused.value.held, refused.value.asked)
    assert said == ("Equity:Carbon-Fund:FEE", "15,000.00 USD", "15,000.01 USD")
    assert JournalEntry.objects.count() == before
    post(guarded, 1_500_000)
    with pytest.raises(FundOverdrawn, match=r"holds 0.00 USD, and this would take 0.01 USD"):
        posting.post_many(
            entries=[
                Entry(each.entry_date, "Again", each.lines, Source("test", "again", "payment"))
                for each in taking(guarded, 1)
            ],
            by=guarded.people["finance"],
        )


def test_entries_of_one_statement_are_added_up(guarded: Books) -> None:
    with pytest.raises(FundOverdrawn, match=r"holds 15,000.00 USD, .* take 15,000.01 USD"):
        post(guarded, 700_000, 800_001)
    assert len(post(guarded, 700_000, 800_000)) == 2


def test_what_comes_into_the_fund_beside_is_taken_off_what_leaves_it(guarded: Books) -> None:
    """15,000.10 out and 0.05 in: a nickel too much, and 15,000.05 are said to leave."""
    (entry,) = taking(guarded, 1_500_010)
    out, fee = entry.lines
    back = [Line(out.account_id, "USD", credit=5), Line(fee.account_id, "USD", debit=5)]
    both = Entry(entry.entry_date, "Out and in", [out, fee, *back], entry.source)
    with pytest.raises(FundOverdrawn, match=r"holds 15,000.00 USD, .* take 15,000.05 USD"):
        posting.post_many(entries=[both], by=guarded.people["finance"])


def test_the_fund_that_is_shortest_is_the_one_that_is_named(guarded: Books) -> None:
    """Of 15,000.00 in one fund 14,999.99 are asked, of nothing in another 0.02."""
    other = found_scheme(guarded, "other", keeps_atmosphere=False, fund_may_overdraw=False)
    guarded.emit("CLOUD", date(2023, 5, 10), "0.001")
    full, empty = fund_of(guarded.scheme), _opened(guarded, other)
    refusal = fund_guard.refusal({full: 1_499_999, empty: 2})
    assert (refusal.fund, refusal.held) == ("Equity:Carbon-Fund:OTHER", "0.00 USD")
    assert refusal.asked == "0.02 USD"
    refusal = fund_guard.refusal({full: 1_500_009, empty: 2})
    assert (refusal.fund, refusal.asked) == ("Equity:Carbon-Fund:FEE", "15,000.09 USD")
    fee = Account.objects.get(kind="fee_expense", scheme=guarded.scheme).pk
    refusal = fund_guard.refusal({fee: 9_000_000, full: 1_500_001})  # what else moves is no fund
    assert (refusal.fund, refusal.asked) == ("Equity:Carbon-Fund:FEE", "15,000.01 USD")


def _opened(books: Books, scheme: Scheme) -> int:
    """The account of a fund, opened by a settlement that is not posted."""
    settlement = books.scheme
    books.scheme = scheme
    books.calculate("2023Q2")
    books.scheme = settlement
    return fund_of(scheme)


def test_a_settlement_that_pays_more_than_there_is_says_what_it_takes_on_balance(
    guarded: Books,
) -> None:
    """15,000.00 and 15.00 more come in; 400 t stored at $40 are 16,000.00, so 985.00 are short."""
    guarded.emit("CLOUD", date(2023, 5, 10), "1000")
    guarded.emit("OFFICES", date(2023, 5, 10), "400000", **STORED)  # type: ignore[arg-type]
    with transaction.atomic(), pytest.raises(FundOverdrawn) as refused:
        guarded.settle("2023Q2")
    assert (refused.value.held, refused.value.asked) == ("15,000.00 USD", "15,985.00 USD")
    posted = Settlement.objects.filter(state=SettlementState.POSTED)
    assert [settlement.period.code for settlement in posted] == ["2023Q1"]


@pytest.mark.parametrize("may_overdraw", [True, False])
def test_only_a_fund_that_is_guarded_is_locked(may_overdraw: bool) -> None:
    books = open_books(fund_may_overdraw=may_overdraw)
    before = _locks()
    fund_guard.lock_fund(price_lookup.scheme_terms(scheme_id=books.scheme.pk))
    taken = _locks() - before
    assert {key for _, key in taken} == (set() if may_overdraw else {books.scheme.pk})


def _locks() -> set[tuple[int, int]]:
    """The advisory locks of two numbers that this connection holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT classid::bigint, objid::bigint FROM pg_locks
                WHERE locktype = 'advisory' AND objsubid = 2 AND pid = pg_backend_pid()
                  AND classid = (hashtext('ledger_fund')::bigint & 4294967295)::oid"""
        )
        return {(int(first), int(second)) for first, second in cursor.fetchall()}
