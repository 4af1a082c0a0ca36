"""A workbook is taken in like a file of CSV: same records, same refusals, its own bytes kept."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from departments.inventory import activity_import
from departments.inventory.errors.imports import ImportRefused
from departments.inventory.evidence import kept_file
from departments.inventory.import_report import ImportReport
from departments.inventory.models.activity import ActivityRecord, ImportBatch
from departments.inventory.prepared_file import Reading
from departments.inventory.watched_folder import take_in_folder
from departments.organisation.models import Department
from tests.inventory.conftest import NOON, Cast
from tests.inventory.test_activity_import import as_csv
from tests.inventory.workbooks.written import GOOD, HEADER, workbook

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("factors")]

TOLD = (*HEADER, "place", "note")
ROW = (*GOOD, "GB", "")
FACTS = ("activity", "started_on", "ended_on", "quantity", "unit", "place", "external_id", "note")


def take_in(cast: Cast, content: bytes, **more: Any) -> ImportReport:
    return activity_import.import_file(
        file_name="january.xlsx",
        content=io.BytesIO(content),
        by=cast.contributor,
        at=NOON,
        departments=Department.objects.all(),
        **more,
    )


def changed(**facts: Any) -> tuple[Any, ...]:
    return tuple(facts.get(name, value) for name, value in zip(TOLD, ROW, strict=True))


def faults(book: Any, sheet: Any) -> None:
    sheet.write_formula("F3", "=1/0", None, "#DIV/0!")
    sheet.write_formula("I4", "=X1", None, "#REF!")
    sheet.merge_range("H5:H6", "GB")
    sheet.write("J7", "beyond")


FAULTY = workbook(
    TOLD,
    ROW,
    changed(external_id="b", unit="kwhh"),
    changed(external_id="c"),
    changed(external_id="d"),
    changed(external_id="e", place=None),
    changed(external_id="f"),
    changed(external_id="g", ended_on=datetime(2024, 1, 31, 23, 30)),
    change=faults,
)
FOUND = [
    (3, "quantity", "#DIV/0!"),
    (3, "unit", "kwhh"),
    (4, "note", "#REF!"),
    (6, "place", ""),
    (7, "", "beyond"),
    (8, "ended_on", "2024-01-31 23:30:00"),
]


def test_a_workbook_makes_the_records_that_its_csv_makes(cast: Cast) -> None:
    rows = [ROW, None, changed(external_id="b", quantity=1 / 3, note="two\nlines")]
    content = workbook(TOLD, *(row or () for row in rows))

    report = take_in(cast, content)
    of_workbook = list(ActivityRecord.objects.order_by("pk").values(*FACTS))

    assert [row.line for row in report.rows] == [2, 4]
    assert report.understood == (
        "Sheet “Data”.",
        "Rounded to the 15 digits and 10 decimals that a cell can show: F4.",
        "Line breaks read as blanks: in row 4.",
    )
    batch = ImportBatch.objects.get()
    assert batch.sha256 == sha256(content).hexdigest()
    assert b"".join(kept_file(batch.pk)) == content

    ActivityRecord.objects.all().delete()
    told = dict(zip(TOLD, ROW, strict=True)) | {"quantity": 412500}
    text = {name: str(value) for name, value in told.items()}
    second = text | {"external_id": "b", "quantity": "0.3333333333", "note": "two lines"}
    take_in(cast, as_csv(text, second))
    assert of_workbook == list(ActivityRecord.objects.order_by("pk").values(*FACTS))


def test_the_same_workbook_is_taken_in_once(cast: Cast) -> None:
    content = workbook(TOLD, ROW)
    take_in(cast, content)

    with pytest.raises(ImportRefused, match="imported this very file"):
        take_in(cast, content)


@pytest.mark.parametrize("is_streamed", [False, True])
def test_faults_of_cells_stand_among_all_others(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, is_streamed: bool
) -> None:
    if is_streamed:
        monkeypatch.setattr(activity_import, "MOST_HELD_BYTES", 0)

    with pytest.raises(ImportRefused) as refused:
        take_in(cast, FAULTY)

    problems = refused.value.problems
    assert [(each.line, each.column, each.value) for each in problems] == FOUND
    assert "C17" not in problems[0].hint
    assert "F3" in problems[0].hint
    assert "Write the day alone" in problems[-1].hint
    assert not ActivityRecord.objects.exists()

    report = take_in(cast, FAULTY, valid_rows_only=True)
    assert report.accepted == 2
    ids = ActivityRecord.objects.order_by("pk").values_list("external_id", flat=True)
    assert list(ids) == ["a", "d"]


def test_a_header_that_is_not_ours_is_refused_in_its_row(cast: Cast) -> None:
    with pytest.raises(ImportRefused) as refused:
        take_in(cast, workbook((), ("colour", *TOLD), ("green", *ROW)))
    (problem,) = refused.value.problems
    assert (problem.line, problem.column) == (2, "colour")
    with pytest.raises(ImportRefused, match="no rows"):
        take_in(cast, workbook(TOLD))
    with pytest.raises(ImportRefused, match="damaged"):
        take_in(cast, b"PK\x03\x04rest")


def test_more_faults_than_anybody_reads_are_refused_as_one(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("departments.inventory.spool.MOST_FAULTS", 2)

    with pytest.raises(ImportRefused, match="More than 2 cells"):
        take_in(cast, FAULTY)


def test_the_command_reads_the_sheet_that_it_is_told(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def change(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ("nothing", "of", "ours"))
        other = book.add_worksheet("February")
        day = book.add_format({"num_format": 14})
        for line, row in enumerate((TOLD, ROW)):
            for column, value in enumerate(row):
                is_day = isinstance(value, date)
                (other.write_datetime if is_day else other.write)(
                    line, column, value, *([day] if is_day else [])
                )

    path = tmp_path / "january.xlsx"
    path.write_bytes(workbook(change=change))
    by = {"by": cast.contributor.get_username()}

    with pytest.raises(CommandError, match="refused"):
        call_command("import_activity", str(path), **by, dry_run=True)
    capsys.readouterr()
    call_command("import_activity", str(path), **by, sheet="february", dry_run=True, json=True)
    answer = json.loads(capsys.readouterr().out)
    assert answer["accepted"] == 1
    assert answer["understood"] == ["Sheet “February”.", "Not read: “Data”."]
    call_command("import_activity", str(path), **by, sheet="February")
    assert "Read so: Sheet “February”" in capsys.readouterr().out
    assert ActivityRecord.objects.get().quantity == 412500


def test_errors_stand_beside_the_rows_of_the_sheet(cast: Cast, tmp_path: Path) -> None:
    path, errors = tmp_path / "january.xlsx", tmp_path / "errors.csv"
    path.write_bytes(FAULTY)

    with pytest.raises(CommandError):
        call_command(
            "import_activity",
            str(path),
            by=cast.contributor.get_username(),
            errors=errors,
        )

    rows = list(csv.DictReader(errors.open(encoding="utf-8", newline="")))
    assert [(int(row["line"]), row["column"], row["value"]) for row in rows] == FOUND
    assert [row["external_id"] for row in rows] == ["b", "b", "c", "e", "f", "g"]
    assert rows[0]["department"] == "CLOUD"


def test_a_workbook_of_the_watched_folder_is_taken_in(cast: Cast, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(workbook(TOLD, ROW))
    (tmp_path / "b.xlsx").write_bytes(FAULTY)
    (tmp_path / "~$a.xlsx").write_bytes(b"open in a spreadsheet program")

    found = take_in_folder(tmp_path, by=cast.contributor, at=timezone.now() + timedelta(days=1))

    assert [(each.name, each.is_done) for each in found] == [("a.xlsx", True), ("b.xlsx", False)]
    (errors,) = (tmp_path / "refused").glob("*.errors.csv")
    assert "#DIV/0!" in errors.read_text(encoding="utf-8")
    assert (tmp_path / "~$a.xlsx").exists()


def test_a_reading_without_a_sheet_is_the_first(cast: Cast) -> None:
    with pytest.raises(ImportRefused, match="no sheet “x”"):
        take_in(cast, workbook(TOLD, ROW), reading=Reading(sheet="x"))
