"""Files in their writers' own form become the records that the standard form makes."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from departments.inventory import activity_import
from departments.inventory.column_mapping.plan import ColumnPlan
from departments.inventory.column_mapping.saved import find_mapping, mappings_for, save_mapping
from departments.inventory.errors.imports import ImportRefused, MappingNotFound, MappingRefused
from departments.inventory.import_report import ImportReport
from departments.inventory.models.activity import ActivityRecord
from departments.inventory.models.mappings import ColumnMapping
from departments.inventory.prepared_file import Reading
from departments.organisation.errors import NotAllowed
from departments.organisation.models import Department, User
from tests.inventory.conftest import NOON, Cast
from tests.inventory.workbooks.written import workbook

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("factors")]

GERMAN = """Zählerstände der Verwaltung;;;;;
;;;;;
Kostenstelle;Von;Bis;Beleg;Verbrauch (MWh);Standort
CLOUD;01.01.2024;31.01.2024;a-1;1.412,5;GB
CLOUD;01.02.2024;29.02.2024;a-2;0,25;GB
"""
HEADER = ["Kostenstelle", "Von", "Bis", "Beleg", "Verbrauch (MWh)", "Standort"]
GRID = {"activity": "electricity/grid"}
PLAN = ColumnPlan(fixed=GRID, is_guessed=True)
IN_GB = PLAN.changed(fixed={"place": "GB"})


def take_in(cast: Cast, content: bytes, plan: ColumnPlan, **more: Any) -> ImportReport:
    return activity_import.import_file(
        file_name="zaehler.csv",
        content=io.BytesIO(content),
        by=cast.contributor,
        at=NOON,
        departments=Department.objects.all(),
        reading=Reading(plan=plan),
        **more,
    )


def facts() -> list[tuple[Any, ...]]:
    names = ("started_on", "ended_on", "external_id", "quantity", "unit", "place")
    return list(ActivityRecord.objects.order_by("pk").values_list(*names))


def table(*rows: str, header: str = "department,Month,quantity,unit") -> bytes:
    return "\n".join([header, *rows]).encode()


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
@pytest.mark.parametrize("is_streamed", [False, True])
def test_a_german_file_is_read_and_says_how(
    cast: Cast, encoding: str, is_streamed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if is_streamed:
        monkeypatch.setattr(activity_import, "MOST_HELD_BYTES", 0)

    report = take_in(cast, GERMAN.encode(encoding), PLAN)

    assert facts() == [
        (date(2024, 1, 1), date(2024, 1, 31), "a-1", Decimal("1412.5"), "MWh", "GB"),
        (date(2024, 2, 1), date(2024, 2, 29), "a-2", Decimal("0.25"), "MWh", "GB"),
    ]
    told = report.understood or ()
    assert told[1:] == (
        "Between the columns stand semicolons.",
        "The columns are named in line 3; what stands above is not read.",
        "Columns: “Kostenstelle” is department, “Von” is started_on, “Bis” is ended_on, “Beleg” is "
        "external_id, “Verbrauch (MWh)” is quantity, “Standort” is place.",
        "In every row: activity = electricity/grid, unit = MWh.",
        "Days: day first, as “31.01.2024” in line 4 shows: 2024-01-31.",
        "quantity: a decimal comma, as “1.412,5” in line 4 shows: 1412.5.",
    )


@pytest.mark.parametrize(
    ("rows", "column", "value", "reason"),
    [
        (["01/02/2024,1"], "ended_on", "01/02/2024", "It may be 2024-02-01 or 2024-01-02"),
        (["31/01/2024,1", "01/31/2024,1"], "ended_on", "31/01/2024", "in line 3 the month"),
        (['31/01/2024,"1,234"'], "quantity", "1,234", "It may be 1234 or 1.234"),
        (['31/01/2024,"1,5"', "31/01/2024,1.5"], "quantity", "1,5", "in line 3 a point"),
    ],
)
def test_what_can_be_read_in_two_ways_is_asked_for(
    cast: Cast, rows: list[str], column: str, value: str, reason: str
) -> None:
    content = table(*rows, header="Bis,Menge")
    plan = ColumnPlan(
        columns={"started_on": "Bis", "ended_on": "Bis", "quantity": "Menge"},
        fixed=GRID | {"department": "CLOUD", "unit": "kWh", "place": "GB"},
    )

    with pytest.raises(ImportRefused) as refused:
        take_in(cast, content, plan)

    (problem,) = refused.value.problems
    assert (problem.line, problem.value) == (2, value)
    assert problem.column in (column, "started_on")
    assert reason in problem.reason
    if "may be" in reason:
        told = plan.changed(day_order="mdy" if "2024" in value else "dmy", decimal_sign="comma")
        take_in(cast, content, told)
        assert ActivityRecord.objects.count() == 1


def test_a_month_is_all_of_its_days(cast: Cast) -> None:
    take_in(cast, table("CLOUD,2024-02,5,kWh", "CLOUD,03/2024,5,kWh"), IN_GB)

    assert [row[:2] for row in facts()] == [
        (date(2024, 2, 1), date(2024, 2, 29)),
        (date(2024, 3, 1), date(2024, 3, 31)),
    ]


def test_a_workbook_of_months_and_foreign_words(cast: Cast) -> None:
    content = workbook(
        ("부서", "사용월", "사용량", "단위", "비고"),
        ("CLOUD", date(2024, 2, 1), 1234.5, "킬로와트시", "계량기"),
        ("CLOUD", date(2024, 3, 1), "1.234", "킬로와트시", ""),
        ("CLOUD", date(2024, 4, 1), "2,5", "MWh", ""),
    )

    report = take_in(cast, content, IN_GB.changed(units={"킬로와트시": "kWh"}))

    assert [row[:2] + row[3:5] for row in facts()] == [
        (date(2024, 2, 1), date(2024, 2, 29), Decimal("1234.5"), "kWh"),
        (date(2024, 3, 1), date(2024, 3, 31), Decimal(1234), "kWh"),
        (date(2024, 4, 1), date(2024, 4, 30), Decimal("2.5"), "MWh"),
    ]
    told = report.understood or ()
    assert "Unit “킬로와트시” is read as kWh: 2 times." in told
    assert "A first day in a column of months is read as the whole month." in told


def test_faults_of_a_mapped_workbook_name_our_column_and_its_cell(cast: Cast) -> None:
    def change(book: Any, sheet: Any) -> None:
        sheet.write_formula("D3", "=1/0", None, "#DIV/0!")
        sheet.merge_range("C4:C5", 7.5)

    header = ("Dept", "Month", "Usage (kWh)", "Ref")
    row = ("CLOUD", "2024-02", 5, "")
    content = workbook((), header, row, row, row, change=change)

    with pytest.raises(ImportRefused) as refused:
        take_in(cast, content, IN_GB)

    assert [(each.line, each.column) for each in refused.value.problems] == [
        (3, "external_id"),
        (5, "quantity"),
    ]
    assert "D3" in refused.value.problems[0].hint


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "The file is empty"),
        (b"a,b\n", "is known to be this one"),
        (table('CLOUD,2024-02,5,"kWh'), "not CSV"),
        (b"PK\x03\x04rest", "damaged"),
        (table(), "no rows"),
        (b"a;\x81\x8d\n", "not UTF-8"),
    ],
)
def test_a_file_that_can_not_be_read_says_why(cast: Cast, content: bytes, why: str) -> None:
    with pytest.raises(ImportRefused, match=why):
        take_in(cast, content, PLAN)


# Saved mappings


def save(cast: Cast, name: str = "meters", plan: ColumnPlan = PLAN, **more: Any) -> Any:
    facts: dict[str, Any] = {"header": HEADER, "by": cast.contributor, "at": NOON} | more
    return save_mapping(name=name, plan=plan, **facts)


def test_a_mapping_has_versions_and_fits_its_header(cast: Cast) -> None:
    assert save(cast).version == 1
    assert save(cast).version == 1  # it says the same
    assert save(cast, plan=PLAN.changed(decimal_sign="comma")).version == 2

    found = find_mapping("meters")
    assert (found.version, found.saved_by, found.plan.decimal_sign) == (2, "contributor", "comma")
    assert found.plan.columns["quantity"] == "Verbrauch (MWh)"
    (fitting,) = mappings_for([name.upper() for name in reversed(HEADER)])
    assert fitting == found
    assert mappings_for(HEADER[:-1]) == []
    assert ColumnMapping.objects.count() == 2


def test_a_mapping_that_can_not_be_is_refused(cast: Cast) -> None:
    with pytest.raises(MappingRefused, match="needs a name"):
        save(cast, name=" ")
    with pytest.raises(MappingRefused, match="activity"):
        save(cast, plan=ColumnPlan(is_guessed=True))
    with pytest.raises(NotAllowed):
        save(cast, by=User.objects.create(username="nobody"))
    with pytest.raises(MappingNotFound, match="None is saved yet"):
        find_mapping("meters")
    save(cast)
    with pytest.raises(MappingNotFound, match="There are meters"):
        find_mapping("meter")


def test_the_command_maps_saves_and_remembers(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, second = tmp_path / "01.csv", tmp_path / "02.csv"
    path.write_bytes(GERMAN.replace("Verbrauch (MWh)", "Zahl").encode("cp1252"))
    second.write_bytes(GERMAN.replace("Verbrauch (MWh)", "Zahl").replace("a-", "b-").encode())
    by = {"by": cast.contributor.get_username()}

    with pytest.raises(CommandError, match="problem"):
        call_command("import_activity", str(path), **by)
    assert "--detect or --map" in capsys.readouterr().err
    call_command(
        "import_activity",
        str(path),
        **by,
        map=["Zahl=quantity"],
        unit=["Stück=item"],
        set=["activity=electricity/grid", "unit=MWh"],
        detect=True,
        save_mapping="meters",
    )
    captured = capsys.readouterr()
    assert "Read so: Encoding Windows-1252" in captured.out
    assert "Mapping meters, version 1." in captured.err

    with pytest.raises(CommandError, match="problem"):
        call_command("import_activity", str(second), **by)
    assert "add --mapping 'meters'" in capsys.readouterr().err
    assert ActivityRecord.objects.count() == 2
    call_command("import_activity", str(second), **by, mapping="meters", json=True)
    answer = json.loads(capsys.readouterr().out)
    assert answer["accepted"] == 2
    assert any("“Zahl” is quantity" in text for text in answer["understood"])
    assert [row[3] for row in facts()] == [Decimal("1412.5"), Decimal("0.25")] * 2


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"map": ["quantity"]}, "not of the form"),
        ({"mapping": "meters"}, "no mapping “meters”"),
        ({"mapping": "meters", "format": "slurm"}, "knows its columns"),
        ({"owners": Path("owners.csv")}, "--owners needs a --format"),
    ],
)
def test_the_command_refuses_what_makes_no_sense(
    cast: Cast, tmp_path: Path, options: dict[str, Any], why: str
) -> None:
    path = tmp_path / "01.csv"
    path.write_text(GERMAN)

    with pytest.raises(CommandError, match=why) as refused:
        call_command("import_activity", str(path), by=cast.contributor.get_username(), **options)

    assert refused.value.returncode == 2


def test_errors_stand_beside_our_columns_in_the_lines_of_the_file(
    cast: Cast, tmp_path: Path
) -> None:
    path, errors = tmp_path / "01.csv", tmp_path / "errors.csv"
    path.write_text(GERMAN.replace("0,25", "0,2,5"))

    with pytest.raises(CommandError):
        call_command(
            "import_activity",
            str(path),
            by=cast.contributor.get_username(),
            set=["activity=electricity/grid"],
            detect=True,
            errors=errors,
        )

    (row,) = csv.DictReader(errors.open(encoding="utf-8", newline=""))
    assert (row["line"], row["column"], row["value"]) == ("5", "quantity", "0,2,5")
    assert row["external_id"] == "a-2"
