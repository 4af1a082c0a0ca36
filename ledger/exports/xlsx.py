"""Calculates. The journal as a workbook: the columns of the CSV, a sheet for each million lines.

A spreadsheet counts in floating point. An amount of up to 15 digits is a number there, which it
holds exactly; a longer one is text with every digit. Words are text and never run.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import IO, Any

import xlsxwriter

LINES_A_SHEET = 1_000_000  # a sheet ends at 1,048,576 rows
EXACT_DIGITS = 15
EPOCH = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # the same file says the same moment
INTEGERS = {"entry_id", "settlement", "reverses", "line_id"}
AMOUNTS = {"debit", "credit", "converted_debit", "converted_credit", "exchange_rate"}
DAYS = {"entry_date", "exchange_rate_date"}


class XlsxBook:
    """Takes journal rows entry by entry; each goes to disk at once."""

    def __init__(self, into: IO[bytes], names: Sequence[str]) -> None:
        self.line_count = self.entry_count = 0
        self._names = names
        self._book = xlsxwriter.Workbook(
            into,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_numbers": False,
                "strings_to_urls": False,
                "use_zip64": True,
            },
        )
        self._book.set_properties({"title": "Carbon Fee Ledger", "created": EPOCH})
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._head = self._book.add_format({"bold": True})
        self._amounts: dict[int, Any] = {}
        self._row = 0
        self._sheet = self._new_sheet()

    def add(self, rows: list[dict[str, Any]]) -> None:
        """The rows of one entry."""
        self.entry_count += 1
        for row in rows:
            if self._row > LINES_A_SHEET:
                self._sheet = self._new_sheet()
            for column, name in enumerate(self._names):
                self._write(column, name, row[name])
            self._row += 1
            self.line_count += 1

    def close(self) -> None:
        """Put the sheets together."""
        self._book.close()

    def _new_sheet(self) -> Any:
        sheet = self._book.add_worksheet(f"journal {len(self._book.worksheets()) + 1}")
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(self._names) - 1, 14)
        for column, name in enumerate(self._names):
            sheet.write_string(0, column, name, self._head)
        self._row = 1
        return sheet

    def _write(self, column: int, name: str, value: Any) -> None:
        if value is None or value == "":
            return
        if name in AMOUNTS:
            self._write_amount(column, Decimal(value))
        elif name in DAYS:
            self._sheet.write_datetime(self._row, column, date.fromisoformat(value), self._day)
        elif name in INTEGERS:
            self._sheet.write_number(self._row, column, value)
        else:
            self._sheet.write_string(self._row, column, value)

    def _write_amount(self, column: int, amount: Decimal) -> None:
        if len(amount.as_tuple().digits) > EXACT_DIGITS:
            self._sheet.write_string(self._row, column, f"{amount:f}")
            return
        places = -int(amount.as_tuple().exponent)
        self._sheet.write_number(self._row, column, float(amount), self._amount_form(places))

    def _amount_form(self, places: int) -> Any:
        if places not in self._amounts:
            form = "#,##0" + ("." + "0" * places if places else "")
            self._amounts[places] = self._book.add_format({"num_format": form})
        return self._amounts[places]
