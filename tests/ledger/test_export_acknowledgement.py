"""Finance acknowledges an export once, by the desk, the API or the command; it stays."""

from __future__ import annotations

from datetime import date
from io import BytesIO, StringIO

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from psycopg2.extensions import connection as PsycopgConnection
from rest_framework.test import APIClient

from departments.organisation.api_keys import issue_key
from ledger.errors.exports import ExportAcknowledged, ExportNotFound
from ledger.errors.settlements import NotAllowed
from ledger.exports.acknowledgement import acknowledge
from ledger.exports.registered import manifest_of
from ledger.exports.run import export_journal
from ledger.models.exports import ExportAcknowledgement, JournalExport
from tests.ledger.books import NOON, Books


@pytest.fixture
def export(books: Books) -> JournalExport:
    """The first quarter as CSV."""
    books.emit("CLOUD", date(2023, 2, 1), "1000000")
    books.settle("2023Q1")
    return export_journal(
        format_name="generic-csv", into=BytesIO(), by=books.people["finance"], period="2023Q1"
    )


def kept() -> list[tuple[str, str]]:
    rows = ExportAcknowledgement.objects.select_related("acknowledged_by")
    return [(row.acknowledged_by.username, row.reference) for row in rows]


def test_it_is_kept_once_with_who_when_and_as_what(books: Books, export: JournalExport) -> None:
    finance = books.people["finance"]
    for _ in range(2):
        done = acknowledge(sequence=1, by=finance, at=NOON, reference="JE 4711")
        assert (done.acknowledgement.acknowledged_by, done.acknowledgement.acknowledged_at) == (
            finance,
            NOON,
        )
    with pytest.raises(ExportAcknowledged, match="by finance on 2024-01-15, as 'JE 4711'"):
        acknowledge(sequence=1, by=finance, at=NOON, reference="JE 4712")
    assert kept() == [("finance", "JE 4711")]
    assert manifest_of(done) == manifest_of(export)  # the file's proof is as it was


@pytest.mark.parametrize("who", ["auditor", "analyst", "approver", "admin", "contributor"])
def test_it_takes_finance(books: Books, export: JournalExport, who: str) -> None:
    with pytest.raises(NotAllowed, match=f"{who} may not acknowledge an export"):
        acknowledge(sequence=1, by=books.people[who], at=NOON)
    with pytest.raises(ExportNotFound):
        acknowledge(sequence=2, by=books.people["finance"], at=NOON)
    assert kept() == []


def test_by_the_api(books: Books, export: JournalExport) -> None:
    issued = issue_key(
        name="erp",
        scopes=["exports:read", "exports:write"],
        departments=[],
        acts_for=books.people["finance"],
        expires_at=None,
        at=timezone.now(),
    )
    program = APIClient(HTTP_AUTHORIZATION=f"Bearer {issued.secret}")
    address = "/api/v1/exports/1/acknowledge/"
    assert program.get("/api/v1/exports/").json()["data"][0]["acknowledgement"] is None
    assert program.post(address, {"reference": "x" * 121}).status_code == 400
    first = program.post(address, {"reference": "JE 4711"})
    assert first.status_code == 200
    assert first.json()["acknowledgement"]["reference"] == "JE 4711"
    assert first.json()["acknowledgement"]["acknowledged_by"] == "finance"
    assert program.post(address, {"reference": "JE 4711"}).json() == first.json()
    assert program.get("/api/v1/exports/").json()["data"] == [first.json()]
    other = program.post(address, {})
    assert (other.status_code, other.json()["code"]) == (409, "export_acknowledged")
    assert program.post("/api/v1/exports/9/acknowledge/", {}).status_code == 404
    auditor = APIClient()
    auditor.force_login(books.people["auditor"])
    assert auditor.post(address, {"reference": "JE 4711"}).status_code == 403
    assert kept() == [("finance", "JE 4711")]


def test_by_the_command(books: Books, export: JournalExport) -> None:
    said = StringIO()
    asked = ["--sequence", "1", "--by", "finance"]
    call_command("acknowledge_export", *asked, stdout=said)
    call_command("acknowledge_export", *asked, stdout=said)
    assert said.getvalue() == "Export 1 is acknowledged.\n" * 2
    with pytest.raises(CommandError, match="without a reference, and that stays") as refused:
        call_command("acknowledge_export", *asked, "--reference", "JE 1")
    assert refused.value.returncode == 1
    with pytest.raises(CommandError, match="at most 120 characters"):
        call_command("acknowledge_export", *asked, "--reference", "x" * 121)
    assert kept() == [("finance", "")]


def test_by_the_desk(books: Books, export: JournalExport) -> None:
    finance, auditor = Client(), Client()
    finance.force_login(books.people["finance"])
    auditor.force_login(books.people["auditor"])
    page = reverse("admin:ledger_journalexport_change", args=[export.pk])
    address = reverse("admin:ledger_journalexport_acknowledge", args=[export.pk])
    shown = auditor.get(page).content.decode()
    assert "not acknowledged" in shown
    assert address not in shown
    assert "takes the role finance" in shown
    assert auditor.post(address, {"reference": "x"}).status_code == 403
    assert address in finance.get(page).content.decode()
    assert finance.get(address).status_code == 200
    done = finance.post(address, {"reference": "JE 4711"}, follow=True).content.decode()
    assert "Export 1 is acknowledged." in done
    assert "JE 4711" in done
    again = finance.post(address, {"reference": "JE 4712"}, follow=True).content.decode()
    assert "was acknowledged by finance" in again
    assert kept() == [("finance", "JE 4711")]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_exportacknowledgement SET reference = 'JE 4712'",
        "DELETE FROM ledger_exportacknowledgement",
        "TRUNCATE ledger_exportacknowledgement",
    ],
)
def test_it_never_changes(
    books: Books,
    export: JournalExport,
    app_role: PsycopgConnection,
    change: str,
) -> None:
    acknowledge(sequence=1, by=books.people["finance"], at=NOON, reference="JE 4711")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), app_role.cursor() as cursor:
        cursor.execute(change)
    app_role.rollback()
    assert refused_to_the_owner(change) == "ledger_acknowledgement_never_changes"
    assert kept() == [("finance", "JE 4711")]


def refused_to_the_owner(change: str) -> str | None:
    """Try a statement as the owner of the tables; the name of the promise it would break."""
    with (
        pytest.raises(IntegrityError) as caught,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)
    cause = caught.value.__cause__
    assert isinstance(cause, psycopg2.Error)
    return cause.diag.constraint_name
