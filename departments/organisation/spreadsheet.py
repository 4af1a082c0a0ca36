"""Calculates. Rows as CSV that a spreadsheet may open without running what is in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal

# The last four are what some programs take for the first four, or skip before them.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")

Cell = str | int | bool | Decimal | None


def as_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Text cells that begin like a formula get a leading apostrophe; numbers stay numbers."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_neutral(cell) for cell in header])
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return text.getvalue()


def _cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return _neutral(cell) if isinstance(cell, str) else str(cell)


def _neutral(text: str) -> str:
    return f"'{text}" if text.lstrip(" ").startswith(DANGEROUS) else text
