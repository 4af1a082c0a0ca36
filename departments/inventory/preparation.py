"""Reads. A file in another form into the standard one: the same rows, each in its own line."""

from __future__ import annotations

from dataclasses import replace
from typing import BinaryIO

from departments.inventory.activity_file import header_problems, is_blank, no_rows
from departments.inventory.column_mapping.tables import WorkbookTable, is_workbook
from departments.inventory.column_mapping.translation import translated
from departments.inventory.errors import RowProblem
from departments.inventory.prepared_file import PreparedFile, Reading
from departments.inventory.spool import Spool
from departments.inventory.workbooks.refusal import TableRefused
from departments.inventory.workbooks.sheet_rows import SheetRow


def prepare(file: BinaryIO, reading: Reading) -> PreparedFile:
    """The rows of a file in the standard form; CSV without a plan is left as it stands."""
    try:
        if reading.plan is not None:
            return translated(file, sheet=reading.sheet, plan=reading.plan)
        if is_workbook(file):
            return _from_workbook(file, WorkbookTable(file, reading.sheet))
    except TableRefused as refused:
        problem = RowProblem(0, "", "", refused.reason, refused.hint)
        return PreparedFile(file, file, problems=(problem,), understood=())
    return PreparedFile(file, file)


def _from_workbook(file: BinaryIO, table: WorkbookTable) -> PreparedFile:
    """A sheet whose columns are ours."""
    rows = (row for row in table.rows() if not is_blank(row.cells))
    first = next(rows, SheetRow(0, []))
    header = [name.strip().casefold() for name in first.cells]
    problems = [replace(each, line=first.line) for each in header_problems(header)]
    spool = Spool(header)
    if not problems:
        for row in rows:
            spool.write(row)
        if not spool.lines:
            problems = [no_rows()]
    told = (*table.notes, *spool.notes(table.remarks))
    if problems:
        return PreparedFile(
            file, file, problems=tuple(problems), understood=told, header=tuple(first.cells)
        )
    spool.add_merged(table.remarks.merged, {at: [at] for at in range(len(header))})
    return PreparedFile(file, spool.finished(), faults=spool.faults, understood=told)
