"""Calculates. CSV for spreadsheets and imports: UTF-8, CRLF, `.` decimals, nothing that runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from decimal import Decimal

from ledger.exports.columns import COLUMNS, Cell, cells
from ledger.journal_lines import JournalRow

# A spreadsheet takes a cell that begins so for a formula; the last four are full-width.
FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
ROWS_A_PIECE = 500


def pieces(rows: Iterable[JournalRow]) -> Iterator[str]:
    """The file, some hundred lines at a time."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for number, row in enumerate(rows, start=1):
        writer.writerow([_cell(value) for value in cells(row)])
        if number % ROWS_A_PIECE == 0:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()


def neutral(text: str) -> str:
    """Text that no spreadsheet runs: an apostrophe goes before what begins like a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_MARKS) else text


def _cell(value: Cell) -> str | int:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    return neutral(value) if isinstance(value, str) else value
