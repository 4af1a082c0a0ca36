"""Calculates. What is wrong with a file, beside its rows as they stand, as CSV to mend it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import BinaryIO

from departments.inventory.activity_file import encoding_of, read_header
from departments.inventory.errors import RowProblem
from departments.inventory.preparation import prepare
from departments.inventory.prepared_file import AS_IT_STANDS, Reading
from departments.organisation.spreadsheet import as_csv

ERROR_COLUMNS = ("line", "column", "value", "reason", "hint")


def errors_csv(
    file: BinaryIO, problems: Sequence[RowProblem], reading: Reading = AS_IT_STANDS
) -> str:
    """The problems, each with the row it is about, so that the file can be mended beside it.

    Of the file no more is held than those rows. One that can't be told apart into rows leaves the
    problems alone.
    """
    source = prepare(file, reading)
    header, rows = _rows_at(source.rows, {problem.line for problem in problems})
    blank = ("",) * len(header)
    return as_csv(
        (*ERROR_COLUMNS, *header),
        (
            (
                each.line,
                each.column,
                each.value,
                each.reason,
                each.hint,
                *rows.get(each.line, blank),
            )
            for each in problems
        ),
    )


def _rows_at(file: BinaryIO, lines: set[int]) -> tuple[list[str], dict[int, tuple[str, ...]]]:
    """The header, and the rows that begin in these lines."""
    file.seek(0)
    encoding, refused = encoding_of(file.read(4096))
    file.seek(0)
    if refused:
        return [], {}
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    rows: dict[int, tuple[str, ...]] = {}
    reader = csv.reader(text, strict=True)
    try:
        header, problems = read_header(reader)
        if problems:
            return [], {}
        line = reader.line_num + 1
        for cells in reader:
            if line in lines:
                rows[line] = tuple((cells + [""] * len(header))[: max(len(header), len(cells))])
            line = reader.line_num + 1
    except (csv.Error, UnicodeDecodeError):
        return ([], {}) if not rows else (header, rows)
    finally:
        text.detach()
    return (header, rows) if rows else ([], {})
