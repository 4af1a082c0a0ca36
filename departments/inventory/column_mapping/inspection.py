"""Reads. What a file in its writer's own form holds: columns, first rows, and a likely reading."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from itertools import islice
from typing import BinaryIO

from departments.inventory.activity_file import encoding_of, is_blank, read_header
from departments.inventory.column_mapping.plan import ColumnPlan, settled
from departments.inventory.column_mapping.saved import SavedMapping, mappings_for
from departments.inventory.column_mapping.tables import is_workbook, table_of
from departments.inventory.column_mapping.translation import header_of
from departments.inventory.workbooks.refusal import TableRefused

ROWS_SHOWN = 5
_HEAD_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Inspection:
    """The columns of a file with its first rows, the columns that they likely are, and the saved
    mappings that were made for them."""

    line: int
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]
    plan: ColumnPlan
    fitting: tuple[SavedMapping, ...]


def has_our_columns(file: BinaryIO) -> bool:
    """Whether a file has the columns of the standard form, or none that can be read."""
    try:
        if is_workbook(file):
            filled = (row.cells for row in table_of(file, sheet="", encoding="").rows())
            first = next((cells for cells in filled if not is_blank(cells)), [])
            return not read_header(iter([first]))[1]
        file.seek(0)
        head = file.read(_HEAD_BYTES)
        encoding, refused = encoding_of(head)
        text = head.decode(encoding or "utf-8", errors="ignore")
        return not refused and not read_header(csv.reader(io.StringIO(text), strict=True))[1]
    except TableRefused:
        return True


def inspect(file: BinaryIO, plan: ColumnPlan, *, sheet: str = "") -> Inspection:
    """Look at a file; the columns that the plan doesn't name are guessed from their names.

    Raises: TableRefused.
    """
    table = table_of(file, sheet=sheet, encoding=plan.encoding)
    guessing = replace(plan, is_guessed=True)
    header = header_of(table, guessing)
    below = (row for row in table.rows() if row.line > header.line and not is_blank(row.cells))
    width = len(header.cells)
    return Inspection(
        line=header.line,
        header=tuple(header.cells),
        rows=tuple(tuple((row.cells + [""] * width)[:width]) for row in islice(below, ROWS_SHOWN)),
        notes=tuple(table.notes),
        plan=settled(guessing, header.cells),
        fitting=tuple(mappings_for(header.cells)),
    )
