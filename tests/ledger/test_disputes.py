"""Disputes: opened in time by the department, answered once by another; the line is untouched."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from ledger import disputes, settlement_run
from ledger.close_checklist import checklist
from ledger.errors.disputes import (
    DisputeAnsweredByOpener,
    DisputeDecided,
    DisputeExists,
    DisputeInvalid,
    DisputeTooLate,
    RecordNotInLine,
)
from ledger.errors.settlements import LineNotFound, NotAllowed
from ledger.models.disputes import Dispute
from ledger.models.manual_entries import ManualEntry
from ledger.models.settlements import SettlementLine
from ledger.period_close import close
from ledger.statements import statement_of
from tests.ledger.books import NOON, Books, open_books
from tests.ledger.by_hand import propose

LAST_DAY = date(2024, 1, 31)


@pytest.fixture
def books(db: None) -> Books:
    """One posted line of CLOUD, 1 t, that may be disputed until the end of January 2024."""
    books = open_books()
    books.emit("CLOUD", date(2023, 2, 10), "1000")
    settlement = books.calculate("2023Q1")
    settlement_run.approve(
        settlement_id=settlement.pk,
        by=books.people["approver"],
        at=NOON,
        review_ends_on=LAST_DAY,
    )
    settlement_run.post(settlement_id=settlement.pk, by=books.people["finance"], at=NOON)
    return books


def line() -> SettlementLine:
    return SettlementLine.objects.get()


def open_one(books: Books, **other: Any) -> Dispute:
    asked: dict[str, Any] = {
        "line_id": line().pk,
        "reason": "We moved out in January.",
        "by": books.people["contributor"],
        "at": NOON,
    }
    return disputes.open_dispute(**asked | other)


def answer(books: Books, verb: Callable[..., Dispute], dispute: Dispute, **other: Any) -> Dispute:
    asked: dict[str, Any] = {
        "dispute_id": dispute.pk,
        "reason": "The lease says so.",
        "by": books.people["analyst"],
        "at": NOON,
    }
    return verb(**asked | other)


def hash_of_bill() -> str:
    found = statement_of(department_code="CLOUD", scheme_code="fee", period_code="2023Q1")
    return found.sha256


def record_of_line() -> int:
    (record,) = disputes.records_of_line(line().pk)
    return record


def test_accepted_it_is_put_right_by_a_true_up_and_the_line_stays(books: Books):
    before = hash_of_bill()
    dispute = open_one(books, evidence="https://example.com/lease")
    accepted = answer(books, disputes.accept, dispute, record_id=record_of_line())
    assert (accepted.state, accepted.record_id) == ("accepted", record_of_line())
    assert hash_of_bill() == before
    first = line().settled_records.get().emission_record
    books.emit("CLOUD", date(2023, 2, 10), "250", supersedes=first)
    books.settle("2023Q2")
    bill = statement_of(department_code="CLOUD", scheme_code="fee", period_code="2023Q2")
    (true_up,) = bill.lines
    assert (true_up.is_true_up, true_up.amount) == (True, bill.net)
    assert f"{bill.net}" == "-11.25"  # 0.750 t × $15 come back
    assert hash_of_bill() == before


def test_an_entry_by_hand_may_put_it_right(books: Books):
    entry = propose(books)
    dispute = open_one(books)
    with pytest.raises(DisputeInvalid, match="Name either"):
        answer(books, disputes.accept, dispute)
    with pytest.raises(DisputeInvalid, match="no entry by hand 999"):
        answer(books, disputes.accept, dispute, manual_entry_id=999)
    accepted = answer(books, disputes.accept, dispute, manual_entry_id=entry.pk)
    assert ManualEntry.objects.get(disputes=accepted) == entry


def test_rejected_it_keeps_its_reason_and_is_never_answered_again(books: Books):
    dispute = open_one(books)
    with pytest.raises(DisputeInvalid):
        answer(books, disputes.reject, dispute, reason="  ")
    answer(books, disputes.reject, dispute)
    again = answer(books, disputes.reject, dispute, reason="Something else.")
    assert (again.state, again.answer) == ("rejected", "The lease says so.")
    with pytest.raises(DisputeDecided, match="is rejected"):
        answer(books, disputes.accept, dispute, record_id=record_of_line())
    with pytest.raises(DisputeDecided):
        disputes.withdraw(dispute_id=dispute.pk, by=books.people["contributor"], at=NOON)
    assert open_one(books).state == "open"  # another may be opened


def test_withdrawn_by_its_department_alone(books: Books):
    dispute = open_one(books)
    with pytest.raises(NotAllowed):
        disputes.withdraw(dispute_id=dispute.pk, by=books.people["finance"], at=NOON)
    taken = disputes.withdraw(dispute_id=dispute.pk, by=books.people["contributor"], at=NOON)
    assert taken.state == "withdrawn"


def test_who_opens_and_who_answers(books: Books):
    with pytest.raises(NotAllowed, match="may not dispute this line"):
        open_one(books, by=books.people["finance"])
    with pytest.raises(LineNotFound):
        open_one(books, line_id=999)
    with pytest.raises(DisputeInvalid, match="Say what is wrong"):
        open_one(books, reason=" ")
    dispute = open_one(books)
    with pytest.raises(DisputeExists, match="disputed already"):
        open_one(books)
    with pytest.raises(NotAllowed):
        answer(books, disputes.reject, dispute, by=books.people["contributor"])
    with pytest.raises(RecordNotInLine):
        answer(books, disputes.accept, dispute, record_id=999)
    assert Dispute.objects.get().state == "open"


def test_nobody_answers_what_they_opened(books: Books):
    dispute = open_one(books, by=books.people["analyst"])
    with pytest.raises(DisputeAnsweredByOpener):
        answer(books, disputes.reject, dispute)
    with pytest.raises(DisputeAnsweredByOpener):
        answer(books, disputes.accept, dispute, record_id=record_of_line())


def test_only_until_the_last_day_of_review(books: Books):
    late = datetime(2024, 2, 1, tzinfo=UTC)
    with pytest.raises(DisputeTooLate, match="2024-01-31"):
        open_one(books, at=late)
    assert not Dispute.objects.exists()
    assert open_one(books, at=late - timedelta(minutes=1)).state == "open"


def test_an_open_dispute_keeps_its_period_open(books: Books):
    dispute = open_one(books)
    after = datetime(2024, 2, 1, tzinfo=UTC)

    def failing() -> dict[str, str]:
        found = checklist(period_code="2023Q1", at=after)
        return {check.name: check.what_next for check in found if check.what_next}

    assert "1 dispute waits for an answer" in failing()["disputes_answered"]
    answer(books, disputes.reject, dispute)
    assert "disputes_answered" not in failing()
    close(period_code="2023Q1", by=books.people["finance"], at=after)
    with pytest.raises(DisputeTooLate):
        open_one(books)


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ("UPDATE ledger_dispute SET reason = 'x'", "ledger_dispute_decided_once"),
        ("UPDATE ledger_dispute SET line_id = 0", "ledger_dispute_decided_once"),
        ("DELETE FROM ledger_dispute", "ledger_dispute_is_never_deleted"),
        (
            "UPDATE ledger_dispute SET state = 'rejected', answer = 'x', decided_at = now(), "
            "decided_by_id = opened_by_id",
            "ledger_dispute_answered_by_another_person",
        ),
        (
            "UPDATE ledger_dispute SET state = 'accepted', answer = 'x', decided_at = now(), "
            "decided_by_id = opened_by_id - 1",
            "ledger_accepted_dispute_names_its_remedy",
        ),
        (
            "UPDATE ledger_dispute SET state = 'accepted', answer = 'x', decided_at = now(), "
            "decided_by_id = opened_by_id - 1, record_id = 0",
            "ledger_dispute_corrects_its_own_line",
        ),
        (
            "INSERT INTO ledger_dispute (line_id, department_id, reason, evidence, state, answer, "
            "opened_by_id, opened_at) SELECT line_id, department_id, 'x', '', 'rejected', '', "
            "opened_by_id, opened_at FROM ledger_dispute",
            "ledger_dispute_begins_open",
        ),
        (
            "INSERT INTO ledger_dispute (line_id, department_id, reason, evidence, state, answer, "
            "opened_by_id, opened_at) SELECT line_id, department_id, 'x', '', 'open', '', "
            "opened_by_id, '2024-02-01' FROM ledger_dispute",
            "ledger_dispute_comes_in_time",
        ),
        (
            "INSERT INTO ledger_dispute (line_id, department_id, reason, evidence, state, answer, "
            "opened_by_id, opened_at) SELECT line_id, (SELECT id FROM organisation_department "
            "WHERE code = 'OFFICES'), 'x', '', 'open', '', opened_by_id, opened_at "
            "FROM ledger_dispute",
            "ledger_dispute_is_of_a_posted_line",
        ),
        (
            "INSERT INTO ledger_dispute (line_id, department_id, reason, evidence, state, answer, "
            "opened_by_id, opened_at) SELECT line_id, department_id, 'x', '', 'open', '', "
            "opened_by_id, opened_at FROM ledger_dispute",
            "ledger_line_has_one_open_dispute",
        ),
    ],
)
def test_the_database_keeps_a_dispute(books: Books, change: str, promise: str):
    open_one(books)
    with (
        pytest.raises(DatabaseError) as refused,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)
    assert refused.value.__cause__.diag.constraint_name == promise  # type: ignore[union-attr]
    assert Dispute.objects.get().state == "open"


def test_an_entry_that_takes_the_line_back_is_written_by_itself(books: Books):
    """1 t at $15: what was charged to CLOUD and paid into the fund, on the other sides."""
    dispute = open_one(books)
    client = Client()
    client.force_login(books.people["analyst"])
    form = f"/admin/ledger/manualentry/add/?dispute={dispute.pk}"
    assert form in client.get(f"/admin/ledger/dispute/{dispute.pk}/change/").content.decode()
    shown = client.get(form).context
    assert shown["form"].initial["reason"] == "We moved out in January."
    rows = [row.initial for row in shown["lines"].initial_forms]
    expense, fund = "Expenses:Carbon-Fee:FEE:CLOUD", "Equity:Carbon-Fund:FEE"
    assert [(row["account"], row["debit"], row["credit"]) for row in rows] == [
        (expense, "", "15.00"),
        (fund, "15.00", ""),
    ]
    sent = {f"lines-{n}-{name}": value for n, row in enumerate(rows) for name, value in row.items()}
    sent |= {"lines-TOTAL_FORMS": "6", "lines-INITIAL_FORMS": "2", "entry_date": "2023-04-03"}
    answer = client.post(
        form, sent | {"description": "Back", "reason": "Moved", "evidence": "Lease"}
    )
    entry = ManualEntry.objects.get()
    accept = f"/admin/ledger/dispute/{dispute.pk}/step/accept/?entry={entry.pk}"
    assert answer.headers["Location"] == accept
    assert client.get(accept).context["form"]["manual_entry_id"].value() == str(entry.pk)


def test_the_desk_answers(books: Books):
    dispute = open_one(books)
    client = Client()
    client.force_login(books.people["analyst"])
    page = f"/admin/ledger/dispute/{dispute.pk}/"
    assert "We moved out in January." in client.get(f"{page}change/").content.decode()
    assert str(dispute.pk) in client.get("/admin/ledger/dispute/").content.decode()
    assert client.get(f"{page}step/accept/").status_code == 200
    client.post(f"{page}step/accept/", {"reason": "It was.", "record_id": record_of_line()})
    assert Dispute.objects.get().state == "accepted"
    auditor = Client()
    auditor.force_login(books.people["auditor"])
    assert auditor.get(f"{page}change/").status_code == 200
    assert auditor.post(f"{page}step/reject/", {"reason": "x"}).status_code == 403
