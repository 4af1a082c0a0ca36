"""Files that prove a record: told from their bytes, hashed, kept whole, seen by few."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import include, path, reverse

from departments.inventory import evidence_reading, record_evidence, submission, undoing
from departments.inventory.errors.records import EvidenceRefused, EvidenceStays
from departments.inventory.evidence_kinds import WORKBOOK, download_name, kind_of, shown_name
from departments.inventory.models.evidence import EvidenceFile, EvidencePart
from departments.organisation.constraints import constraint_of
from departments.organisation.errors import NotAllowed
from tests.inventory.conftest import NOON, Cast
from tests.inventory.test_activity_import import GOOD
from tests.inventory.test_admin import at_desk
from tests.inventory.test_api import as_person
from tests.inventory.test_history import imported
from tests.inventory.workbooks.written import by_hand, workbook

PDF = b"%PDF-1.7\n" + bytes(range(256))
LATER = NOON + timedelta(hours=1)
urlpatterns = [path("api/v1/", include("departments.inventory.api.urls"))]


def attach(cast: Cast, record_id: int, content: bytes = PDF, **facts: Any) -> int:
    given: dict[str, Any] = {"by": cast.contributor, "at": NOON, "file_name": "bill.pdf"} | facts
    return record_evidence.attach_evidence(record_id=record_id, content=content, **given)


def remove(cast: Cast, record_id: int, evidence_id: int) -> None:
    record_evidence.remove_evidence(
        record_id=record_id, evidence_id=evidence_id, by=cast.contributor
    )


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, "application/pdf"),
        (b"\xff\xd8\xff\xe0jfif", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\nmore", "image/png"),
        (workbook(("a", "b")), WORKBOOK),
        (b"a,b\n1,2\n", "text/csv"),
        ("Zähler;Stand\n7;412,5\n".encode("cp1252"), "text/csv"),
        ("검침,값\n1,2\n".encode("cp949"), "text/csv"),
        ("a\tb\n1\t2\n".encode("utf-16"), "text/csv"),
        (b"the meter stood at 412500", "text/plain"),
        (b"<html><script>alert(1)</script>", "text/plain"),
        (b" " + PDF, None),
        (b"\x7fELF\x02\x01", None),
        (b"MZ\x90\x00\x03\x00", None),
        (b"GIF89a\x01\x00", None),
        (b"PK\x03\x04 no archive", None),
        (by_hand("", more={"xl/vbaProject.bin": b"x"}), None),
        (b" \n\t", None),
    ],
)
def test_what_a_file_is_its_bytes_say(content: bytes, kind: str | None):
    assert kind_of(content) == kind


def test_names_are_shown_and_end_as_their_kind():
    assert shown_name("..\\..\\C:/Users/me/bill\x00\n\u202egnp.pdf") == "billgnp.pdf"
    assert shown_name("/") == "file"
    assert download_name("bill.exe", "application/pdf") == "bill.exe.pdf"
    assert download_name("meter.JPEG", "image/jpeg") == "meter.JPEG"


@pytest.mark.django_db
@pytest.mark.usefixtures("factors")
class TestSteps:
    def test_a_file_comes_back_as_it_was(self, cast: Cast, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(record_evidence, "PART_BYTES", 100)
        record = cast.approved()
        evidence_id = attach(cast, record.pk, at=LATER)
        assert attach(cast, record.pk) == evidence_id  # the very bytes once

        (found,) = evidence_reading.evidence_of(record.pk)
        assert (found.sha256, found.size) == (sha256(PDF).hexdigest(), len(PDF))
        assert (found.added_by, found.added_at) == ("contributor", LATER)
        assert b"".join(evidence_reading.evidence_bytes(evidence_id)) == PDF
        assert EvidencePart.objects.count() == 3
        assert evidence_reading.evidence_counts([record.pk, 0]) == {record.pk: 1}

    def test_what_is_too_large_empty_strange_or_too_many_is_refused(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ):
        record = cast.draft()
        monkeypatch.setattr(record_evidence, "MOST_BYTES", len(PDF))
        monkeypatch.setattr(record_evidence, "MOST_FILES", 1)
        for content, words in ((b"", "0 bytes"), (PDF + b"1", "bytes;"), (b"\0", "By its content")):
            with pytest.raises(EvidenceRefused, match=words):
                attach(cast, record.pk, content)
        attach(cast, record.pk)
        with pytest.raises(EvidenceRefused, match="has 1 files"):
            attach(cast, record.pk, b"text")

    def test_only_contributors_of_the_department_attach(self, cast: Cast):
        record = cast.draft()
        with pytest.raises(NotAllowed):
            attach(cast, record.pk, by=cast.outsider)

    def test_a_draft_loses_a_file_and_a_submitted_record_none(self, cast: Cast):
        record = cast.draft()
        first = attach(cast, record.pk)
        remove(cast, record.pk, first)
        assert not EvidencePart.objects.exists()

        kept = attach(cast, record.pk)
        submission.submit_records(record_ids=[record.pk], by=cast.contributor, at=LATER)
        submission.return_records(
            record_ids=[record.pk], by=cast.approver, at=LATER, reason="Which meter?"
        )
        added = attach(cast, record.pk, b"meter 7", at=LATER + timedelta(hours=1))
        with pytest.raises(EvidenceStays):
            remove(cast, record.pk, kept)
        remove(cast, record.pk, added)
        with pytest.raises(EvidenceStays):
            submission.delete_draft(record_id=record.pk, by=cast.contributor)

    def test_an_import_is_not_undone_under_its_evidence(self, cast: Cast):
        batch_id, record_id = imported(cast, GOOD)
        attach(cast, record_id)
        with pytest.raises(EvidenceStays):
            undoing.undo_import(batch_id=batch_id, by=cast.contributor, at=LATER)

    @pytest.mark.parametrize(
        ("statement", "name"),
        [
            ("UPDATE inventory_evidencefile SET file_name = 'x'", "inventory_evidence_stays"),
            ("UPDATE inventory_evidencepart SET content = 'x'", "inventory_evidence_stays"),
            ("DELETE FROM inventory_evidencepart", "inventory_evidence_stays"),
            ("DELETE FROM inventory_evidencefile", "inventory_evidence_stays"),
            (
                "INSERT INTO inventory_evidencepart (file_id, number, content) "
                "SELECT id, 1, 'x' FROM inventory_evidencefile; SET CONSTRAINTS ALL IMMEDIATE",
                "inventory_evidence_is_whole",
            ),
            (
                "INSERT INTO inventory_evidencefile (record_id, file_name, content_type, size, "
                "sha256, added_by_id, added_at) SELECT record_id, 'y', content_type, 1, 'y', "
                "added_by_id, now() FROM inventory_evidencefile; SET CONSTRAINTS ALL IMMEDIATE",
                "inventory_evidence_is_whole",
            ),
        ],
    )
    def test_the_database_keeps_it_by_itself(self, cast: Cast, statement: str, name: str):
        record = cast.draft()
        attach(cast, record.pk)
        submission.submit_records(record_ids=[record.pk], by=cast.contributor, at=LATER)
        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        with pytest.raises(DatabaseError) as refused, transaction.atomic():
            connection.cursor().execute(statement)
        assert constraint_of(refused.value) == name
        assert EvidenceFile.objects.get().file_name == "bill.pdf"


@pytest.mark.django_db
@pytest.mark.usefixtures("factors")
@pytest.mark.urls(__name__)
def test_programs_attach_list_download_and_remove(cast: Cast):
    record = cast.draft()
    address = f"/api/v1/activities/{record.pk}/evidence/"
    client = as_person(cast.contributor)
    added = client.post(address, {"file": SimpleUploadedFile("bill.exe", PDF)}, format="multipart")
    assert added.status_code == 201, added.json()
    file = f"{address}{added.json()['id']}/"

    answer = client.get(file)
    assert answer.content == PDF
    assert answer.headers["Content-Disposition"] == 'attachment; filename="bill.exe.pdf"'
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    detail = client.get(f"/api/v1/activities/{record.pk}/").json()
    assert (detail["evidence"], detail["history"][0]["step"]) == ([added.json()], "entered")

    other = as_person(cast.outsider)
    for method, place in (("get", address), ("get", file), ("delete", file)):
        assert getattr(other, method)(place).status_code == 404
    strange = client.post(address, {"file": SimpleUploadedFile("a.pdf", b"\0")}, format="multipart")
    assert (strange.status_code, strange.json()["code"]) == (422, "evidence_refused")
    mine = cast.draft()
    wrong = f"/api/v1/activities/{mine.pk}/evidence/{added.json()['id']}/"
    assert client.get(wrong).status_code == 404  # of another record
    assert client.delete(file).status_code == 204
    assert client.get(address).json() == []


@pytest.mark.django_db
@pytest.mark.usefixtures("factors")
def test_the_desk_attaches_and_downloads(cast: Cast):
    record = cast.approved()
    desk = at_desk(cast.analyst)
    add = reverse("admin:inventory_evidencefile_add")
    given = {"record_id": record.pk, "file": SimpleUploadedFile("bill.pdf", PDF)}
    assert desk.post(add, given).status_code == 302
    file = EvidenceFile.objects.get()
    page = desk.get(reverse("admin:inventory_activityrecord_change", args=[record.pk]))
    assert "bill.pdf" in page.content.decode()
    download = reverse("admin:inventory_evidencefile_download", args=[file.pk])
    answer = desk.get(download)
    assert answer.content == PDF
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert (
        desk.get(reverse("admin:inventory_evidencefile_change", args=[file.pk])).status_code == 200
    )
    taken = {"action": "remove", "_selected_action": [file.pk]}
    desk.post(reverse("admin:inventory_evidencefile_changelist"), taken)
    assert EvidenceFile.objects.exists()
    refused = at_desk(cast.analyst).post(add, given | {"file": SimpleUploadedFile("x", b"\0")})
    assert "By its content" in refused.content.decode()
    assert Client().get(download).status_code == 302
