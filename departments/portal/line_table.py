"""Calculates. Statement lines as a table: filtered, sorted, summed, and as rows of a CSV file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from departments.organisation.spreadsheet import Cell
from departments.portal import words
from departments.portal.forms import LineFilter
from ledger.statements import Statement, StatementLine

ZERO = Decimal(0)

HEADER = (
    "line_id",
    "department",
    "scheme",
    "posted_in",
    "activity_period",
    "kind",
    "is_true_up",
    "scope",
    "category",
    "name",
    "durability_class",
    "settled_kgco2e",
    "location_kgco2e",
    "market_kgco2e",
    "price_per_tonne",
    "amount",
    "currency",
    "records",
    "legal_entity",
)

_SORT_KEYS: dict[str, Callable[[StatementLine], Any]] = {
    "scope": lambda line: (line.scope or 9, line.category or 0, line.durability_class),
    "period": lambda line: line.activity_period,
    "records": lambda line: line.record_count,
    "tonnes": lambda line: line.settled_kgco2e,
    "price": lambda line: line.price_per_tonne or ZERO,
    "amount": lambda line: line.amount,
}


@dataclass(frozen=True, slots=True)
class Total:
    """What the rows of a view add up to; emitted and absorbed tonnes are never netted."""

    count: int
    records: int
    emitted_kgco2e: Decimal
    absorbed_kgco2e: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Column:
    """A heading that sorts; `direction` is how the table is sorted by it now, or empty."""

    name: str
    label: str
    address: str
    direction: str
    is_number: bool


def arrange(lines: Iterable[StatementLine], view: LineFilter) -> list[StatementLine]:
    """The lines that a view keeps, in its order; without a sort, the statement's own."""
    kept = [
        line
        for line in lines
        if view.kind in ("", line.kind)
        and view.scope in ("", str(line.scope or ""))
        and view.true_up in ("", "yes" if line.is_true_up else "no")
    ]
    key = _SORT_KEYS.get(view.sort_by)
    return sorted(kept, key=key, reverse=view.is_descending) if key else kept


def total_of(lines: Sequence[StatementLine], *, like: Decimal) -> Total:
    """The sums of a view; `like` is an amount of the same currency, so that 0 reads as 0.00."""
    return Total(
        count=len(lines),
        records=sum(line.record_count for line in lines),
        emitted_kgco2e=sum((line.settled_kgco2e for line in lines if line.scope), ZERO),
        absorbed_kgco2e=sum((line.settled_kgco2e for line in lines if not line.scope), ZERO),
        amount=sum((line.amount for line in lines), like * 0),
    )


def columns(view: LineFilter) -> list[Column]:
    """The headings of the table, each with the address that sorts by it."""
    labels = {
        "scope": _("What for"),
        "period": _("Activity in"),
        "records": _("Records"),
        "tonnes": _("tCO2e"),
        "price": _("Price per tonne"),
        "amount": _("Amount"),
    }
    return [
        Column(
            name=name,
            label=label,
            address=view.sorted_by(name),
            direction=""
            if view.sort_by != name
            else ("descending" if view.is_descending else "ascending"),
            is_number=name not in ("scope", "period"),
        )
        for name, label in labels.items()
    ]


def csv_row(statement: Statement, line: StatementLine) -> list[Cell]:
    """A line as a row below HEADER."""
    return [
        line.line_id,
        line.department,
        statement.scheme,
        statement.period,
        line.activity_period,
        line.kind,
        line.is_true_up,
        line.scope,
        line.category,
        words.line_name(line),
        line.durability_class,
        line.settled_kgco2e,
        line.location_kgco2e,
        line.market_kgco2e,
        line.price_per_tonne,
        line.amount,
        line.currency,
        line.record_count,
        line.legal_entity,
    ]
