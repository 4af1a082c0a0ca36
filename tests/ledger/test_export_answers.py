"""What finance says of an ERP export: rejected and replaced, or reconciled to the last cent."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from departments.organisation.constraints import constraint_of
from ledger import gl_mapping, tasks
from ledger.close_checklist import checklist
from ledger.errors.exports import (
    ExportAcknowledged,
    ExportNotReconcilable,
    ExportNotReplaceable,
    ExportRejected,
    ReconciliationRefused,
    RejectionWithoutReason,
)
from ledger.errors.settlements import NotAllowed
from ledger.exports.acknowledgement import acknowledge
from ledger.exports.reconciliation import reconcile
from ledger.exports.registered import manifest_of
from ledger.exports.registry import ERP_FORMATS
from ledger.exports.rejection import reject
from ledger.exports.run import export_journal, replace_export
from ledger.models.exports import ExportReconciliation, JournalExport
from tests.ledger.books import NOON, Books
from tests.ledger.erp import READERS, Booked, open_group
from tests.ledger.exporting import export_by_api

REASON = "684000 is blocked in 1000"


@pytest.fixture
def group(db: None) -> Books:
    return open_group()


def export_of(books: Books, format_name: str = "sap", **asked: Any) -> tuple[bytes, JournalExport]:
    file = io.BytesIO()
    by = books.people["finance"]
    export = export_journal(format_name=format_name, into=file, by=by, **asked)
    return file.getvalue(), export


def rejected(books: Books, **asked: Any) -> JournalExport:
    _, export = export_of(books, period="2023Q1", **asked)
    by = books.people["finance"]
    return reject(sequence=export.sequence, by=by, at=NOON, reason=REASON)


# --- rejected and replaced ----------------------------------------------------------------------


def test_a_rejection_is_kept_once_and_is_final(group: Books) -> None:
    finance = group.people["finance"]
    export = rejected(group)
    assert (export.rejection.reason, export.rejection.rejected_by) == (REASON, finance)
    assert reject(sequence=1, by=finance, at=NOON, reason=f" {REASON} ") == export
    with pytest.raises(ExportRejected, match="was rejected by finance on 2024-01-15"):
        reject(sequence=1, by=finance, at=NOON, reason="another")
    with pytest.raises(ExportRejected, match="acknowledge the export that replaces it"):
        acknowledge(sequence=1, by=finance, at=NOON)
    with pytest.raises(RejectionWithoutReason):
        reject(sequence=1, by=finance, at=NOON, reason="  ")
    with pytest.raises(NotAllowed):
        reject(sequence=1, by=group.people["auditor"], at=NOON, reason=REASON)
    assert not hasattr(JournalExport.objects.get(), "acknowledgement")


def test_what_is_acknowledged_is_not_rejected(group: Books) -> None:
    export_of(group)
    acknowledge(sequence=1, by=group.people["finance"], at=NOON, reference="JE 1")
    with pytest.raises(ExportAcknowledged):
        reject(sequence=1, by=group.people["finance"], at=NOON, reason=REASON)
    assert not hasattr(JournalExport.objects.get(), "rejection")


def test_a_replacement_has_the_next_number_and_names_what_it_replaces(group: Books) -> None:
    finance = group.people["finance"]
    export_of(group)
    with pytest.raises(ExportNotReplaceable, match="was not rejected"):
        replace_export(sequence=1, into=io.BytesIO(), by=finance)
    export = rejected(group)
    found = next(
        check
        for check in checklist(period_code="2023Q1", at=NOON)
        if check.name == "exports_acknowledged"
    )
    assert found.what_next.startswith("Finance rejected export 2. Replace it")
    mended = [
        {"legal_entity": entity, "account_kind": "fee_expense", "gl_account": "684001"}
        for entity in ("ONE", "TWO")
    ]
    gl_mapping.load_gl_mapping(mended, by=finance, at=NOON)
    file = io.BytesIO()
    replacement = replace_export(sequence=export.sequence, into=file, by=finance)
    assert (replacement.sequence, replacement.replaces) == (3, export)
    assert (replacement.period, replacement.format_name) == (export.period, "sap")
    assert (manifest_of(replacement)["replaces"], manifest_of(export)["replaces"]) == (2, None)
    assert {line.account for line in READERS["sap"](file.getvalue())} >= {"684001"}
    with pytest.raises(ExportNotReplaceable, match="was replaced by export 3 already"):
        replace_export(sequence=2, into=io.BytesIO(), by=finance)
    acknowledge(sequence=3, by=finance, at=NOON, reference="JE 2")
    numbers = JournalExport.objects.order_by("sequence").values_list("sequence", flat=True)
    assert list(numbers) == [1, 2, 3]


def test_by_the_commands(group: Books, tmp_path: Path) -> None:
    export_of(group, period="2023Q1")
    said = io.StringIO()
    asked = ["--sequence", "1", "--by", "finance", "--reason", REASON]
    call_command("reject_export", *asked, stdout=said)
    path = tmp_path / "again.csv"
    call_command("export_journal", "--replaces", "1", "--out", path, stdout=said)
    assert said.getvalue().startswith("Export 1 is rejected.\nExport 2: 10 lines")
    with pytest.raises(CommandError, match="takes the part that it replaces"):
        call_command("export_journal", "--replaces", "1", "--out", path, "--period", "2023Q1")
    with pytest.raises(CommandError, match="at most 500 characters"):
        call_command("reject_export", *asked[:-1], "x" * 501, stdout=said)


@pytest.mark.parametrize(
    ("sql", "promise"),
    [
        ("UPDATE ledger_exportrejection SET reason = 'x'", "ledger_rejection_never_changes"),
        ("DELETE FROM ledger_exportreconciliation", "ledger_reconciliation_never_changes"),
        ("DELETE FROM ledger_exportconstant", "ledger_export_constant_never_changes"),
        (
            "INSERT INTO ledger_exportacknowledgement (export_id, reference, acknowledged_by_id, "
            "acknowledged_at) SELECT export_id, '', rejected_by_id, now() "
            "FROM ledger_exportrejection",
            "ledger_export_is_answered_once",
        ),
        (
            "INSERT INTO ledger_journalexport (sequence, format_name, line_count, sha256, manifest,"
            " replaces_id) SELECT 9, 'sap', 0, '', '{}', id FROM ledger_journalexport "
            "WHERE sequence = 2",
            "ledger_replaced_export_is_rejected",
        ),
    ],
)
def test_the_database_keeps_answers(group: Books, sql: str, promise: str) -> None:
    rejected(group)
    export_of(group)
    with (
        pytest.raises(IntegrityError) as refusal,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert constraint_of(refusal.value) == promise


# --- reconciled ---------------------------------------------------------------------------------


def booked_csv(lines: list[Booked], *columns: str, cents: int = 0) -> bytes:
    """What a system that booked these lines would hand back; one line off by some cents."""
    file = io.StringIO(newline="")
    rows = csv.writer(file)
    rows.writerow(columns)
    for number, line in enumerate(lines):
        amount = line.amount + (Decimal(cents).scaleb(-2) if number == 0 else 0)
        told = {
            "legal_entity": line.company,
            "currency": line.currency,
            "account": line.account,
            "cost_centre": line.cost_centre,
            "document": line.document.rpartition(" ")[2],
            "amount": f"{amount:f}",
            "debit": f"{amount:f}" if amount > 0 else "",
            "credit": f"{-amount:f}" if amount < 0 else "",
        }
        rows.writerow([told[name] for name in columns])
    return file.getvalue().encode()


SUMS = ("legal_entity", "currency", "account", "amount")
LINES = ("legal_entity", "currency", "account", "cost_centre", "document", "debit", "credit")


def reconciled(books: Books, content: bytes, sequence: int = 1) -> ExportReconciliation:
    return reconcile(
        sequence=sequence,
        file_name="booked.csv",
        content=content,
        by=books.people["finance"],
        at=NOON,
    )


@pytest.mark.parametrize("format_name", ERP_FORMATS)
def test_what_was_booked_as_sent_matches(group: Books, format_name: str) -> None:
    content, export = export_of(group, format_name)
    lines = list(READERS[format_name](content))
    found = reconciled(group, booked_csv(lines, *LINES))
    assert (found.missing, found.extra, found.differing, found.differences) == (0, 0, 0, [])
    assert found.matched > 5
    again = reconciled(group, booked_csv(lines, *LINES))
    assert again == found
    sums = reconciled(group, booked_csv(lines, *SUMS))
    assert (sums.missing, sums.extra, sums.differing) == (0, 0, 0)
    assert sums.matched < found.matched
    assert export.reconciliations.count() == 2


def test_a_cent_a_missing_and_an_extra_line_are_listed(group: Books) -> None:
    content, _ = export_of(group, "netsuite", period="2023Q1")
    lines = list(READERS["netsuite"](content))
    strange = Booked("X-1", "Two GmbH", date(2023, 3, 31), "USD", "999000", "", "", Decimal("7.5"))
    gone = lines.pop()
    found = reconciled(group, booked_csv([*lines, strange], *LINES, cents=-1))
    assert (found.missing, found.extra, found.differing) == (1, 1, 1)
    first = lines[0]
    by_state = {row["state"]: row for row in found.differences}
    differing = by_state["differing"]
    assert (differing["account"], differing["document"]) == (first.account, first.document)
    assert (differing["sent"], differing["booked"], differing["difference"]) == (
        f"{first.amount}",
        f"{first.amount - Decimal('0.01')}",
        "-0.01",
    )
    assert (by_state["extra"]["sent"], by_state["extra"]["booked"]) == (None, "7.5")
    assert by_state["missing"]["sent"] == f"{gone.amount}"
    assert by_state["missing"]["legal_entity"] == "TWO"


def test_a_file_that_can_not_be_read_is_refused_with_every_problem(group: Books) -> None:
    export_of(group)
    with pytest.raises(ReconciliationRefused) as refusal:
        reconciled(group, b"legal_entity,account,sum\nONE,684000,1\n")
    assert refusal.value.problems == [
        "there is no column currency",
        "column 'sum' is unknown; known: legal_entity, currency, account, cost_centre, document, "
        "amount, debit, credit",
        "there is a column amount, or both debit and credit",
    ]
    with pytest.raises(ReconciliationRefused) as refusal:
        reconciled(group, b'legal_entity,currency,account,amount\nONE,,1,"1,5"\nONE,USD,1,\n')
    assert refusal.value.problems == [
        "line 2: currency is empty",
        "line 2: amount '1,5' is no amount; write it as 1234.50",
        "line 3: there is no amount",
    ]
    with pytest.raises(ReconciliationRefused, match="no company 'THREE'; known: 1000, 2000, ONE"):
        reconciled(group, b"legal_entity,currency,account,amount\nTHREE,USD,1,1\n")
    with pytest.raises(ReconciliationRefused, match="no CSV in UTF-8"):
        reconciled(group, b"\xff\xfe")
    export_of(group, "jsonl")
    with pytest.raises(ExportNotReconcilable, match="Export 2 is jsonl"):
        reconciled(group, b"", sequence=2)
    with pytest.raises(NotAllowed):
        reconcile(sequence=1, file_name="x", content=b"", by=group.people["auditor"], at=NOON)
    assert not ExportReconciliation.objects.exists()


def test_the_command_lists_differences_and_exits_with_1(group: Books, tmp_path: Path) -> None:
    content, _ = export_of(group)
    lines = list(READERS["sap"](content))
    file = tmp_path / "booked.csv"
    said = io.StringIO()
    file.write_bytes(booked_csv(lines, *SUMS))
    call_command("reconcile_export", "1", file, "--by", "finance", stdout=said)
    assert said.getvalue().startswith("Export 1: 6 matched, 0 missing, 0 extra, 0 differing")
    file.write_bytes(booked_csv(lines, *SUMS, cents=1))
    with pytest.raises(CommandError, match="0 extra, 1 differing") as refusal:
        call_command("reconcile_export", "1", file, "--by", "finance", stdout=said)
    assert refusal.value.returncode == 1
    assert "differing: ONE USD 684000: sent 3001.26, booked 3001.27, difference 0.01" in (
        said.getvalue()
    )
    with pytest.raises(CommandError, match="can't be read"):
        call_command("reconcile_export", "1", tmp_path / "none", "--by", "finance", stdout=said)


# --- API and desk -------------------------------------------------------------------------------


def test_by_the_api(group: Books) -> None:
    client = APIClient()
    client.force_login(group.people["finance"])
    asked = {"format": "sap", "period": "2023Q1"}
    checked = client.post("/api/v1/exports/validate/", asked)
    assert checked.json() == {"line_count": 10, "document_count": 2, "problems": []}
    assert not JournalExport.objects.exists()
    made = export_by_api(client, asked)
    assert (made["document_count"], made["rejection"], made["replaces"]) == (2, None, None)
    booked = {"file_name": "booked.csv", "csv": "legal_entity,currency,account,amount\n"}
    found = client.post("/api/v1/exports/1/reconciliations/", booked)
    assert (found.status_code, found.json()["missing"]) == (200, 6)
    assert client.get("/api/v1/exports/1/reconciliations/").json() == [found.json()]
    assert client.post("/api/v1/exports/1/reject/", {}).status_code == 400
    answer = client.post("/api/v1/exports/1/reject/", {"reason": REASON})
    assert answer.json()["rejection"]["reason"] == REASON
    refused = client.post("/api/v1/exports/1/acknowledge/", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "export_rejected")
    replaced = export_by_api(client, {"format": "netsuite"}, "exports/1/replace/")
    assert (replaced["replaces"], replaced["format"]) == (1, "netsuite")
    again = client.post("/api/v1/exports/1/replace/", {})
    assert (again.status_code, again.json()["code"]) == (409, "export_not_replaceable")
    listed = client.get("/api/v1/exports/").json()["data"]
    assert [(row["sequence"], row["replaced_by"]) for row in listed] == [(1, 2), (2, None)]
    auditor = APIClient()
    auditor.force_login(group.people["auditor"])
    for step, body in (
        ("reject", {"reason": REASON}),
        ("reconciliations", booked | {"file_name": "other.csv", "csv": booked["csv"] + "\n"}),
    ):
        assert auditor.post(f"/api/v1/exports/2/{step}/", body).status_code == 403
    analyst = APIClient()
    analyst.force_login(group.people["analyst"])
    for step in ("1/reject", "1/replace", "1/reconciliations", "validate"):
        assert analyst.post(f"/api/v1/exports/{step}/", {"format": "sap"}).status_code == 403


def test_by_the_desk(group: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks.make_export, "delay", tasks.make_export)  # a worker comes at once
    content, export = export_of(group, period="2023Q1")
    finance, auditor = Client(), Client()
    finance.force_login(group.people["finance"])
    auditor.force_login(group.people["auditor"])
    page = reverse("admin:ledger_journalexport_change", args=[export.pk])
    rejecting = reverse("admin:ledger_journalexport_reject", args=[export.pk])
    reconciling = reverse("admin:ledger_journalexport_reconcile", args=[export.pk])
    shown = finance.get(page).content.decode()
    assert rejecting in shown
    assert reconciling in shown
    assert rejecting not in auditor.get(page).content.decode()
    assert auditor.post(rejecting, {"reason": "x"}).status_code == 403
    assert auditor.post(reconciling, {}).status_code == 403
    file = io.BytesIO(booked_csv(list(READERS["sap"](content)), *SUMS, cents=1))
    file.name = "booked.csv"
    found = finance.post(reconciling, {"file": file}, follow=True).content.decode()
    assert "1 difference" in found
    assert "booked.csv" in found
    assert "3,000.02" in found
    done = finance.post(rejecting, {"reason": REASON}, follow=True).content.decode()
    assert "Export 1 is rejected." in done
    assert REASON in done
    replacing = reverse("admin:ledger_journalexport_replace", args=[export.pk])
    assert replacing in done
    answer = finance.post(replacing, follow=True).content.decode()
    assert "Export job" in answer
    assert reverse("admin:ledger_journalexport_change", args=[export.pk]) in answer
    assert JournalExport.objects.get(sequence=2).replaces == export
    listed = finance.get(reverse("admin:ledger_journalexport_changelist")).content.decode()
    assert "rejected" in listed
