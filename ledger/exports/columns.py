"""Calculates. The columns of a journal line, the same in every format that has a row a line."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from ledger.journal_lines import JournalRow

Cell = str | int | Decimal | None

COLUMNS = (
    "entry_id",
    "entry_date",
    "recorded_at",
    "period",
    "scheme",
    "settlement",
    "legal_entity",
    "department",
    "cost_centre",
    "account",
    "commodity",
    "debit",
    "credit",
    "description",
    "source_id",
    "reverses",
    "line_id",
    "activity_period",
    "purpose",
    "source_type",
)


def cells(row: JournalRow) -> tuple[Cell, ...]:
    """A line's values in the order of COLUMNS; amounts in whole units of the commodity."""
    return (
        row.entry_id,
        row.entry_date.isoformat(),
        moment(row.recorded_at),
        row.period,
        row.scheme,
        row.settlement_id,
        row.legal_entity,
        row.department,
        row.cost_centre,
        row.account,
        row.commodity,
        row.debit,
        row.credit,
        row.description,
        row.source_id,
        row.reverses,
        row.line_id,
        row.activity_period,
        row.purpose,
        row.source_type,
    )


def moment(at: datetime) -> str:
    """RFC 3339 in UTC, with microseconds always: `2024-01-15T12:00:00.000000Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
