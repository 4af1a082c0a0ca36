"""Calculates. Rows as CSV that a spreadsheet may open without running what is in it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

# The last four are what some programs take for the first four, or skip before them.
FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")

Cell = str | int | bool | Decimal | None
PIECE = 64 * 1024  # characters that are sent at once


def as_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Text cells that begin like a formula get a leading apostrophe; numbers stay numbers."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([neutral(cell) for cell in header])
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return text.getvalue()


def csv_lines(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The same as a stream, of rows by name: lists and objects are JSON in a cell."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([neutral(column) for column in columns])
    for row in rows:
        writer.writerow([_cell(_flat(row[column])) for column in columns])
        if text.tell() > PIECE:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()


def json_lines(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Rows as JSON, one a line; decimals have been made texts before."""
    return (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _flat(value: Any) -> Cell:
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    flat: Cell = value
    return flat


def _cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return neutral(cell) if isinstance(cell, str) else str(cell)


def neutral(text: str) -> str:
    """Text as a cell that no spreadsheet runs."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_MARKS) else text
