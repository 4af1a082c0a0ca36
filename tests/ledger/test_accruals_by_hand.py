"""Accruals among others: of other departments, other schemes, and beside other sources."""

from __future__ import annotations

from datetime import date

from django.db import connection

from departments.organisation.models import Department
from ledger import accruals, posting, settlement_run
from ledger.models.accounts import Account
from ledger.models.journal import JournalLine
from ledger.models.settlements import Settlement
from ledger.posting import Line, Source
from ledger.sql import statement
from pricing.models import Scheme
from tests.ledger.books import NOON, Books, found_scheme

FEBRUARY = date(2023, 2, 10)
LAST_DAY, DAY_AFTER = date(2023, 3, 31), date(2023, 4, 1)


def accrue(books: Books, settlement: Settlement) -> accruals.Accrual:
    return accruals.accrue(settlement_id=settlement.pk, by=books.people["finance"])


def test_departments_stand_in_the_order_of_their_codes(books: Books) -> None:
    """Whichever was founded first."""
    books.departments["ALPHA"] = Department.objects.create(code="ALPHA", name="Alpha")
    for department in ("OFFICES", "CLOUD", "ALPHA"):
        books.emit(department, FEBRUARY, "1000")
    done = accrue(books, books.calculate("2023Q1"))
    lines = JournalLine.objects.filter(entry_id=done.entry_id, debit__gt=0).order_by("pk")
    assert [line.account.code for line in lines] == [
        "Expenses:Accrued-Carbon-Fee:FEE:ALPHA",
        "Expenses:Accrued-Carbon-Fee:FEE:CLOUD",
        "Expenses:Accrued-Carbon-Fee:FEE:OFFICES",
    ]


def test_each_scheme_accrues_on_its_own_accounts(books: Books) -> None:
    """Whichever scheme's accounts were opened last."""
    found_scheme(books, "second", keeps_atmosphere=False)
    for scheme, period in [("fee", "2023Q1"), ("second", "2023Q1"), ("fee", "2023Q2")]:
        books.emit("CLOUD", FEBRUARY, "1000")
        books.scheme = Scheme.objects.get(code=scheme)
        settlement = books.calculate(period)
        done = accrue(books, settlement)
        lines = JournalLine.objects.filter(entry_id=done.entry_id)
        assert {line.account.scheme_id for line in lines} == {books.scheme.pk}
        settlement_run.approve(settlement_id=settlement.pk, by=books.people["approver"], at=NOON)
        settlement_run.post(settlement_id=settlement.pk, by=books.people["finance"], at=NOON)


def test_an_accrual_is_found_by_its_whole_source(books: Books) -> None:
    """Not by that of another entry, taken back or not, that differs in one part."""
    for department in ("CLOUD", "OFFICES"):
        books.emit(department, FEBRUARY, "1000")
    calculated = books.calculate("2023Q1")
    done = accrue(books, calculated)
    own, entry, finance = str(calculated.pk), str(done.entry_id), books.people["finance"]
    one, other = Account.objects.filter(kind="accrued_expense").values_list("pk", flat=True)

    def post(*source: str) -> int:
        return posting.post(
            entry_date=LAST_DAY,
            description="a note",
            lines=[Line(one, "USD", debit=1), Line(other, "USD", credit=1)],
            source=Source(*source),
            by=finance,
        )

    for source in (("note", own, "accrual"), ("accrual", own, "note")):
        posting.reverse(entry_id=post(*source), entry_date=DAY_AFTER, reason="a note", by=finance)
    post("note", entry, "reversal")
    post("entry", entry, "note")
    with connection.cursor() as cursor:
        cursor.execute(statement("accrual"), {"settlement": own})
        assert cursor.fetchall() == [(done.entry_id, done.reversal_id)]
    post("accrual", "77", "accrual")  # by force: never taken back
    assert accruals.accrual_of(77) is None
