"""Writes. Rows as standard CSV in a file that is thrown away, each in the line where it stood."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

from departments.inventory.errors import RowProblem
from departments.inventory.workbooks.refusal import TableRefused
from departments.inventory.workbooks.sheet_rows import (
    MOST_COLUMNS,
    Remarks,
    SheetRow,
    column_name,
    place_of,
)
from departments.organisation.said import said

MOST_FAULTS = 10_000
MOST_IN_MEMORY = 4 * 1024 * 1024
LONGEST_SHOWN = 100


class Spool:
    """Standard CSV in a file that is thrown away, a row in each line where it stood."""

    def __init__(self, header: list[str]) -> None:
        self.lines: set[int] = set()
        self.faults: dict[int, list[RowProblem]] = {}
        self.unwrapped = 0
        self.first_unwrapped = 0
        self._header = header
        self._fault_count = 0
        spool = SpooledTemporaryFile(max_size=MOST_IN_MEMORY)  # noqa: SIM115  # read by others
        self._file = cast(BinaryIO, spool)
        self._text = io.TextIOWrapper(self._file, encoding="utf-8", newline="")
        self._writer: Any = csv.writer(self._text, lineterminator="\n")
        self._writer.writerow(header)
        self._line = 1

    def write(self, row: SheetRow) -> None:
        """Write a row into its line, and keep what is wrong with its cells."""
        width = len(self._header)
        for column, fault in row.faults.items():
            name = self._header[column] if column < width else ""
            self._add(RowProblem(row.line, name, fault.value, fault.reason, fault.hint))
        for column, text in enumerate(row.cells[width:], start=width):
            if text.strip():
                cell = f"{column_name(column)}{row.line}"
                reason = said("%(cell)s stands beyond the last column that has a name.", cell=cell)
                shown = text[:LONGEST_SHOWN]
                self._add(
                    RowProblem(row.line, "", shown, reason, said("Name its column, or empty it."))
                )
        self._text.write("\n" * (row.line - self._line - 1))
        self._writer.writerow([self._unwrapped(row.line, text) for text in row.cells[:width]])
        self._line = row.line
        self.lines.add(row.line)

    def add_merged(self, ranges: list[str], columns: Mapping[int, list[int]]) -> None:
        """Cells whose value stands in another one, with which they are merged.

        `columns` gives the columns here for each of the sheet.
        """
        for text in ranges:
            start, _, end = text.partition(":")
            (left, top), (right, bottom) = place_of(start), place_of(end or start)
            for line in range(max(top, 2), bottom + 1):
                if line not in self.lines:
                    continue
                for column in range(left, min(right + 1, MOST_COLUMNS)):
                    if (column, line) != (left, top):
                        cell = f"{column_name(column)}{line}"
                        reason = said(
                            "%(cell)s is merged with %(start)s, where its value stands.",
                            cell=cell,
                            start=start,
                        )
                        hint = said("Take %(text)s apart and fill every cell.", text=text)
                        for here in columns.get(column, ()):
                            self._add(RowProblem(line, self._header[here], "", reason, hint))

    def finished(self) -> BinaryIO:
        """The file, from its beginning."""
        self._text.detach()
        self._file.seek(0)
        return self._file

    def _add(self, problem: RowProblem) -> None:
        self._fault_count += 1
        if self._fault_count > MOST_FAULTS:
            reason = said(
                "More than %(most_faults)s cells can't be read.", most_faults=f"{MOST_FAULTS:,}"
            )
            raise TableRefused(
                reason,
                said("Look at line %(line)s: %(reason)s", line=problem.line, reason=problem.reason),
            )
        self.faults.setdefault(problem.line, []).append(problem)

    def _unwrapped(self, line: int, text: str) -> str:
        """Without line breaks: a row is one line here."""
        pieces = text.splitlines()
        if len(pieces) < 2:
            return pieces[0] if pieces else ""
        self.unwrapped += 1
        self.first_unwrapped = self.first_unwrapped or line
        return " ".join(pieces)

    def notes(self, remarks: Remarks) -> Iterator[str]:
        """How the rows were read, wherever they could have been read in another way."""
        if remarks.rounded:
            where = _where(remarks.rounded, remarks.first_rounded)
            yield said(
                "Rounded to the 15 digits and 10 decimals that a cell can show: %(where)s.",
                where=where,
            )
        if remarks.hidden_rows:
            first = said("row %(line)s", line=remarks.first_hidden)
            where = _where(remarks.hidden_rows, first)
            yield said("Hidden, and read all the same: %(where)s.", where=where)
        if self.unwrapped:
            first = said("in row %(line)s", line=self.first_unwrapped)
            where = _where(self.unwrapped, first)
            yield said("Line breaks read as blanks: %(where)s.", where=where)


def _where(count: int, first: str) -> str:
    if count == 1:
        return first
    return said("%(count)s times, first %(first)s", count=f"{count:,}", first=first)
