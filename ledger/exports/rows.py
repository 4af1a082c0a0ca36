"""Reads. Which journal lines an export holds, and their rows, by date, in flat memory."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection, transaction

from ledger.exports.columns import SCHEMA_VERSION
from ledger.journal_lines import BATCH, JournalRow, present
from ledger.models.exports import JournalExport
from ledger.models.periods import AccountingPeriod, PeriodState
from ledger.sql import statement

EVERY_LINE = 2**63 - 1
Held = tuple[str, int, str, str]  # a commodity, its lines, debit and credit in whole units


@dataclass(frozen=True, slots=True)
class Selection:
    """Which lines an export holds; None is all. Lines after `through_line_id` never count.

    With departments given, only lines on those departments' own accounts. `rates`: of each legal
    entity, commodity and day on which its books are in another currency, see foreign_books.
    """

    period: str | None = None
    scheme: str | None = None
    commodity: str | None = None
    through_line_id: int = EVERY_LINE
    account: str | None = None
    entry_id: int | None = None
    department_ids: tuple[int, ...] | None = None
    schema_version: int = SCHEMA_VERSION
    rates: tuple[Mapping[str, Any], ...] = ()

    def facts(self) -> dict[str, Any]:
        """As parameters of a statement."""
        ids = self.department_ids
        narrowed = {"department_ids": None if ids is None else list(ids), "line_ids": None}
        return asdict(self) | narrowed | {"rates": json.dumps(self.rates)}


def selection_of(export: JournalExport) -> Selection:
    """What a registered export holds."""
    kept = export.manifest
    return Selection(
        kept["period"],
        kept["scheme"],
        kept["commodity"],
        kept["through_line_id"],
        schema_version=kept["schema_version"],
        rates=tuple(kept.get("rates", ())),
    )


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
    asked = selection.facts() | {"after_line_id": 0, "size": None}
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(query, asked)
        while rows := cursor.fetchmany(BATCH):
            yield from map(present, rows)


def totals(selection: Selection) -> list[Held]:
    """What a selection holds of each commodity: code, lines, debit and credit as exact text."""
    with connection.cursor() as cursor:
        cursor.execute(statement("export_totals"), selection.facts())
        return list(cursor.fetchall())
