"""A file with every fault of real files in one pass: each is caught or flagged, nothing is lost."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from config.bench.generator.faults import REFUSED, SUSPICIOUS
from config.bench.generator.files import generate
from departments.inventory import activity_import
from departments.inventory.activity_import import ImportReport
from departments.inventory.errors.imports import ImportRefused
from departments.inventory.models.activity import ActivityRecord
from departments.organisation.models import Department, Membership, User
from tests.config.test_generator import NOW, load_factors, table

MONTHS = [f"2023-0{number}" for number in range(1, 7)]
# How a doubt must be named, by the fault; the others are no faults of figures and stay as they are.
FLAGGED = {
    "unit slip × 1000": {"high"},
    "unit slip kg and tonnes": {"high"},
    "trailing footnote digit": {"high", "digit"},
    "meter rollover": {"counter"},
    "overlapping billing period": {"overlapping"},
    "duplicate invoice": {"repeated"},
    "instrument of another market": {"vintage"},
}
KEPT_AS_THEY_ARE = {
    "formula in the note",
    "name of 200 characters",
    "right-to-left and combining characters",
    "last moment of a month in another time zone",
}


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half a year of the small company."""
    folder = tmp_path_factory.mktemp("half_a_year")
    generate(size="S", seed=7, out=folder, months=len(MONTHS))
    return folder


@pytest.fixture
def analyst(db: None, company: Path) -> User:
    """Who brings the file; the departments of it are there, and the factors."""
    for row in table(company / "departments.csv"):
        Department.objects.create(code=row["code"], name=row["name"], is_illustrative=True)
    load_factors()
    person = User.objects.create(username="analyst")
    Membership.objects.create(user=person, role="sustainability_analyst")
    return person


def rows_of(company: Path, folder: str) -> list[dict[str, str]]:
    paths = sorted((company / folder).glob("2023-*.csv"))
    return [row for path in paths for row in table(path)]


def write_csv(rows: list[dict[str, str]], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def write_workbook(rows: list[dict[str, str]], path: Path) -> None:
    """As a person keeps it: days as days, figures as figures, and what is neither as text."""
    with xlsxwriter.Workbook(path) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet("Data")
        sheet.write_row(0, 0, rows[0].keys())
        for line, row in enumerate(rows, start=1):
            for column, (name, text) in enumerate(row.items()):
                if name in ("started_on", "ended_on"):
                    sheet.write_datetime(line, column, datetime.fromisoformat(text), day)
                elif name == "quantity" and FIGURE.fullmatch(text):
                    sheet.write_number(line, column, float(text))
                else:
                    sheet.write_string(line, column, text)


FIGURE = re.compile(r"-?\d+(\.\d+)?")
WRITERS = {"csv": write_csv, "xlsx": write_workbook}


def take_in(rows: list[dict[str, str]], by: User, *, dry_run: bool, path: Path) -> ImportReport:
    WRITERS[path.suffix[1:]](rows, path)
    return activity_import.import_file(
        file_name=path.name,
        content=path.read_bytes(),
        by=by,
        at=NOW,
        departments=Department.objects.all(),
        dry_run=dry_run,
    )


@pytest.mark.parametrize("form", WRITERS)
def test_every_fault_is_caught_or_flagged_in_one_pass(
    company: Path, analyst: User, tmp_path: Path, form: str
) -> None:
    fault_of = {
        row["external_id"]: row["fault"] for row in table(company / "answer_key" / "faults.csv")
    }
    suspicious = rows_of(company, "suspicious")
    in_their_days = {(r["department"], r["activity"], r["ended_on"]) for r in suspicious}
    sound = [
        row
        for row in rows_of(company, "activity") + rows_of(company, "late")
        if not row["activity"].startswith("compute/")
        or (row["department"], row["activity"], row["ended_on"]) in in_their_days
    ]
    rows = sound + rows_of(company, "refused") + suspicious

    report = take_in(rows, analyst, dry_run=True, path=tmp_path / f"all.{form}")

    refused, flagged = set[str](), defaultdict[str, set[str]](set)
    for row in report.rows:
        if row.problems:
            refused.add(row.external_id)
        for doubt in row.warnings:
            flagged[row.external_id].add(doubt.kind)
    assert FLAGGED.keys() | KEPT_AS_THEY_ARE == {fault.name for fault in SUSPICIOUS}
    assert refused == {
        key for key, name in fault_of.items() if name in {fault.name for fault in REFUSED}
    }
    missed = [
        (key, name)
        for key, name in fault_of.items()
        if name in FLAGGED and not flagged[key] & FLAGGED[name]
    ]
    assert missed == []
    assert len(report.rows) == len(rows)
    few = sum(1 for row in sound if flagged[row["external_id"]])
    assert few < len(sound) / 100, "sound rows that are flagged tire whoever reads the warnings"


def test_sound_and_flagged_rows_are_in_and_say_why(
    company: Path, analyst: User, tmp_path: Path
) -> None:
    rows = [
        row
        for row in rows_of(company, "activity")[:2500] + rows_of(company, "suspicious")
        if not row["activity"].startswith("compute/")
    ]

    report = take_in(rows, analyst, dry_run=False, path=tmp_path / "all.csv")

    kept = {record.external_id: record for record in ActivityRecord.objects.all()}
    assert kept.keys() == {row["external_id"] for row in rows}
    assert all(kept[row["external_id"]].quantity == Decimal(row["quantity"]) for row in rows)
    shown = {row.external_id: [doubt.content() for doubt in row.warnings] for row in report.flagged}
    assert {key: record.doubts for key, record in kept.items() if record.doubts} == shown


def test_one_refused_row_keeps_out_the_whole_file(
    company: Path, analyst: User, tmp_path: Path
) -> None:
    rows = rows_of(company, "suspicious") + rows_of(company, "refused")

    with pytest.raises(ImportRefused):
        take_in(rows, analyst, dry_run=False, path=tmp_path / "all.csv")

    assert not ActivityRecord.objects.exists()
