"""The workbook and the Parquet file hold the rows of the CSV, cell by cell, with exact amounts."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pyarrow.parquet as pq
import pytest

from ledger.exports import xlsx
from ledger.exports.columns import NAMES
from ledger.exports.run import export_journal
from ledger.exports.xlsx import XlsxBook
from tests.ledger.books import Books
from tests.ledger.test_exports import NASTY, csv_rows, exported, settle_two_quarters

LONG = "1000000000.000001"  # 16 digits: more than a spreadsheet's number holds


@pytest.fixture
def settled(books: Books) -> Books:
    settle_two_quarters(books)
    books.emit("CLOUD", date(2023, 8, 1), LONG)
    books.settle("2023Q3")
    return books


def bytes_of(format_name: str) -> bytes:
    file = io.BytesIO()
    export_journal(format_name=format_name, into=file, by=None)
    return file.getvalue()


def workbook(content: bytes) -> dict[str, list[list[str | Decimal]]]:
    """Rows by sheet, as the format's XML has them: a number with the digits that stand there."""
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    sheets: dict[str, list[list[str | Decimal]]] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        named = ElementTree.fromstring(parts.read("xl/workbook.xml")).iter(f"{space}sheet")
        for number, sheet in enumerate(named, start=1):
            xml = ElementTree.fromstring(parts.read(f"xl/worksheets/sheet{number}.xml"))
            rows = sheets[sheet.attrib["name"]] = []
            for row in xml.iter(f"{space}row"):
                cells: list[str | Decimal] = []
                for cell in row.iter(f"{space}c"):
                    column = column_of(cell.attrib["r"])
                    cells += [""] * (column - len(cells))
                    value = cell.find(f"{space}v")
                    if value is None:
                        text = "".join(part.text or "" for part in cell.iter(f"{space}t"))
                        cells.append(text)
                    else:
                        assert cell.attrib.get("t", "n") == "n"
                        cells.append(Decimal(value.text or ""))
                rows.append(cells)
    return sheets


def column_of(reference: str) -> int:
    """`AB12` is 27."""
    letters = re.match("[A-Z]+", reference)
    assert letters is not None
    number = 0
    for letter in letters[0]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def plain(row: dict[str, str]) -> dict[str, str]:
    """The row of the CSV without the apostrophes that keep a spreadsheet from running it."""
    return {name: text.removeprefix("'") for name, text in row.items()}


def test_the_workbook_is_the_csv(settled: Books) -> None:
    ((sheet, (names, *rows)),) = workbook(bytes_of("xlsx")).items()
    assert sheet == "journal 1"
    assert names == NAMES
    rows = [row + [""] * (len(NAMES) - len(row)) for row in rows]
    expected = [plain(row) for row in csv_rows(exported(settled, "generic-csv")[0])]
    assert [
        {name: shown(name, value) for name, value in zip(NAMES, row, strict=True)} for row in rows
    ] == [{name: shown(name, text) for name, text in row.items()} for row in expected]
    amounts = [row[NAMES.index("debit")] for row in rows]
    assert {type(amount) for amount in amounts} == {Decimal, str}  # what is too long is text
    assert LONG in amounts
    assert NASTY in {row[NAMES.index("description")] for row in rows}


def shown(name: str, value: Any) -> str:
    """A cell of either file as one text."""
    if name in ("debit", "credit"):
        return f"{Decimal(value).normalize():f}"
    if name == "entry_date" and isinstance(value, Decimal):  # days since a day before 1900
        return (date(1899, 12, 30) + timedelta(days=int(value))).isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def test_a_workbook_tells_no_time_and_runs_nothing(settled: Books) -> None:
    with zipfile.ZipFile(io.BytesIO(bytes_of("xlsx"))) as parts:
        assert {part.date_time[0] for part in parts.infolist()} == {1980}
        core = parts.read("docProps/core.xml").decode()
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert core.count("2000-01-01T00:00:00Z") == 2  # made and changed
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet


def test_a_long_journal_takes_several_sheets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "LINES_A_SHEET", 3)
    file = io.BytesIO()
    book = XlsxBook(file, ["line_id", "debit"])
    for number in range(7):
        book.add([{"line_id": number, "debit": f"{number}.50"}])
    book.close()
    sheets = workbook(file.getvalue())
    assert list(sheets) == ["journal 1", "journal 2", "journal 3"]
    assert [row[0] for rows in sheets.values() for row in rows[1:]] == [0, 1, 2, 3, 4, 5, 6]
    assert {tuple(rows[0]) for rows in sheets.values()} == {("line_id", "debit")}


def test_parquet_is_the_csv_with_types(settled: Books) -> None:
    found = pq.read_table(io.BytesIO(bytes_of("parquet")))
    assert found.column_names == NAMES
    types = {name: str(found.schema.field(name).type) for name in NAMES}
    assert (types["debit"], types["credit"]) == ("decimal128(38, 6)", "decimal128(38, 6)")
    assert (types["entry_date"], types["entry_id"]) == ("date32[day]", "int64")
    rows = found.to_pylist()
    expected = [plain(row) for row in csv_rows(exported(settled, "generic-csv")[0])]
    assert len(rows) == len(expected)
    for row, text in zip(rows, expected, strict=True):
        assert (row["debit"], row["credit"]) == (Decimal(text["debit"]), Decimal(text["credit"]))
        assert row["entry_date"] == date.fromisoformat(text["entry_date"])
        assert row["recorded_at"] == datetime.fromisoformat(text["recorded_at"]).astimezone(UTC)
        others = [name for name in NAMES if name not in ("debit", "credit", "recorded_at")]
        assert {name: shown(name, "" if row[name] is None else row[name]) for name in others} == {
            name: shown(name, text[name]) for name in others
        }
    assert sum(row["debit"] - row["credit"] for row in rows) == 0
