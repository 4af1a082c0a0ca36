"""Entries by hand: raw SQL tries to approve, change or hide one; the owner tampers and is found."""

from __future__ import annotations

import psycopg2
import pytest
from django.db import IntegrityError, connection, transaction
from psycopg2.extensions import connection as PsycopgConnection

from departments.organisation.constraints import constraint_of
from ledger import manual_entries, posting, verification
from ledger.models.journal import JournalEntry, JournalLine
from ledger.models.manual_entries import ManualEntry
from tests.ledger.books import NOON, Books
from tests.ledger.by_hand import MAY, approve, propose, settled_quarter
from tests.promises.test_many_at_once import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)

DECIDE = "UPDATE ledger_manualentry SET state = %(state)s, decided_at = now(), decided_by_id = "
CHECK = "manual entries are as approved"


@pytest.fixture
def quarter(books: Books) -> Books:
    return settled_quarter(books)


def refused(database: PsycopgConnection, sql: str, **facts: object) -> str:
    """Run a statement that must fail, and say which promise it would have broken."""
    with pytest.raises(psycopg2.Error) as caught, database.cursor() as cursor:
        cursor.execute(sql, facts)
    database.rollback()
    return caught.value.diag.constraint_name or str(caught.value).splitlines()[0]


def test_nobody_approves_their_own_not_even_in_sql(
    quarter: Books, app_role: PsycopgConnection
) -> None:
    entry = propose(quarter)
    own = DECIDE + "proposed_by_id, decision_reason = 'x', posted_entry_id = %(entry)s"
    assert (
        refused(app_role, own, state="rejected", entry=None)
        == "ledger_manual_entry_decided_by_another_person"
    )
    other = DECIDE + "%(person)s, posted_entry_id = %(entry)s"
    auditor = quarter.people["auditor"].pk
    assert (
        refused(app_role, other, state="withdrawn", person=auditor, entry=None)
        == "ledger_manual_entry_withdrawn_by_its_author"
    )
    assert (
        refused(app_role, other, state="rejected", person=auditor, entry=None)
        == "ledger_manual_entry_says_why"
    )
    entry.refresh_from_db()
    assert entry.state == "proposed"


def test_nothing_is_approved_without_its_own_entry(
    quarter: Books, app_role: PsycopgConnection
) -> None:
    entry = propose(quarter)
    approve_it = DECIDE + "%(person)s, posted_entry_id = %(entry)s"
    facts = {"state": "approved", "person": quarter.people["finance"].pk}
    settled = JournalEntry.objects.first()
    assert settled is not None
    for posted in (None, 0, settled.pk):
        assert refused(app_role, approve_it, entry=posted, **facts) in (
            "ledger_manual_entry_is_posted_as_proposed",
            "ledger_approved_manual_entry_is_posted",
        )
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        approve_as_posted(entry, quarter, post_as(entry, quarter))
    assert constraint_of(refusal.value) == "ledger_manual_entry_is_posted_as_proposed"
    entry.refresh_from_db()
    assert entry.state == "proposed"


def test_nothing_is_posted_by_hand_without_approval(quarter: Books) -> None:
    entry, before = propose(quarter), JournalEntry.objects.count()
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        post_as(entry, quarter)
    assert constraint_of(refusal.value) == "ledger_entry_by_hand_is_approved"
    assert JournalEntry.objects.count() == before

    posted = approve(quarter, entry).posted_entry_id
    assert posted is not None
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        posting.reverse(
            entry_id=posted, entry_date=MAY, reason="alone", by=quarter.people["finance"]
        )
    assert constraint_of(refusal.value) == "ledger_entry_by_hand_is_approved"
    assert JournalEntry.objects.count() == before + 1
    assert verification.verify().holds


def approve_as_posted(entry: ManualEntry, books: Books, journal_entry_id: int) -> None:
    """What raw SQL would do: say that this journal entry is the approved one."""
    ManualEntry.objects.filter(pk=entry.pk).update(
        state="approved",
        decided_by=books.people["finance"],
        decided_at=NOON,
        posted_entry_id=journal_entry_id,
    )


def post_as(entry: ManualEntry, books: Books) -> int:
    """An entry that says it is this proposal's, but has another amount."""
    line = JournalLine.objects.filter(commodity="USD").first()
    assert line is not None
    sides = [posting.Line(line.account_id, "USD", debit=1)]
    return posting.post(
        entry_date=MAY,
        description="not as proposed",
        lines=[*sides, posting.Line(line.account_id, "USD", credit=1)],
        source=posting.Source("manual", str(entry.pk), "entry"),
        by=books.people["finance"],
    )


def test_a_decided_entry_never_changes(quarter: Books, app_role: PsycopgConnection) -> None:
    approve(quarter, propose(quarter))
    open_one = propose(quarter)
    for sql in (
        "UPDATE ledger_manualentry SET decided_at = now() WHERE state = 'approved'",
        "UPDATE ledger_manualentry SET state = 'proposed', decided_by_id = NULL,"
        " decided_at = NULL, posted_entry_id = NULL WHERE state = 'approved'",
        "UPDATE ledger_manualentry SET reason = 'another' WHERE state = 'proposed'",
        "UPDATE ledger_manualentry SET entry_date = entry_date + 1 WHERE state = 'proposed'",
    ):
        assert refused(app_role, sql) == "ledger_manual_entry_decided_once"
    for sql in (
        "UPDATE ledger_manualentryline SET debit = debit + 1 WHERE debit > 0",
        "DELETE FROM ledger_manualentryline",
    ):
        assert "permission denied" in refused(app_role, sql)
    assert (
        refused(app_role, "DELETE FROM ledger_manualentry") == "ledger_manual_entry_keeps_its_lines"
    )
    line = open_one.lines.first()
    assert line is not None
    add = """INSERT INTO ledger_manualentryline (manual_entry_id, account_id, commodity_id, debit,
                                                 credit)
             VALUES (%(entry)s, %(account)s, 'USD', 1, 0)"""
    assert (
        refused(app_role, add, entry=open_one.pk, account=line.account_id)
        == "ledger_manual_entry_keeps_its_lines"
    )


def test_an_entry_is_born_as_a_proposal(quarter: Books, app_role: PsycopgConnection) -> None:
    insert = """INSERT INTO ledger_manualentry (entry_date, description, reason, evidence, state,
                    proposed_by_id, proposed_at, decided_by_id, decided_at, decision_reason,
                    posted_entry_id)
                VALUES (%(day)s, 'x', 'x', '', 'approved', %(one)s, now(), %(two)s, now(), '', 1)"""
    one, two = quarter.people["analyst"].pk, quarter.people["finance"].pk
    assert (
        refused(app_role, insert, day=MAY, one=one, two=two)
        == "ledger_manual_entry_begins_proposed"
    )
    assert ManualEntry.objects.count() == 0


def test_many_approve_at_once_and_one_entry_is_posted(quarter: Books) -> None:
    entry = propose(quarter)
    before = JournalEntry.objects.count()
    answers = all_at_once(lambda: approve(quarter, entry).posted_entry_id)
    assert len(set(answers)) == 1
    assert JournalEntry.objects.count() == before + 1
    assert verification.verify().holds


def tamper(sql: str) -> None:
    """As the owner, with every guard asleep."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql)
        assert cursor.rowcount > 0


@pytest.mark.parametrize(
    ("sql", "detail"),
    [
        ("UPDATE ledger_manualentryline SET debit = debit + 1 WHERE debit > 0", "lines of entry"),
        ("DELETE FROM ledger_manualentryline", "lines of entry"),
        ("UPDATE ledger_manualentry SET entry_date = entry_date - 1", "another date"),
        ("UPDATE ledger_journalentry SET source_id = '0' WHERE source_type = 'manual'", "source"),
        ("UPDATE ledger_manualentry SET posted_entry_id = 999999", "not in the journal"),
    ],
)
def test_tampering_is_found(quarter: Books, sql: str, detail: str) -> None:
    entry = approve(quarter, propose(quarter))
    assert verification.verify().holds
    tamper(sql)
    found = {f.place: f.detail for f in verification.verify().findings if f.check == CHECK}
    assert detail in found[f"manual entry {entry.pk}"]


def test_a_proposal_that_is_gone_is_found(quarter: Books) -> None:
    entry = approve(quarter, propose(quarter))
    reversal = manual_entries.propose_reversal(
        manual_entry_id=entry.pk,
        entry_date=MAY,
        reason="a slip",
        by=quarter.people["analyst"],
        at=NOON,
    )
    mirror = approve(quarter, reversal).posted_entry_id
    tamper(f"DELETE FROM ledger_manualentry WHERE id = {reversal.pk}")
    assert {f.place for f in verification.verify().findings} == {f"entry {mirror}"}
