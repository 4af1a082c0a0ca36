"""Reads. Journal lines as rows, page by page or as one stream, for people, API and exports."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from ledger.sql import statement

BATCH = 5_000


@dataclass(frozen=True, slots=True)
class JournalRow:
    """One journal line with its entry; debit and credit in whole units of the commodity."""

    line_id: int
    entry_id: int
    entry_date: date
    recorded_at: datetime
    period: str
    activity_period: str
    scheme: str
    settlement_id: int | None
    legal_entity: str
    department: str
    cost_centre: str
    account: str
    commodity: str
    debit: Decimal
    credit: Decimal
    description: str
    source_type: str
    source_id: str
    purpose: str
    reverses: int | None


def journal_rows(
    *,
    period: str | None = None,
    scheme: str | None = None,
    account: str | None = None,
    commodity: str | None = None,
    entry_id: int | None = None,
    line_ids: Collection[int] | None = None,
    department_ids: Collection[int] | None = None,
    after_line_id: int = 0,
    through_line_id: int | None = None,
    limit: int | None = None,
) -> Iterator[JournalRow]:
    """Journal lines in the order of their ids; `department_ids` None means all.

    Who comes back for the lines after the last one asks no further than `whole_through()`.
    With departments given, only lines on those departments' own accounts are returned, never the
    fund's or the atmosphere's. Memory stays flat: rows are fetched by keyset, batch by batch.
    """
    filters = {
        "period": period,
        "scheme": scheme,
        "account": account,
        "commodity": commodity,
        "entry_id": entry_id,
        "line_ids": None if line_ids is None else sorted(line_ids),
        "department_ids": None if department_ids is None else sorted(department_ids),
        "through_line_id": through_line_id,
    }
    left = limit
    while left is None or left > 0:
        size = BATCH if left is None else min(BATCH, left)
        rows = _batch(**filters, after_line_id=after_line_id, size=size)
        yield from rows
        if len(rows) < size:
            return
        after_line_id = rows[-1].line_id
        left = None if left is None else left - len(rows)


def whole_through() -> int:
    """The id through which every line that there will ever be is committed.

    Ids are drawn before they are committed: above it another transaction may still write lines
    below some that are there already. Ask before the rows are read, in a statement of its own.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_lines_are_whole_through()")
        through: int = cursor.fetchone()[0]
    return through


def _batch(**facts: Any) -> list[JournalRow]:
    with connection.cursor() as cursor:
        cursor.execute(statement("journal_lines"), facts)
        return [present(row) for row in cursor.fetchall()]


def present(row: tuple[Any, ...]) -> JournalRow:
    """A row of journal_lines.sql."""
    debit, credit, exponent = row[13:16]
    amounts = (Decimal(debit).scaleb(-exponent), Decimal(credit).scaleb(-exponent))
    fields: tuple[Any, ...] = (*row[:13], *amounts, *row[16:])
    return JournalRow(*fields)
