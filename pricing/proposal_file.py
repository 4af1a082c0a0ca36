"""Calculates. Rows of text into the facts of proposals; all that is wrong with them at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from pricing.errors import ProposalsRefused


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file: its name, what reads its text, and whether it has to be filled in."""

    name: str
    read: Callable[[str], Any]
    is_needed: bool = False


@dataclass(frozen=True, slots=True)
class ProposedRow:
    """The facts of a row that can be proposed, and the line of the file it stands on."""

    line: int
    facts: dict[str, Any]


def read_proposals(
    rows: Sequence[Mapping[str, str]], columns: Sequence[Column]
) -> list[ProposedRow]:
    """Every row of a file. `first_day` and `last_day` become the days of a range, end exclusive.

    Raises: ProposalsRefused, with every problem and its line.
    """
    problems: list[str] = [] if rows else ["there are no rows"]
    found = []
    for line, row in enumerate(rows, start=2):  # the first line is the header
        facts, wrong = _facts(row, columns)
        problems += [f"line {line}: {problem}" for problem in wrong]
        found.append(ProposedRow(line, facts))
    if problems:
        raise ProposalsRefused(problems)
    return found


def _facts(row: Mapping[str, str], columns: Sequence[Column]) -> tuple[dict[str, Any], list[str]]:
    facts: dict[str, Any] = {}
    wrong = []
    for column in columns:
        written = (row.get(column.name) or "").strip()
        if not written:
            if column.is_needed:
                wrong.append(f"{column.name} is missing")
            continue
        try:
            facts[column.name] = column.read(written)
        except ValueError as problem:
            wrong.append(f"{column.name} {problem}")
    if "first_day" in facts:
        facts["starts_on"] = facts.pop("first_day")
    last_day = facts.pop("last_day", None)
    facts["ends_before"] = None if last_day is None else last_day + timedelta(days=1)
    return facts, wrong


def amount(text: str) -> Decimal:
    """A number. Raises: ValueError, with what to write."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text!r} is no number; write it like 1234.5") from None
    if not found.is_finite():
        raise ValueError(f"{text!r} is no number; write it like 1234.5")
    return found


def day(text: str) -> date:
    """A day. Raises: ValueError, with what to write."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no day; write it as YYYY-MM-DD") from None


def whole(text: str) -> int:
    """A scope or category. Raises: ValueError, with what to write."""
    if not text.isdecimal() or len(text) > 2:
        raise ValueError(f"{text!r} is no scope or category; write it like 3")
    return int(text)


DAYS = (Column("first_day", day, is_needed=True), Column("last_day", day))
OF_DAYS = (Column("first_day", day, is_needed=True), Column("last_day", day, is_needed=True))
PLACE = (Column("scope", whole), Column("category", whole))
WORDS = (Column("reason", str), Column("source_url", str))
