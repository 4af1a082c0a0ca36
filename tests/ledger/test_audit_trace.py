"""A journal line back to what it is made of: every figure adds up, every step has its person."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from hashlib import sha256

import pytest
from django.test import Client
from rest_framework.test import APIClient

from departments.inventory.models.activity import ActivityRecord
from departments.inventory.models.evidence import EvidenceFile, EvidencePart
from ledger import manual_entries, period_close
from ledger.audit.trace import RECORDS_SHOWN, trace
from ledger.errors.journal import JournalLineNotFound
from ledger.journal_lines import journal_rows
from ledger.manual_lines import WrittenLine
from tests.ledger.books import NOON, Books, open_books

pytestmark = pytest.mark.django_db


def settle(books: Books) -> Books:
    """Emissions of three scopes and a removal, in two departments, and a true-up."""
    books.emit("CLOUD", date(2023, 2, 1), "1000000.000001")
    books.emit("CLOUD", date(2023, 2, 2), "250000", scope=2, location_kgco2e="60000")
    books.emit("CLOUD", date(2023, 2, 2), "777", scope=3, category=6)
    books.emit("CLOUD", date(2023, 2, 2), "888", scope=3, category=1)  # recorded, not charged
    books.emit("OFFICES", date(2023, 2, 2), "20000", scope=2)
    books.emit(
        "CLOUD", date(2023, 3, 1), "5000", durability_class="medium", removal_state="verified"
    )
    books.settle("2023Q1")
    books.emit("OFFICES", date(2023, 2, 3), "3000")
    books.emit("OFFICES", date(2023, 5, 1), "4000")
    books.settle("2023Q2")
    return books


@pytest.mark.parametrize("two_entities", [False, True])
def test_every_line_of_the_journal_adds_up(db: None, two_entities: bool) -> None:
    settle(open_books(fund_in="ONE", offices_in="TWO") if two_entities else open_books())
    rows = list(journal_rows())
    assert len(rows) > 15
    for row in rows:
        found = trace(line_id=row.line_id)
        assert found.adds_up is True, row
        assert found.lines, row
        assert found.line == row
        assert row in found.entry
    if two_entities:
        assert {"due-to", "due-from"} <= {
            part for row in rows for part in ("due-to", "due-from") if part in row.account.lower()
        }


def test_a_charge_leads_to_records_arithmetic_evidence_and_people(books: Books) -> None:
    books.emit("CLOUD", date(2023, 2, 1), "1000000")
    content = b"1000000 kg"
    file = EvidenceFile.objects.create(  # beside a record that these books make approved
        record=ActivityRecord.objects.get(),
        file_name="meter.txt",
        content_type="text/plain",
        size=len(content),
        sha256=sha256(content).hexdigest(),
        added_by=books.people["contributor"],
        added_at=NOON,
    )
    EvidencePart.objects.create(file=file, number=0, content=content)
    books.settle("2023Q1")
    fee = next(row for row in journal_rows() if "Carbon-Fee" in row.account)
    found = trace(line_id=fee.line_id)
    assert [(step.step, step.by) for step in found.steps] == [
        ("settlement prepared", "analyst"),
        ("settlement approved", "approver"),
        ("settlement posted", "finance"),
        ("entry recorded", "finance"),
    ]
    assert len(found.input_sha256) == 64
    (line,) = found.lines
    assert (line.adds_minor, line.detail.line.amount) == (1_500_000, Decimal("15000.00"))
    assert "15" in line.detail.price_explanation[0]
    (traced,) = line.records
    assert traced.settled.emission.market_kgco2e == 1_000_000
    assert [file.file_name for file in traced.evidence] == ["meter.txt"]
    assert traced.history[0].by == "contributor"
    assert found.seal_number is None
    period_close.close(period_code="2023Q1", by=books.people["finance"], at=NOON)
    assert trace(line_id=fee.line_id).seal_number == 1


def test_many_results_come_page_by_page(books: Books) -> None:
    for number in range(RECORDS_SHOWN + 3):
        books.emit("CLOUD", date(2023, 2, 1), str(1000 + number))
    books.settle("2023Q1")
    fee = next(row for row in journal_rows() if "Carbon-Fee" in row.account)
    (first,) = trace(line_id=fee.line_id).lines
    assert first.next_after is not None
    (rest,) = trace(line_id=fee.line_id, records_after=first.next_after).lines
    assert (len(first.records), len(rest.records), rest.next_after) == (RECORDS_SHOWN, 3, None)
    shown = [each.settled.emission.emission_record_id for each in (*first.records, *rest.records)]
    assert shown == sorted(set(shown))
    assert first.detail.line.record_count == len(shown)


def test_an_entry_by_hand_leads_to_who_proposed_it_and_why(books: Books) -> None:
    settle(books)
    accounts = {row.account for row in journal_rows() if row.commodity == "USD"}
    fee = next(code for code in sorted(accounts) if "Carbon-Fee" in code)
    fund = next(code for code in sorted(accounts) if "Carbon-Fund" in code)
    proposed = manual_entries.propose(
        entry_date=date(2023, 6, 30),
        description="Rounding",
        reason="The invoice says so",
        lines=[
            WrittenLine(account=fee, debit="1.00", credit=""),
            WrittenLine(account=fund, debit="", credit="1.00"),
        ],
        by=books.people["analyst"],
        at=NOON,
    )
    decided = manual_entries.approve(
        manual_entry_id=proposed.pk, by=books.people["approver"], at=NOON
    )
    (line, _) = journal_rows(entry_id=decided.posted_entry_id)
    found = trace(line_id=line.line_id)
    assert (found.adds_up, found.lines, found.manual_entry_id) == (None, (), proposed.pk)
    assert [(step.step, step.by, step.words) for step in found.steps[:2]] == [
        ("entry by hand proposed", "analyst", "The invoice says so"),
        ("entry by hand approved", "approver", ""),
    ]


def test_api_and_page_show_it_to_the_company_alone(books: Books) -> None:
    settle(books)
    fee = next(row for row in journal_rows() if "Carbon-Fee" in row.account)
    path = f"/api/v1/journal-lines/{fee.line_id}/trace/"
    auditor = APIClient()
    auditor.force_login(books.people["auditor"])
    answer = auditor.get(path)
    found = answer.json()
    assert (found["adds_up"], found["account"], found["debit"]) == (True, fee.account, "18761.66")
    adds = sum(Decimal(each["adds"]) for each in found["statement_lines"])
    assert f"{adds:.2f}" == found["debit"]
    assert auditor.get(path, headers={"if-none-match": answer["ETag"]}).status_code == 304
    assert auditor.get("/api/v1/journal-lines/999999/trace/").status_code == 404
    page = Client()
    page.force_login(books.people["auditor"])
    shown = page.get(f"/admin/ledger/journalline/{fee.line_id}/change/").content.decode()
    for words in ("adds up", "settlement approved", "approver", fee.account, path):
        assert words in shown
    entry = page.get(f"/admin/ledger/journalentry/{fee.entry_id}/change/").content.decode()
    assert f"/admin/ledger/journalline/{fee.line_id}/change/" in entry
    contributor = APIClient()
    contributor.force_login(books.people["contributor"])
    assert contributor.get(path).status_code == 403
    with pytest.raises(JournalLineNotFound):
        trace(line_id=999_999)
