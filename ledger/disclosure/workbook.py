"""Calculates. A disclosure as a workbook: a sheet a table, and how each cell was computed.

A figure of up to 15 digits is a number, which a spreadsheet holds exactly; words never run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import IO, Any

import xlsxwriter

from ledger.disclosure.answers import Answer
from ledger.disclosure.content import plain
from ledger.disclosure.tables import Disclosure, FilledTable, is_computed
from ledger.exports.xlsx import EPOCH, EXACT_DIGITS

WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_NAME = 31  # of a sheet
WIDE, NARROW = 60, 22
Value = Decimal | str | int | None


class _Book:
    """A workbook whose cells are numbers or words, never formulas or links."""

    def __init__(self, into: IO[bytes]) -> None:
        self._book = xlsxwriter.Workbook(
            into,
            {
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_numbers": False,
                "strings_to_urls": False,
            },
        )
        self._book.set_properties({"title": "Carbon Fee Ledger", "created": EPOCH})
        self._bold = self._book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self._words = self._book.add_format({"text_wrap": True, "valign": "top"})
        self._numbers: dict[int, Any] = {}
        self._names: set[str] = set()

    def sheet(
        self,
        name: str,
        heads: Sequence[Sequence[Value]],
        rows: Iterable[Sequence[Value]],
        widths: Sequence[int],
    ) -> None:
        """A sheet with its head rows in bold and kept in sight."""
        sheet = self._book.add_worksheet(self._free(name))
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(len(heads), 1)
        for number, row in enumerate([*heads, *rows]):
            for column, value in enumerate(row):
                self._write(sheet, number, column, value, is_head=number < len(heads))

    def close(self) -> None:
        self._book.close()

    def _write(self, sheet: Any, row: int, column: int, value: Value, *, is_head: bool) -> None:
        if value is None or value == "":
            return
        words = self._bold if is_head else self._words
        if isinstance(value, str):
            sheet.write_string(row, column, value, words)
            return
        text = plain(Decimal(value)) or ""
        if len(Decimal(text).as_tuple().digits) > EXACT_DIGITS:
            sheet.write_string(row, column, text, words)
            return
        places = len(text.partition(".")[2])
        sheet.write_number(row, column, float(text), self._number(places))

    def _number(self, places: int) -> Any:
        if places not in self._numbers:
            form = "#,##0" + ("." + "0" * places if places else "")
            self._numbers[places] = self._book.add_format({"num_format": form, "valign": "top"})
        return self._numbers[places]

    def _free(self, name: str) -> str:
        """A name that a spreadsheet takes and that no other sheet has."""
        kept = "".join("-" if sign in "[]:*?/\\'" else sign for sign in name)[:LONGEST_NAME]
        while kept.casefold() in self._names:
            kept = f"{kept[: LONGEST_NAME - 1]}+"
        self._names.add(kept.casefold())
        return kept


def write_workbook(found: Disclosure, into: IO[bytes]) -> None:
    """Every table, the inventory views, the arithmetic and the lines behind it, and the notes."""
    book = _Book(into)
    for table in found.tables:
        if table.table.layout == "form":
            _form(book, table)
        else:
            _table(book, table)
    _views(book, found)
    _arithmetic(book, found)
    _sources(book, found)
    about = [[found.map.title], [found.map.source], *([note] for note in found.notes)]
    book.sheet("Notes", [["What to know about these figures"]], about, [120])
    book.close()


def _table(book: _Book, filled: FilledTable) -> None:
    columns = filled.table.columns
    units = [
        next((row.cells[i].answer.unit for row in filled.rows if row.cells[i].answer.unit), "")
        for i in range(len(columns))
    ]
    heads: list[list[Value]] = [
        ["", *(column.label for column in columns)],
        ["Datapoint", *(_numbered(filled, i) for i in range(len(columns)))],
        ["Unit", *units],
    ]
    rows = [[row.label, *(_value(cell.answer) for cell in row.cells)] for row in filled.rows]
    book.sheet(filled.table.code, heads, rows, [WIDE // 2, *[NARROW] * len(columns)])


def _form(book: _Book, filled: FilledTable) -> None:
    """A line for each datapoint and a column for each row: answers may be long."""
    heads: list[list[Value]] = [
        ["", "Datapoint", "Unit", *(row.label for row in filled.rows)],
    ]
    rows: list[list[Value]] = []
    for i, column in enumerate(filled.table.columns):
        answers = [row.cells[i].answer for row in filled.rows]
        unit = next((answer.unit for answer in answers if answer.unit), "")
        values = [_value(answer) for answer in answers]
        rows.append([column.label, _numbered(filled, i), unit, *values])
    widths = [WIDE // 2, NARROW, NARROW, *[WIDE] * len(filled.rows)]
    book.sheet(filled.table.code, heads, rows, widths)


def _numbered(filled: FilledTable, i: int) -> str:
    """The datapoint and where it stands; by scope, all of them."""
    column = filled.table.columns[i]
    ids = [column.datapoint, *(column.datapoint_of or {}).values()]
    return ", ".join(part for part in [*ids, column.reference] if part)


def _views(book: _Book, found: Disclosure) -> None:
    heads: list[list[Value]] = [["tCO2e"], [""]]
    for view in found.views:
        heads[0] += [view.name, "", ""]
        heads[1] += ["settled", "stated beside", "together"]
    rows: list[list[Value]] = []
    for row in found.view_rows:
        line: list[Value] = [row.label]
        for cell in row.cells:
            stated = cell.stated_tonnes if cell.stated else None
            line += [_value(cell.settled), stated, cell.tonnes]
        rows.append(line)
    rows += [[f"{view.name}: {view.note}"] for view in found.views if view.note]
    for each in {one for row in found.view_rows for cell in row.cells for one in cell.stated}:
        rows.append([f"Stated {plain(each.tonnes)} t, {each.place}, {each.period}: {each.source}"])
    book.sheet("Inventory views", heads, rows, [WIDE // 2, *[NARROW] * 3 * len(found.views)])


def _arithmetic(book: _Book, found: Disclosure) -> None:
    heads: list[list[Value]] = [
        [
            *("Table", "Row", "Datapoint", "Number known from", "Label", "Value", "Unit"),
            *("Origin", "How it was computed"),
        ]
    ]
    rows = [
        [
            filled.table.code,
            row.label,
            cell.datapoint or cell.reference,
            cell.evidence,
            cell.label,
            _value(cell.answer),
            cell.answer.unit,
            cell.answer.origin.value + ("" if is_computed(cell.answer) else ", not computed"),
            "\n".join(cell.answer.arithmetic),
        ]
        for filled, row, cell in found.cells()
    ]
    book.sheet("How computed", heads, rows, [NARROW, NARROW, NARROW, 14, 30, NARROW, 14, 14, 100])


def _sources(book: _Book, found: Disclosure) -> None:
    heads: list[list[Value]] = [
        [
            *("Table", "Row", "Label", "Scheme", "Activity period", "Kind", "Scope", "Category"),
            *("Durability", "Price", "Lines", "Settled kgCO2e", "Location kgCO2e"),
            *("Market kgCO2e", "Amount"),
        ]
    ]
    rows = [
        [
            *(filled.table.code, row.label, cell.label, source.scheme, source.lines.period),
            *(source.lines.kind, source.lines.scope, source.lines.category),
            *(source.lines.durability_class, source.lines.price_per_tonne),
            *(source.lines.line_count, source.lines.settled_kgco2e),
            *(source.lines.location_kgco2e, source.lines.market_kgco2e, source.lines.amount),
        ]
        for filled, row, cell in found.cells()
        for source in cell.answer.sources
    ]
    book.sheet("Lines behind them", heads, rows, [NARROW] * len(heads[0]))


def _value(answer: Answer) -> Value:
    return answer.value
