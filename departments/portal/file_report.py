"""Calculates. What is said of a checked file: its problems beside their rows, what stood in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from departments.inventory.activity_file import read_activity_file
from departments.inventory.activity_import import RowReport
from departments.inventory.errors import RowProblem
from departments.portal.spreadsheet import as_csv

ERROR_COLUMNS = ("line", "column", "value", "reason", "hint")


@dataclass(frozen=True, slots=True)
class Fallback:
    """What stood in for what was missing, as the arithmetic prints it, and in how many rows."""

    text: str
    first_line: int
    row_count: int


def errors_csv(content: bytes, problems: Sequence[RowProblem]) -> str:
    """The problems, each with the row it is about, so that the file can be mended beside it.

    A file that can't be told apart into rows leaves the problems alone.
    """
    rows, _ = read_activity_file(content)
    cells = {row.line: tuple(row.cells.values()) for row in rows}
    header = tuple(rows[0].cells) if rows else ()
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
                *cells.get(each.line, blank),
            )
            for each in problems
        ),
    )


def fallbacks_of(rows: Iterable[RowReport]) -> list[Fallback]:
    """Every fallback of the file once, the most frequent first."""
    lines: dict[str, list[int]] = {}
    for row in rows:
        trace = row.emissions.trace if row.emissions else {}
        for text in trace.get("fallbacks", ()):
            lines.setdefault(text, []).append(row.line)
    found = [Fallback(text, at[0], len(at)) for text, at in lines.items()]
    return sorted(found, key=lambda each: (-each.row_count, each.first_line))
