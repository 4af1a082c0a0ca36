"""Calculates. What is said of a checked file besides its problems: what stood in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from departments.inventory.activity_import import RowReport


@dataclass(frozen=True, slots=True)
class Fallback:
    """What stood in for what was missing, as the arithmetic prints it, and in how many rows."""

    text: str
    first_line: int
    row_count: int


def fallbacks_of(rows: Iterable[RowReport]) -> list[Fallback]:
    """Every fallback of the file once, the most frequent first."""
    lines: dict[str, list[int]] = {}
    for row in rows:
        trace = row.emissions.trace if row.emissions else {}
        for text in trace.get("fallbacks", ()):
            lines.setdefault(text, []).append(row.line)
    found = [Fallback(text, at[0], len(at)) for text, at in lines.items()]
    return sorted(found, key=lambda each: (-each.row_count, each.first_line))
