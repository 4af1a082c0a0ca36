"""Reads. A file in another form into the standard one: the same rows, each in its own line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

from departments.inventory.activity_file import (
    header_problems,
    is_blank,
    no_rows,
)
from departments.inventory.errors import RowProblem
from departments.inventory.workbooks.refusal import WorkbookRefused
from departments.inventory.workbooks.sheet_rows import SheetRow, column_name, place_of
from departments.inventory.workbooks.workbook import Sheet, Workbook

MOST_FAULTS = 10_000
MOST_IN_MEMORY = 4 * 1024 * 1024
LONGEST_SHOWN = 100
_ZIP, _COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"

Faults = Mapping[int, list[RowProblem]]
NO_FAULTS: Faults = {}


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read a file that is not in the standard form. An empty `sheet` is the first one."""

    sheet: str = ""


AS_IT_STANDS = Reading()


@dataclass(frozen=True, slots=True)
class PreparedFile:
    """A file as it came, and its rows as standard CSV: the same file, or one that is thrown away.

    A row stands in the line where it stood. `faults` are cells, by line, that hold nothing that
    can be read; with `problems` there are no rows. `understood` says how a file in another form was
    read.
    """

    original: BinaryIO
    rows: BinaryIO
    faults: Faults = field(default_factory=dict)
    problems: tuple[RowProblem, ...] = ()
    understood: tuple[str, ...] | None = None


def prepare(file: BinaryIO, reading: Reading) -> PreparedFile:
    """The rows of a file in the standard form; one that is in it already is left as it stands."""
    file.seek(0)
    head = file.read(len(_ZIP))
    if head not in (_ZIP, _COMPOUND):
        return PreparedFile(file, file)
    try:
        return _from_workbook(file, Workbook(file), reading.sheet)
    except WorkbookRefused as refused:
        problem = RowProblem(0, "", "", refused.reason, refused.hint)
        return PreparedFile(file, file, problems=(problem,), understood=())


def _from_workbook(file: BinaryIO, workbook: Workbook, named: str) -> PreparedFile:
    sheet = workbook.sheet(named)
    rows = (row for row in workbook.rows(sheet) if not is_blank(row.cells))
    first = next(rows, SheetRow(0, []))
    header = [name.strip().casefold() for name in first.cells]
    problems = [replace(each, line=first.line) for each in header_problems(header)]
    if problems:
        return PreparedFile(file, file, problems=tuple(problems), understood=())
    spool = _Spool(header)
    for row in rows:
        spool.write(row)
    if not spool.lines:
        return PreparedFile(file, file, problems=(no_rows(),), understood=())
    spool.add_merged(workbook.remarks.merged)
    return PreparedFile(
        file,
        spool.finished(),
        faults=spool.faults,
        understood=tuple(_told(workbook, sheet, spool)),
    )


class _Spool:
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
                reason = f"{cell} stands beyond the last column that has a name."
                shown = text[:LONGEST_SHOWN]
                self._add(RowProblem(row.line, "", shown, reason, "Name its column, or empty it."))
        self._text.write("\n" * (row.line - self._line - 1))
        self._writer.writerow([self._unwrapped(row.line, text) for text in row.cells[:width]])
        self._line = row.line
        self.lines.add(row.line)

    def add_merged(self, ranges: list[str]) -> None:
        """Cells whose value stands in another one, with which they are merged."""
        for text in ranges:
            start, _, end = text.partition(":")
            (left, top), (right, bottom) = place_of(start), place_of(end or start)
            for line in range(max(top, 2), bottom + 1):
                if line not in self.lines:
                    continue
                for column in range(left, min(right + 1, len(self._header))):
                    if (column, line) != (left, top):
                        cell = f"{column_name(column)}{line}"
                        reason = f"{cell} is merged with {start}, where its value stands."
                        hint = f"Take {text} apart and fill every cell."
                        self._add(RowProblem(line, self._header[column], "", reason, hint))

    def finished(self) -> BinaryIO:
        """The file, from its beginning."""
        self._text.detach()
        self._file.seek(0)
        return self._file

    def _add(self, problem: RowProblem) -> None:
        self._fault_count += 1
        if self._fault_count > MOST_FAULTS:
            reason = f"More than {MOST_FAULTS:,} cells can't be read."
            raise WorkbookRefused(reason, f"Look at line {problem.line}: {problem.reason}")
        self.faults.setdefault(problem.line, []).append(problem)

    def _unwrapped(self, line: int, text: str) -> str:
        """Without line breaks: a row is one line here."""
        pieces = text.splitlines()
        if len(pieces) < 2:
            return pieces[0] if pieces else ""
        self.unwrapped += 1
        self.first_unwrapped = self.first_unwrapped or line
        return " ".join(pieces)


def _told(workbook: Workbook, sheet: Sheet, spool: _Spool) -> Iterator[str]:
    """How a sheet was read, wherever it could have been read in another way."""
    remarks = workbook.remarks
    count = len(spool.lines)
    yield f"Sheet “{sheet.name}”, {count:,} {'row' if count == 1 else 'rows'}."
    others = [
        f"“{each.name}”{' (hidden)' if each.is_hidden else ''}"
        for each in workbook.sheets
        if each != sheet
    ]
    if others:
        yield f"Not read: {', '.join(others)}."
    if remarks.rounded:
        where = _where(remarks.rounded, remarks.first_rounded)
        yield f"Rounded to the 15 digits and 10 decimals that a cell can show: {where}."
    if remarks.hidden_rows:
        where = _where(remarks.hidden_rows, f"row {remarks.first_hidden}")
        yield f"Hidden, and read all the same: {where}."
    if spool.unwrapped:
        where = _where(spool.unwrapped, f"in row {spool.first_unwrapped}")
        yield f"Line breaks read as blanks: {where}."


def _where(count: int, first: str) -> str:
    return first if count == 1 else f"{count:,} times, first {first}"
