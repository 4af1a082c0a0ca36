"""Valid rows only, errors.csv beside them, and an import that is taken back."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from departments.inventory import activity_import, submission
from departments.inventory.activity_import import ImportReport
from departments.inventory.errors.imports import ImportNotUndoable, ImportRefused
from departments.inventory.errors_file import errors_csv
from departments.inventory.evidence import kept_file
from departments.inventory.models.activity import ActivityRecord, ImportBatch
from departments.inventory.models.emissions import EmissionRecord
from departments.inventory.undoing import undo_import
from departments.organisation.errors import NotAllowed
from departments.organisation.models import Department
from tests.inventory.conftest import NOON, Cast
from tests.inventory.test_activity_import import GOOD, as_csv

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("factors")]

MIXED = [
    GOOD | {"external_id": "A"},
    GOOD | {"external_id": "B", "quantity": "1,5"},
    GOOD | {"external_id": "A", "quantity": "12"},
    GOOD | {"external_id": "TAKEN", "quantity": "13"},
    GOOD | {"external_id": "C", "quantity": "14", "unit": "kg"},
    GOOD | {"external_id": "D", "quantity": "15"},
]


@pytest.fixture(params=["held", "streamed"])
def reading(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "streamed":
        monkeypatch.setattr(activity_import, "MOST_HELD_BYTES", 0)
    return str(request.param)


def take_in(cast: Cast, content: bytes, **more: Any) -> ImportReport:
    return activity_import.import_file(
        file_name="rows.csv",
        content=io.BytesIO(content),
        by=cast.contributor,
        at=NOON,
        departments=Department.objects.all(),
        **more,
    )


def test_valid_rows_are_taken_in_and_the_others_reported(cast: Cast, reading: str) -> None:
    cast.draft(external_id="TAKEN")
    content = as_csv(*MIXED)

    report = take_in(cast, content, valid_rows_only=True)

    assert (report.accepted, report.rejected) == (2, 4)
    assert report.batch_id is not None
    batch = ImportBatch.objects.get(pk=report.batch_id)
    assert list(batch.records.order_by("pk").values_list("external_id", flat=True)) == ["A", "D"]
    assert batch.row_count == 2
    assert b"".join(kept_file(batch.pk)) == content
    rows = list(csv.DictReader(io.StringIO(errors_csv(io.BytesIO(content), report.problems))))
    assert [(row["line"], row["column"], row["external_id"], row["quantity"]) for row in rows] == [
        ("3", "quantity", "B", "1,5"),
        ("4", "external_id", "A", "12"),
        ("5", "external_id", "TAKEN", "13"),
        ("6", "unit", "C", "14"),
    ]


def test_of_a_recorded_id_that_stands_twice_no_row_is_taken_in(cast: Cast, reading: str) -> None:
    cast.draft(external_id="TAKEN")
    rows = [MIXED[3], MIXED[3] | {"quantity": "14"}, MIXED[5]]

    report = take_in(cast, as_csv(*rows), valid_rows_only=True)

    assert (report.accepted, report.rejected) == (1, 2)


@pytest.mark.parametrize(
    "content",
    [
        as_csv(*MIXED) + b'"broken',
        as_csv(*MIXED).replace(b"quantity", b"amount"),
        as_csv(MIXED[1]),
    ],
    ids=["breaks off", "header", "nothing valid"],
)
def test_what_breaks_off_or_has_no_valid_row_is_refused(
    cast: Cast, reading: str, content: bytes
) -> None:
    with pytest.raises(ImportRefused):
        take_in(cast, content, valid_rows_only=True)

    assert not ActivityRecord.objects.exists()
    assert not ImportBatch.objects.exists()


def test_an_import_is_undone_and_its_file_may_come_again(cast: Cast, reading: str) -> None:
    content = as_csv(MIXED[0], MIXED[5])
    first = take_in(cast, content)
    assert first.batch_id is not None
    kept = cast.draft(external_id="other")
    ids = list(ActivityRecord.objects.filter(batch=first.batch_id).values_list("pk", flat=True))
    submission.submit_records(record_ids=ids, by=cast.contributor, at=NOON)

    assert undo_import(batch_id=first.batch_id, by=cast.contributor, at=NOON) == 2

    assert list(ActivityRecord.objects.values_list("pk", flat=True)) == [kept.pk]
    assert not EmissionRecord.objects.exists()
    batch = ImportBatch.objects.get(pk=first.batch_id)
    assert (batch.undone_by, batch.undone_at) == (cast.contributor, NOON)
    assert b"".join(kept_file(batch.pk)) == content
    assert undo_import(batch_id=first.batch_id, by=cast.contributor, at=NOON) == 0
    assert take_in(cast, content).accepted == 2
    with pytest.raises(ImportRefused, match="this very file"):
        take_in(cast, content)


def test_an_approved_record_keeps_its_import(cast: Cast) -> None:
    report = take_in(cast, as_csv(MIXED[0], MIXED[5]))
    assert report.batch_id is not None
    (first, _) = report.record_ids
    submission.submit_records(record_ids=[first], by=cast.contributor, at=NOON)
    submission.approve_records(record_ids=[first], by=cast.approver, at=NOON)

    with pytest.raises(ImportNotUndoable, match=f"1 records .* record {first} first"):
        undo_import(batch_id=report.batch_id, by=cast.analyst, at=NOON)
    assert ActivityRecord.objects.count() == 2


def test_who_brought_it_or_an_analyst_undoes_an_import(cast: Cast) -> None:
    report = take_in(cast, as_csv(MIXED[0]))
    assert report.batch_id is not None

    with pytest.raises(NotAllowed):
        undo_import(batch_id=report.batch_id, by=cast.outsider, at=NOON)
    assert undo_import(batch_id=report.batch_id, by=cast.analyst, at=NOON) == 1


def test_an_import_is_never_edited(cast: Cast) -> None:
    take_in(cast, as_csv(MIXED[0]))

    with pytest.raises(DatabaseError, match="never edited"), transaction.atomic():
        ImportBatch.objects.update(row_count=7)


def test_the_commands_take_in_valid_rows_and_undo_them(cast: Cast, tmp_path: Path) -> None:
    path, errors, out = tmp_path / "a.csv", tmp_path / "errors.csv", io.StringIO()
    path.write_bytes(as_csv(*MIXED))

    call_command(
        "import_activity", path, by="contributor", valid_rows_only=True, errors=errors, stdout=out
    )
    assert "3 rows were left out." in out.getvalue()
    assert "3 rows imported as drafts" in out.getvalue()
    assert len(errors.read_text().splitlines()) == 4
    number = out.getvalue().split("This is import ")[1].split(":")[0]
    with pytest.raises(CommandError, match="undo this import"):
        call_command("undo_import", number, by="outsider")
    call_command("undo_import", number, by="contributor", stdout=out)
    assert f"3 records of import {number} removed." in out.getvalue()
