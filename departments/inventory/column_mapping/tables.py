"""Reads. A workbook or a text file as rows of cells, again and again, with how it was read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from departments.inventory.column_mapping.encodings import DELIMITERS, decoded, delimiter_of
from departments.inventory.workbooks.refusal import TableRefused
from departments.inventory.workbooks.sheet_rows import Remarks, SheetRow
from departments.inventory.workbooks.workbook import Workbook
from departments.organisation.said import joined, said

ZIP, COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
MOST_TEXT_BYTES = 64 * 1024 * 1024


class Table:
    """Rows of cells; `notes` say how they were told apart."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.remarks = Remarks()

    def rows(self) -> Iterator[SheetRow]:
        """All rows from the beginning, each with its line."""
        raise NotImplementedError


class WorkbookTable(Table):
    """The rows of one sheet."""

    def __init__(self, file: BinaryIO, sheet: str) -> None:
        """Raises: TableRefused."""
        super().__init__()
        self._book = Workbook(file)
        self._sheet = self._book.sheet(sheet)
        self.notes.append(said("Sheet “%(name)s”.", name=self._sheet.name))
        others = [
            said("“%(name)s” (hidden)", name=each.name) if each.is_hidden else f"“{each.name}”"
            for each in self._book.sheets
            if each != self._sheet
        ]
        if others:
            self.notes.append(said("Not read: %(sheets)s.", sheets=joined(", ", others)))

    def rows(self) -> Iterator[SheetRow]:
        yield from self._book.rows(self._sheet)
        self.remarks = self._book.remarks


class TextTable(Table):
    """The rows of a text file, whatever stands between its columns."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        """Raises: TableRefused."""
        super().__init__()
        size = file.seek(0, io.SEEK_END)
        if size > MOST_TEXT_BYTES:
            reason = said(
                "The file has %(size)s bytes; %(most_text_bytes)s can be read in another form.",
                size=f"{size:,}",
                most_text_bytes=f"{MOST_TEXT_BYTES:,}",
            )
            raise TableRefused(reason, said("Split it, or write it in the standard form."))
        file.seek(0)
        self._text, note = decoded(file.read(), encoding)
        self._delimiter = delimiter_of(self._text)
        sign = DELIMITERS[self._delimiter]
        self.notes += [note, said("Between the columns stand %(sign)s.", sign=sign)]

    def rows(self) -> Iterator[SheetRow]:
        reader = csv.reader(
            io.StringIO(self._text, newline=""), delimiter=self._delimiter, strict=True
        )
        line = 1
        try:
            for cells in reader:
                yield SheetRow(line, cells)
                line = reader.line_num + 1
        except csv.Error as error:
            reason = said(
                "From line %(line)s on this is not CSV: %(error)s.", line=line, error=error
            )
            hint = said("Look for a quotation mark that is not closed.")
            raise TableRefused(reason, hint) from error


def table_of(file: BinaryIO, *, sheet: str, encoding: str) -> Table:
    """A file as a table, by its content.

    Raises: TableRefused.
    """
    return WorkbookTable(file, sheet) if is_workbook(file) else TextTable(file, encoding)


def is_workbook(file: BinaryIO) -> bool:
    """Whether a file begins as files of spreadsheet programs do."""
    file.seek(0)
    return file.read(len(ZIP)) in (ZIP, COMPOUND)


def sheets_of(file: BinaryIO) -> list[str]:
    """The names of a workbook's sheets that are shown; none for a file of text.

    Raises: TableRefused.
    """
    if not is_workbook(file):
        return []
    return [each.name for each in Workbook(file).sheets if not each.is_hidden]
