"""Workbooks: which sheet is read, which cells are refused, and which files."""

from __future__ import annotations

import io
import struct
import zipfile
from datetime import datetime, time
from typing import Any

import pytest
import xlsxwriter

from departments.inventory.workbooks import package
from departments.inventory.workbooks.refusal import TableRefused
from departments.inventory.workbooks.sheet_rows import SheetRow, column_name, place_of
from departments.inventory.workbooks.workbook import Workbook
from tests.inventory.workbooks.written import SHEET, by_hand, workbook


def opened(content: bytes) -> Workbook:
    return Workbook(io.BytesIO(content))


def rows_of(content: bytes, sheet: str = "") -> list[SheetRow]:
    book = opened(content)
    return list(book.rows(book.sheet(sheet)))


def test_cells_are_read_as_they_stand() -> None:
    def change(book: Any, sheet: Any) -> None:
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.write_datetime("A3", datetime(2024, 1, 31, 23, 30), moment)
        sheet.write_boolean("B3", True)
        sheet.write_formula("C3", "=1+1", None, 2)
        sheet.write_formula("D3", '="a"&"b"', None, "ab")
        sheet.write_string("E3", "00123")
        sheet.write_rich_string("F3", "kg ", book.add_format({"bold": True}), "CO2e")
        sheet.write_number("G3", 0.125, book.add_format({"num_format": "0.0%"}))

    rows = rows_of(workbook(("a", 412500.0, 0.1 + 0.2), change=change))

    assert [(row.line, row.cells) for row in rows] == [
        (1, ["a", "412500", "0.3"]),
        (3, ["2024-01-31 23:30:00", "true", "2", "ab", "00123", "kg CO2e", "0.125"]),
    ]
    assert not any(row.faults for row in rows)


def test_cells_that_say_nothing_are_refused_by_their_name() -> None:
    def change(book: Any, sheet: Any) -> None:
        sheet.write_formula("C17", "=A1/0", None, "#DIV/0!")
        sheet.write_datetime("D17", time(13, 30), book.add_format({"num_format": "hh:mm"}))
        sheet.write_number("E17", 12345678901234567890)

    (_, row) = rows_of(workbook(("a",), change=change))

    assert row.cells[2:] == ["#DIV/0!", "0.5625", "12345678901234570000"]
    assert {at: fault.reason for at, fault in row.faults.items()} == {
        2: "The cell holds an error.",
        3: "The cell shows a time, not a number or a day.",
        4: "A spreadsheet keeps 15 digits of a number and loses the others.",
    }
    assert all(f"{column_name(at)}17" in fault.hint for at, fault in row.faults.items())


def test_a_formula_without_its_result_is_refused() -> None:
    (row,) = rows_of(by_hand('<row r="2"><c r="B2"><f>A1*2</f></c></row>'))

    assert row.faults[1].reason == "The result of this formula was not saved."


def test_rows_and_cells_without_a_place_follow_each_other() -> None:
    rows = rows_of(
        by_hand(
            '<row><c t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r><rPh><t>x</t></rPh></is></c>'
            '<c><v>1</v></c></row><row r="9"/><row><c r="C10"><v>2</v></c><c t="d">'
            "<v>2024-01-31</v></c></row>"
        )
    )

    assert [(row.line, row.cells) for row in rows] == [
        (1, ["ab", "1"]),
        (9, []),
        (10, ["", "", "2", "2024-01-31"]),
    ]


def test_the_first_sheet_that_is_shown_and_not_empty_is_read() -> None:
    def change(book: Any, sheet: Any) -> None:
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=More!$A$1:$A$1"})
        book.add_worksheet("Empty")
        book.add_worksheet("More").write(0, 0, "more")
        sheet.hide()
        book.get_worksheet_by_name("More").activate()
        book.add_chartsheet("Chart").set_chart(chart)

    content = workbook(("hidden",), change=change)

    assert [(s.name, s.is_hidden) for s in opened(content).sheets] == [
        ("Data", True),
        ("Empty", False),
        ("More", False),
    ]
    assert rows_of(content)[0].cells == ["more"]
    assert rows_of(content, "data")[0].cells == ["hidden"]
    with pytest.raises(TableRefused, match=r"no sheet “Jan”.*“Data”, “Empty”, “More”"):
        rows_of(content, "Jan")
    with pytest.raises(TableRefused, match="No sheet that is shown holds anything"):
        rows_of(workbook())


def test_days_of_workbooks_that_count_from_1904() -> None:
    def change(book: Any, sheet: Any) -> None:
        sheet.write_datetime("A1", datetime(2024, 1, 31), book.add_format({"num_format": 14}))

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"date_1904": True}) as book:
        change(book, book.add_worksheet())

    assert rows_of(buffer.getvalue())[0].cells == ["2024-01-31"]


def test_what_is_hidden_merged_or_rounded_is_remarked() -> None:
    def change(book: Any, sheet: Any) -> None:
        sheet.set_row(1, None, None, {"hidden": True})
        sheet.merge_range("A4:A6", "x")

    book = opened(workbook(("a",), (1 / 3,), (2 / 3,), change=change))
    list(book.rows(book.sheet()))

    assert book.remarks.rounded == 2
    assert book.remarks.first_rounded == "A2"
    assert (book.remarks.hidden_rows, book.remarks.first_hidden) == (1, 2)
    assert book.remarks.merged == ["A4:A6"]


def _with_size(content: bytes, size: int) -> bytes:
    """The same archive, whose last part claims another size unpacked."""
    at = content.rindex(b"PK\x01\x02") + 24
    return content[:at] + struct.pack("<I", size) + content[at + 4 :]


def _with_flag(content: bytes) -> bytes:
    at = content.rindex(b"PK\x01\x02") + 8
    return content[:at] + b"\x01\x00" + content[at + 2 :]


def _zip(**parts: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return buffer.getvalue()


ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
CELL = '<row r="1"><c r="A1"{}><v>{}</v></c></row>'


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"PK\x03\x04rest", "no zip archive any more"),
        (workbook(("a",))[:-200], "no zip archive any more"),
        (by_hand(sheet="<worksheet><sheetData><row"), "can't be read"),
        (by_hand(sheet=ENTITIES + SHEET.format("")), "document type"),
        (by_hand(CELL.format(' t="s"', "7")), "a text that is not there"),
        (by_hand(CELL.format(' t="s"', "-1")), "a text that is not there"),
        (by_hand('<row r="2"/><row r="2"/>'), "row 2 follows row 2"),
        (by_hand('<row r="1048577"/>'), "row 1048577"),
        (by_hand('<row r="1"><c r="B1"/><c r="A1"/></row>'), "A1 stands twice"),
        (by_hand('<row r="1"><c r="A-1"/></row>'), "a cell 'A-1'"),
        (by_hand(CELL.format(' t="str"', "x" * 40_000)), "more than 32,767"),
        (by_hand('<row r="1"><c r="XFD1"><v>1</v></c></row>'), "XFD1 is filled; 256 columns"),
        (_with_size(workbook(("a",)), 2**31), "unpacked; at most 268,435,456"),
        (_with_flag(workbook(("a",))), "encrypted"),
        (_zip(mimetype="application/vnd.oasis.opendocument.spreadsheet"), "OpenDocument"),
        (_zip(readme="a"), "no workbook in the form .xlsx"),
        (package.COMPOUND + b"rest", "old spreadsheet program"),
        (package.COMPOUND + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
    ],
)
def test_a_file_that_can_not_be_read_says_why(content: bytes, why: str) -> None:
    with pytest.raises(TableRefused) as refused:
        rows_of(content)

    assert why in refused.value.reason
    assert refused.value.hint


def test_a_part_larger_than_it_claims_is_not_unpacked() -> None:
    """The archive's directory is what the size was checked by; a reader that trusted the stream
    would unpack what it likes."""
    sheet = SHEET.format(CELL.format(' t="str"', "x") + " " * 5_000_000)
    content = _with_size(by_hand(sheet=sheet), 1000)

    with pytest.raises(TableRefused, match="can't be read"):
        rows_of(content)


def test_a_cell_at_the_end_of_a_sheet_costs_nothing() -> None:
    content = by_hand(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c><v>2</v></c></row>'
    )

    assert [row.line for row in rows_of(content)] == [1, 1_048_576]


def test_too_many_bytes_and_parts_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "MOST_PARTS", 3)
    with pytest.raises(TableRefused, match="4 parts"):
        opened(by_hand())
    monkeypatch.setattr(package, "MOST_BYTES", 10)
    with pytest.raises(TableRefused, match="at most 10 are read"):
        opened(by_hand())


@pytest.mark.parametrize(("number", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (16383, "XFD")])
def test_columns_have_letters(number: int, name: str) -> None:
    assert column_name(number) == name
    assert place_of(f"{name}7") == (number, 7)
