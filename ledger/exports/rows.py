"""Reads. The journal rows of an export: by date, from one snapshot, in flat memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, transaction

from ledger.journal_lines import BATCH, JournalRow, present
from ledger.models.periods import AccountingPeriod, PeriodState
from ledger.sql import statement


@dataclass(frozen=True, slots=True)
class Selection:
    """Which lines an export holds; None is all. Lines after `through_line_id` never count."""

    period: str | None = None
    scheme: str | None = None
    commodity: str | None = None
    through_line_id: int = 0


def last_line_id(*, period: str | None) -> int:
    """The number of the last journal line; every later one gets a higher number.

    Waits for posting that is under way: posting holds the period that it posts into.
    """
    open_periods = AccountingPeriod.objects.filter(state=PeriodState.OPEN)
    if period is not None:
        open_periods = open_periods.filter(code=period)
    with transaction.atomic(), connection.cursor() as cursor:
        list(open_periods.select_for_update().order_by("pk").values_list("pk"))
        cursor.execute("SELECT coalesce(max(id), 0) FROM ledger_journalline")
        return int(cursor.fetchone()[0])


def export_rows(selection: Selection) -> Iterator[JournalRow]:
    """The lines of a selection, by date and entry; the server keeps them and sends batches."""
    query = statement("export_lines").format(rows=statement("journal_lines"))
    asked = {
        "period": selection.period,
        "scheme": selection.scheme,
        "commodity": selection.commodity,
        "through_line_id": selection.through_line_id,
        "account": None,
        "entry_id": None,
        "department_ids": None,
        "after_line_id": 0,
        "size": None,
    }
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(query, asked)
        while rows := cursor.fetchmany(BATCH):
            yield from map(present, rows)
