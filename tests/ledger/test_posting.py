"""Entries posted by themselves: what is written, once, whole, in its period; and their mirrors."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, connection

from ledger import posting
from ledger.errors.calendar import PeriodClosed, PeriodNotFound
from ledger.errors.journal import (
    AlreadyReversed,
    EntryEmpty,
    EntryNotFound,
    EntryOfSettlement,
    EntryUnbalanced,
    SourcePostedDifferently,
)
from ledger.errors.settlements import NotAllowed
from ledger.models.accounts import Account
from ledger.models.journal import JournalEntry, JournalLine, PostedSource
from ledger.period_close import close
from ledger.posting import Entry, Line, Source
from tests.ledger.books import NOON, Books

FUND, FEE = "Equity:Carbon-Fund:FEE", "Expenses:Carbon-Fee:FEE:CLOUD"
ATMOSPHERE, EMISSIONS = "Equity:Atmosphere", "Expenses:Emissions:CLOUD:Scope-1"
PLANNING = (
    "SELECT current_setting('plan_cache_mode'), current_setting('enable_seqscan'), "
    "current_setting('enable_nestloop')"
)
MARCH, APRIL, MAY = date(2023, 3, 31), date(2023, 4, 1), date(2023, 5, 1)


@pytest.fixture
def charged(books: Books) -> Books:
    """The accounts are there: a tonne is settled."""
    books.emit("CLOUD", date(2023, 2, 1), "1000")
    books.settle("2023Q1")
    return books


def line(code: str, commodity: str = "USD", **side: int) -> Line:
    return Line(Account.objects.get(code=code).pk, commodity, **side)


def grant(number: int, day: date = MAY, cents: int = 5, **more: Any) -> Entry:
    """The fund pays CLOUD some cents, and gives a gram back to the atmosphere."""
    return Entry(
        entry_date=day,
        description=f"grant {number}",
        lines=[
            line(FUND, debit=cents),
            line(ATMOSPHERE, "KGCO2E", debit=1000),
            line(FEE, credit=cents),
            line(EMISSIONS, "KGCO2E", credit=1000),
        ],
        source=Source("grant", str(number), "payment"),
        **more,
    )


def written(entry_id: int) -> list[tuple[str, str, int, int]]:
    lines = JournalLine.objects.filter(entry_id=entry_id).order_by("pk").select_related("account")
    return [(row.account.code, row.commodity_id, row.debit, row.credit) for row in lines]


def post(books: Books, *entries: Entry, who: str = "finance") -> list[int]:
    return posting.post_many(entries=entries, by=books.people[who])


def reverse(books: Books, entry_id: int, day: date = MAY, who: str = "finance") -> int:
    return posting.reverse(
        entry_id=entry_id, entry_date=day, reason="paid twice", by=books.people[who]
    )


def test_entries_are_written_as_given_each_in_its_period(charged: Books) -> None:
    later, earlier = post(charged, grant(2, MAY, 7), grant(1, MARCH))
    assert later < earlier  # in the order given
    of_lines = [row.entry_id for row in JournalLine.objects.order_by("pk")][-8:]
    assert of_lines == [later] * 4 + [earlier] * 4
    for entry_id, number, day, quarter, cents in [
        (later, "2", MAY, "2023Q2", 7),
        (earlier, "1", MARCH, "2023Q1", 5),
    ]:
        entry = JournalEntry.objects.select_related("period").get(pk=entry_id)
        assert (entry.description, entry.entry_date, entry.period.code) == (
            f"grant {number}",
            day,
            quarter,
        )
        assert (entry.source_type, entry.source_id, entry.purpose) == ("grant", number, "payment")
        assert (entry.reverses_id, entry.settlement_id) == (None, None)
        assert entry.posted_by == charged.people["finance"]
        assert written(entry_id) == [
            (FUND, "USD", cents, 0),
            (ATMOSPHERE, "KGCO2E", 1000, 0),
            (FEE, "USD", 0, cents),
            (EMISSIONS, "KGCO2E", 0, 1000),
        ]
        source = PostedSource.objects.get(pk=("grant", number, "payment"))
        assert (source.entry_id, source.period_id) == (entry_id, entry.period_id)


def test_one_entry_is_posted_as_many_are(charged: Books) -> None:
    given = grant(1)
    facts: dict[str, Any] = {
        "entry_date": given.entry_date,
        "description": given.description,
        "lines": given.lines,
        "source": given.source,
        "by": charged.people["finance"],
    }
    entry_id = posting.post(**facts)
    assert post(charged, given) == [entry_id] == [posting.post(**facts)]
    assert posting.post_many(entries=[], by=charged.people["finance"]) == []


def test_what_is_new_is_posted_beside_what_is_known(charged: Books) -> None:
    (second,) = post(charged, grant(2))
    ids = post(charged, grant(1), grant(2), grant(3))
    assert ids[1] == second
    assert [JournalEntry.objects.get(pk=pk).description for pk in ids] == [
        "grant 1",
        "grant 2",
        "grant 3",
    ]
    assert [len(written(pk)) for pk in ids] == [4, 4, 4]
    assert post(charged, grant(3), grant(1)) == [ids[2], ids[0]]


def test_a_source_is_known_by_type_id_and_purpose(charged: Books) -> None:
    sources = [
        Source("grant", "1", "payment"),
        Source("loan", "1", "payment"),
        Source("grant", "11", "payment"),
        Source("grant", "1", "return"),
    ]
    ids = []
    for source in sources:
        ids += post(charged, Entry(MAY, "a grant", grant(1).lines, source))
    assert len(set(ids)) == 4
    for entry_id, source in zip(ids, sources, strict=True):
        assert post(charged, Entry(MAY, "again", grant(1).lines, source)) == [entry_id]


@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_the_same_source_with_another_line_is_refused(charged: Books, place: int) -> None:
    """Other accounts, other sides or other amounts; the order of the lines is all the same."""
    (entry_id,) = post(charged, grant(1))
    same = grant(1)
    assert post(charged, Entry(MAY, "", same.lines[::-1], same.source)) == [entry_id]
    others: list[list[Line]] = [
        [line(FUND, credit=5), same.lines[1], line(FEE, debit=5), same.lines[3]],
        list(grant(1, cents=6).lines),
        list(same.lines[:1]) + list(same.lines[2:3]),
        [line(FEE, debit=5), same.lines[1], line(FUND, credit=5), same.lines[3]],
    ]
    with pytest.raises(SourcePostedDifferently) as refused:
        post(charged, Entry(MAY, "", others[place], same.source))
    assert str(refused.value).startswith(
        f"grant 1 (payment) is already posted as entry {entry_id}, with other lines"
    )
    assert JournalEntry.objects.count() == 2


def test_lines_of_one_account_are_the_same_in_any_order(charged: Books) -> None:
    lines = [line(FUND, debit=3), line(FUND, debit=4), line(FEE, credit=2), line(FEE, credit=5)]
    (entry_id,) = post(charged, Entry(MAY, "", lines, grant(1).source))
    assert post(charged, Entry(MAY, "", lines[::-1], grant(1).source)) == [entry_id]


def test_a_day_without_an_open_period_is_named_and_nothing_is_posted(charged: Books) -> None:
    close(period_code="2023Q1", by=charged.people["finance"], at=NOON)
    with pytest.raises(PeriodClosed, match=r"^Period 2023Q1 is closed"):
        post(charged, grant(1), grant(2, MARCH), grant(3, date(2031, 1, 1)))
    with pytest.raises(PeriodNotFound, match="2031-01-01"):
        post(charged, grant(1), grant(3, date(2031, 1, 1)), grant(2, MARCH))
    assert JournalEntry.objects.count() == 1
    (posted,) = post(charged, grant(1, APRIL))  # the first day after
    assert JournalEntry.objects.get(pk=posted).period.code == "2023Q2"


def test_a_source_that_is_given_twice_is_posted_once(charged: Books) -> None:
    first, again = post(charged, grant(1), grant(1))
    assert first == again
    assert len(written(first)) == 4
    assert JournalEntry.objects.count() == 2


def test_a_day_that_no_period_holds_is_named_beside_open_ones(charged: Books) -> None:
    with pytest.raises(PeriodNotFound, match="2031-01-01"):
        post(charged, grant(1), grant(3, date(2031, 1, 1)))
    assert JournalEntry.objects.count() == 1


@pytest.mark.parametrize("count", [1, 12])
def test_posting_leaves_the_connection_as_it_was(charged: Books, count: int) -> None:
    """Plans are chosen within the statement: what comes after it is planned as ever."""
    with connection.cursor() as cursor:
        cursor.execute(PLANNING)
        before = cursor.fetchone()
        post(charged, *(grant(number) for number in range(count)))
        cursor.execute(PLANNING)
        assert cursor.fetchone() == before == ("auto", "on", "on")


def test_what_was_posted_before_its_period_closed_is_still_the_answer(charged: Books) -> None:
    """Beside what is new, too; though nothing new may be posted on that day."""
    (known,) = post(charged, grant(1, MARCH))
    close(period_code="2023Q1", by=charged.people["finance"], at=NOON)
    assert post(charged, grant(1, MARCH)) == [known]
    new, again = post(charged, grant(2), grant(1, MARCH))
    assert (again, JournalEntry.objects.get(pk=new).description) == (known, "grant 2")
    with pytest.raises(PeriodClosed):
        post(charged, grant(3, MARCH), grant(1, MARCH))


def test_an_entry_balances_in_each_commodity_and_has_two_sides(charged: Books) -> None:
    gram = [line(ATMOSPHERE, "KGCO2E", debit=1000), line(EMISSIONS, "KGCO2E", credit=999)]
    cents = [line(FUND, debit=3), line(FUND, debit=4), line(FEE, credit=7)]
    with pytest.raises(EntryUnbalanced) as unbalanced:
        post(charged, Entry(MAY, "", [*cents, *gram], Source("grant", "1", "payment")))
    facts = unbalanced.value
    assert (facts.commodity, facts.debit, facts.credit) == ("KGCO2E", 1000, 999)
    for lines in ([], cents[:1]):
        with pytest.raises(EntryEmpty):
            post(charged, Entry(MAY, "", lines, Source("grant", "1", "payment")))
    assert JournalEntry.objects.count() == 1
    post(charged, Entry(MAY, "", cents, Source("grant", "1", "payment")))


def test_the_first_commodity_that_does_not_balance_is_named(charged: Books) -> None:
    lines = [line(FUND, debit=3), line(ATMOSPHERE, "KGCO2E", credit=2)]
    with pytest.raises(EntryUnbalanced) as unbalanced:
        post(charged, Entry(MAY, "", lines, grant(1).source))
    facts = unbalanced.value
    assert (facts.commodity, facts.debit, facts.credit) == ("KGCO2E", 0, 2)


def test_the_books_that_do_not_balance_are_named_with_their_sums(charged: Books) -> None:
    """Where a scheme tells no books apart, all accounts are in those of nobody."""
    cents = [line(FUND, debit=3), line(FUND, debit=4), line(FEE, credit=2), line(FEE, credit=6)]
    gram = [line(ATMOSPHERE, "KGCO2E", debit=1000), line(EMISSIONS, "KGCO2E", credit=1000)]
    assert posting.unequal_books([*cents, *gram]) == [("", "USD", 7, 8)]
    assert posting.unequal_books([*cents, *gram[:1]]) == [
        ("", "KGCO2E", 1000, 0),
        ("", "USD", 7, 8),
    ]


def refused_for(promise: str) -> IntegrityError:
    """What Django raises where PostgreSQL would have to break a promise."""
    cause = Exception()
    cause.diag = SimpleNamespace(constraint_name=promise)  # type: ignore[attr-defined]
    error = IntegrityError(promise)
    error.__cause__ = cause
    return error


def test_a_close_that_won_while_we_were_on_our_way_is_named(charged: Books) -> None:
    """The period was open when the statement began; its guard saw it closed. The first of the
    entries' days that is no more open is said, or the first, if somebody opened it since."""

    def refused(*entries: Entry) -> None:
        with posting._one_statement(entries):
            raise refused_for("ledger_entry_in_open_period")

    close(period_code="2023Q1", by=charged.people["finance"], at=NOON)
    with pytest.raises(PeriodClosed, match=r"^Period 2023Q1 is closed"):
        refused(grant(1), grant(2, MARCH), grant(3, date(2031, 1, 1)))
    with pytest.raises(PeriodNotFound, match="2031-01-01"):
        refused(grant(1), grant(3, date(2031, 1, 1)), grant(2, MARCH))
    with pytest.raises(PeriodClosed, match="2023Q2"):
        refused(grant(1), grant(2, date(2023, 8, 1)))
    with pytest.raises(IntegrityError, match="another"), posting._one_statement([grant(1)]):
        raise refused_for("another")


def test_a_reversal_is_the_mirror_of_its_entry(charged: Books) -> None:
    (entry_id,) = post(charged, grant(1, MARCH))
    reversal_id = reverse(charged, entry_id, APRIL)
    assert sorted(written(reversal_id)) == sorted(
        (code, commodity, credit, debit) for code, commodity, debit, credit in written(entry_id)
    )
    reversal = JournalEntry.objects.select_related("period").get(pk=reversal_id)
    assert reversal.description == f"Reversal of entry {entry_id}: paid twice"
    assert (reversal.entry_date, reversal.period.code) == (APRIL, "2023Q2")
    assert (reversal.source_type, reversal.source_id, reversal.purpose) == (
        "entry",
        str(entry_id),
        "reversal",
    )
    assert (reversal.reverses_id, reversal.posted_by) == (entry_id, charged.people["finance"])
    with pytest.raises(AlreadyReversed) as refused:
        reverse(charged, entry_id)
    assert str(refused.value) == f"Entry {entry_id} is already reversed by entry {reversal_id}."


def test_a_long_reason_is_cut_to_what_a_description_holds(charged: Books) -> None:
    (entry_id,) = post(charged, grant(1))
    reversal_id = posting.reverse(
        entry_id=entry_id, entry_date=MAY, reason="x" * 400, by=charged.people["finance"]
    )
    description = JournalEntry.objects.get(pk=reversal_id).description
    assert description == f"Reversal of entry {entry_id}: ".ljust(300, "x")


def test_what_can_not_be_reversed(charged: Books) -> None:
    settled = JournalEntry.objects.get()
    (entry_id,) = post(charged, grant(1))
    with pytest.raises(NotAllowed, match=r"^auditor may not reverse an entry: .* role .*finance"):
        reverse(charged, entry_id, who="auditor")
    with pytest.raises(EntryNotFound, match=f"no journal entry {entry_id + 999}"):
        reverse(charged, entry_id + 999)
    with pytest.raises(EntryOfSettlement, match=str(settled.pk)):
        reverse(charged, settled.pk)
    assert JournalEntry.objects.count() == 2


def test_the_open_period_of_a_day(charged: Books) -> None:
    assert posting.open_period_of(date(2023, 6, 30)) == charged.periods["2023Q2"]
    with pytest.raises(PeriodNotFound, match="2031-01-01"):
        posting.open_period_of(date(2031, 1, 1))
    close(period_code="2023Q1", by=charged.people["finance"], at=NOON)
    with pytest.raises(PeriodClosed, match="2023Q1"):
        posting.open_period_of(MARCH)


def held(lock: str, *values: Any) -> bool:
    """Whether this transaction has an advisory lock on a number or a pair of numbers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted "
            f"AND pid = pg_backend_pid() AND {lock})",
            values,
        )
        return bool(cursor.fetchone()[0])


def test_a_reversal_waits_for_another_of_the_same_entry(charged: Books) -> None:
    (entry_id,) = post(charged, grant(1))
    reverse(charged, entry_id)
    lock = "(classid::bigint << 32 | objid::bigint) = hashtextextended(%s, 0)"
    assert held(f"mode = 'ExclusiveLock' AND {lock}", f"entry {entry_id} (reversal)")


def test_a_period_can_not_close_while_something_is_on_its_way_into_it(charged: Books) -> None:
    third = charged.periods["2023Q3"]
    lock = "mode = 'ShareLock' AND classid::bigint = hashtext('ledger_period')::bigint & 4294967295"
    assert not held(f"{lock} AND objid = %s", third.pk)
    posting.open_period_of(date(2023, 9, 30))
    assert held(f"{lock} AND objid = %s", third.pk)
