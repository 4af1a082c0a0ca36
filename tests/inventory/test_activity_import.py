"""Files of activity data: all rows or none, and every problem at once."""

import csv
import io
import json
import re
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from departments.inventory import activity_file, activity_import
from departments.inventory.activity_import import ImportReport
from departments.inventory.errors.imports import ImportRefused
from departments.inventory.models.activity import ActivityRecord, ImportBatch
from departments.organisation.models import Department
from tests.inventory.conftest import FIXTURES, NOON, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("factors")]

HEADER = ["department", "activity", "started_on", "ended_on", "external_id", "quantity", "unit"]
GOOD = {
    "department": "CLOUD",
    "activity": "electricity/grid",
    "started_on": "2024-01-01",
    "ended_on": "2024-01-31",
    "external_id": "",
    "quantity": "1000",
    "unit": "kWh",
    "place": "GB",
}
T5_11B = {
    "department": "CLOUD",
    "activity": "compute/training",
    "started_on": "2019-10-01",
    "ended_on": "2019-10-20",
    "external_id": "t5-11b",
    "quantity": "245760",
    "unit": "accelerator-hours",
    "accelerator_hours": "245760",
    "average_power_w": "310",
    "pue": "1.12",
    "grid_kgco2e_per_kwh": "0.545",
    "hardware": "TPU v3",
    "citation": "Patterson et al. 2021, Table 4",
}


def as_csv(*rows: dict[str, str], columns: list[str] | None = None) -> bytes:
    names = columns or list(dict.fromkeys(name for row in rows for name in row))
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, names, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode()


def take_in(cast: Cast, content: bytes, **more: Any) -> ImportReport:
    offered: dict[str, Any] = {
        "file_name": "january.csv",
        "by": cast.contributor,
        "at": NOON,
        "departments": Department.objects.all(),
    }
    return activity_import.import_file(content=content, **offered | more)


def problems_of(cast: Cast, content: bytes) -> list[tuple[int, str, str]]:
    """Line, column and reason of every problem; and nothing may have been stored."""
    with pytest.raises(ImportRefused) as refused:
        take_in(cast, content)
    assert not ActivityRecord.objects.exists()
    assert not ImportBatch.objects.exists()
    assert all(problem.hint for problem in refused.value.problems)
    return [(p.line, p.column, p.reason) for p in refused.value.problems]


def test_a_file_is_taken_in_whole_and_a_second_time_refused(cast: Cast):
    content = as_csv(GOOD | {"external_id": "a"}, GOOD | {"external_id": "b", "note": "=1+1"})

    report = take_in(cast, content)

    assert (report.accepted, report.rejected, len(report.record_ids)) == (2, 0, 2)
    first, second = ActivityRecord.objects.order_by("pk")
    assert (first.state, first.created_by, first.batch_id) == (
        "draft",
        cast.contributor,
        report.batch_id,
    )
    assert second.note == "=1+1"
    assert activity_import.is_imported(content)
    with pytest.raises(ImportRefused, match="contributor imported this very file on 2025-03-01"):
        take_in(cast, content)
    assert ActivityRecord.objects.count() == 2


def test_every_fault_of_a_file_is_named_with_its_line_and_column(cast: Cast):
    faults = [
        {"department": "OFFICES"},
        {"department": "NOWHERE"},
        {"activity": "electricity/gird"},
        {"quantity": "1.234,5"},
        {"quantity": "12\u202f000"},
        {"quantity": "1,234.5"},
        {"quantity": "-5"},
        {"quantity": "NaN"},
        {"quantity": "9" * 40},
        {"quantity": "1e3"},
        {"quantity": ""},
        {"unit": "kg"},
        {"unit": "furlong"},
        {"started_on": "01/02/2024"},
        {"ended_on": "2024-02-30"},
        {"ended_on": "2023-12-31"},
        {"place": "GB", "ended_on": "2015-12-31", "started_on": "2015-01-01"},
        {"external_id": "a"},
        {"external_id": "a"},
        {"external_id": "a\x00"},
        {"note": "x" * 501},
        {"pue": "high"},
        {"estimated": "perhaps"},
        {"quantity": "٣"},
        {"quantity": "=A1"},
    ]
    content = as_csv(*(GOOD | fault for fault in faults))

    found = problems_of(cast, content)

    assert [(line, column) for line, column, _ in found] == [
        (2, "department"),
        (3, "department"),
        (4, "activity"),
        *((line, "quantity") for line in range(5, 13)),
        (13, "unit"),
        (14, "unit"),
        (15, "started_on"),
        (16, "ended_on"),
        (17, "ended_on"),
        (18, "ended_on"),
        (20, "external_id"),
        (21, "external_id"),
        (22, "note"),
        (23, "pue"),
        (24, "estimated"),
        (25, "quantity"),
        (26, "quantity"),
    ]
    reasons = {line: reason for line, _, reason in found}
    assert reasons[2] == reasons[3]  # not yours and not there look alike


def test_one_row_with_many_faults_names_them_all(cast: Cast):
    wrong = {
        "department": "X",
        "activity": "electricity/gird",
        "started_on": "soon",
        "ended_on": "later",
        "quantity": "1,5",
    }
    half_wrong = {"quantity": "1,5", "unit": "kg", "note": "x" * 501}

    found = problems_of(cast, as_csv(GOOD | wrong, GOOD | half_wrong))

    assert [(line, column) for line, column, _ in found] == [
        *((2, column) for column in ("department", "activity", "started_on", "ended_on")),
        (2, "quantity"),
        (3, "quantity"),
        (3, "unit"),
        (3, "note"),
    ]


@pytest.mark.django_db(transaction=True)
def test_of_two_imports_of_the_same_file_one_is_taken_in(cast: Cast):
    content = as_csv(*(GOOD | {"external_id": str(number)} for number in range(200)))
    departments = list(Department.objects.all())

    def compete(_: int) -> str:
        try:
            take_in(cast, content, departments=departments)
            return "imported"
        except ImportRefused:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(compete, range(4)))

    assert outcomes == ["imported", "refused", "refused", "refused"]
    assert (ActivityRecord.objects.count(), ImportBatch.objects.count()) == (200, 1)


def test_hints_say_what_to_write(cast: Cast):
    rows = [
        GOOD | {"quantity": "1.234,5"},
        GOOD | {"quantity": "12\u202f000"},
        GOOD | {"started_on": "01/02/2024"},
        GOOD | {"activity": "electricity/gird"},
    ]
    report = take_in(cast, as_csv(*rows), dry_run=True)

    hints = [problem.hint for problem in report.problems]
    assert hints[0] == "Write 1234.5."
    assert hints[1] == "Write 12000."
    assert hints[2] == "It can be read in two ways: write 2024-01-02 or 2024-02-01."
    assert hints[3].startswith("Did you mean electricity/grid")


def test_an_id_that_is_recorded_already_is_refused(cast: Cast):
    cast.draft(external_id="a")

    with pytest.raises(ImportRefused, match="has this id already"):
        take_in(cast, as_csv(GOOD | {"external_id": "a"}))
    assert ActivityRecord.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"  \n \n", "empty"),
        (b"\xef\xbb\xbf", "rows|missing|empty|no name"),
        (as_csv(columns=HEADER), "no rows"),
        (b"PK\x03\x04rest of a workbook", "workbook is damaged"),
        ("department,note\nCLOUD,Zürich".encode("latin-1"), "not UTF-8"),
        (as_csv(GOOD).decode().encode("utf-16-le"), "byte order mark"),
        (as_csv(GOOD).decode().encode("utf-32"), "UTF-32"),
        (as_csv(GOOD).decode().encode("utf-16")[:-1], "breaks off"),
        (as_csv(GOOD).replace(b",", b";"), "separated by"),
        (as_csv(GOOD | {"colour": "green"}), "Unknown column"),
        (b"activity,quantity\nelectricity/grid,1", "column is missing"),
        (b"department,department\nCLOUD,CLOUD", "stands 2 times"),
        (as_csv(GOOD) + b'CLOUD,"electricity', "not CSV"),
        (as_csv(GOOD) + b"CLOUD,electricity/grid,1,2,3,4,5,6,7,8", "The row has"),
        (b"x" * (activity_file.MOST_BYTES + 1), "bytes"),
    ],
)
def test_a_file_that_can_not_be_read_says_why(cast: Cast, content: bytes, reason: str):
    found = problems_of(cast, content)

    assert any(re.search(reason, said) for _, _, said in found), found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_usual_encodings_are_read(cast: Cast, encoding: str):
    content = as_csv(GOOD | {"note": "Zürich · 서울"}).decode().encode(encoding)

    take_in(cast, content)

    assert ActivityRecord.objects.get().note == "Zürich · 서울"


def test_too_many_rows_are_refused(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(activity_file, "MOST_ROWS", 2)

    assert problems_of(cast, as_csv(GOOD, GOOD, GOOD))[0][2] == "It has more than 2 rows."


def test_a_dry_run_answers_every_row_and_keeps_nothing(cast: Cast):
    report = take_in(cast, as_csv(T5_11B, GOOD, GOOD | {"unit": "kg"}), dry_run=True)

    content = json.loads(json.dumps(activity_import.report_content(report)))
    assert (content["accepted"], content["rejected"]) == (2, 1)
    training, electricity, refused = content["rows"]
    assert training["emissions_kgco2e"] == "46503.690240"
    assert training["emissions_location_kgco2e"] == training["emissions_market_kgco2e"]
    assert training["external_id"] == "t5-11b"
    assert training["trace"]["steps"][0]["value"] == "85327.872"
    assert electricity["emissions_kgco2e"] == "207.050000"
    assert (refused["line"], refused["emissions_kgco2e"]) == (4, None)
    assert refused["errors"][0].keys() == {"column", "value", "reason", "hint"}
    assert not ActivityRecord.objects.exists()


def test_a_workload_may_leave_the_quantity_to_its_inputs(cast: Cast):
    row = {name: text for name, text in T5_11B.items() if name not in ("quantity", "unit")}
    report = take_in(cast, as_csv(row | {"quantity": "", "unit": ""}))

    assert report.rows[0].emissions is not None
    assert report.rows[0].emissions.market_kgco2e == Decimal("46503.69024")
    assert ActivityRecord.objects.get().unit == "h"


def test_an_import_that_breaks_off_leaves_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    def break_off(*args: Any, **options: Any) -> None:
        raise DatabaseError("connection lost")

    monkeypatch.setattr(ActivityRecord.objects, "bulk_create", break_off)
    with pytest.raises(DatabaseError):
        take_in(cast, as_csv(GOOD))

    assert not ImportBatch.objects.exists()


def test_the_files_of_the_demo_are_read(cast: Cast):
    for name in ("activity_fy24.csv", "removals.csv"):
        content = (FIXTURES / "demo" / name).read_text()
        content = content.replace("SITES-EMEA", "CLOUD").replace("REMOVALS,", "CLOUD,")
        take_in(cast, content.encode())

    assert ActivityRecord.objects.count() > 6


def test_thousands_of_rows_take_few_statements(cast: Cast, django_assert_max_num_queries):
    rows = [GOOD | {"external_id": str(number)} for number in range(3000)]
    with django_assert_max_num_queries(25):
        take_in(cast, as_csv(*rows))

    assert ActivityRecord.objects.count() == 3000


def test_the_command_imports_dry_runs_and_refuses(cast: Cast, tmp_path: Path):
    path = tmp_path / "january.csv"
    path.write_bytes(as_csv(T5_11B))
    out = io.StringIO()

    call_command(
        "import_activity", str(path), by="contributor", dry_run=True, json=True, stdout=out
    )
    assert json.loads(out.getvalue())["rows"][0]["emissions_kgco2e"] == "46503.690240"
    assert not ActivityRecord.objects.exists()

    call_command("import_activity", str(path), by="contributor", stdout=io.StringIO())
    assert ActivityRecord.objects.count() == 1
    with pytest.raises(CommandError, match="this very file") as refused:
        call_command("import_activity", str(path), by="contributor")
    assert refused.value.returncode == 1
    with pytest.raises(CommandError) as misused:
        call_command("import_activity", str(path), by="nobody")
    assert misused.value.returncode == 2


def test_the_command_loads_a_set(tmp_path: Path):
    out = io.StringIO()
    folder = FIXTURES / "emission_factors" / "epa_hub_2025"
    call_command("load_factors", str(folder), stdout=out)
    call_command("load_factors", str(folder), stdout=out)

    assert "613 rows loaded" in out.getvalue()
    assert "unchanged (613 rows)" in out.getvalue()
    with pytest.raises(CommandError, match=r"set\.toml") as refused:
        call_command("load_factors", str(tmp_path / "nowhere"), stdout=out)
    assert refused.value.returncode == 1
