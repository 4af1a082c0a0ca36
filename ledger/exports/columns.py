"""Calculates. The columns of a journal line as data: where each comes from, how it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum


class Level(Enum):
    """What a column is written once for; the value is its alias in export_text.sql."""

    ENTRY = "e"
    ACCOUNT = "a"
    LINE = "l"


@dataclass(frozen=True, slots=True)
class Notation:
    """How a format writes a line. Each function takes SQL and gives SQL of a text, never null.

    header: what stands before the first line, given the names of the columns.
    lead: what stands before the value of a column, given its name and whether it is the first.
    text: words that may hold anything, null as empty. number: an integer or null.
    quote: what stands on both sides of digits, dates and decimals.
    """

    header: Callable[[Sequence[str]], str]
    end: str
    lead: Callable[[str, bool], str]
    text: Callable[[str], str]
    number: Callable[[str], str]
    quote: str

    def plain(self, sql: str) -> str:
        """SQL of digits, a date or a decimal."""
        return f"'{self.quote}' || {sql} || '{self.quote}'" if self.quote else sql


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, what it is written once for, how it is written, and its SQL.

    `cell` is written already; `own` are words that a settlement made itself, where the entry is one
    of a settlement, so that nothing in them needs care.
    """

    name: str
    level: Level
    kind: str
    sql: str

    def cell(self, notation: Notation) -> str:
        """SQL of its text."""
        if self.kind == "cell":
            return self.sql
        if self.kind == "own":
            cared_for, bare = notation.text(self.sql), notation.plain(self.sql)
            return f"CASE WHEN e.settlement_id IS NULL THEN {cared_for} ELSE {bare} END"
        write: Callable[[str], str] = getattr(notation, self.kind)
        return write(self.sql)


MOMENT = """to_char(e.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
SIDES = """CASE l.credit WHEN 0 THEN (l.debit * a.unit) || a.after_debit
           ELSE a.before_credit || (l.credit * a.unit) END"""
DEBIT, CREDIT = "debit", "credit"

COLUMNS = (
    Column("entry_id", Level.ENTRY, "number", "e.id"),
    Column("entry_date", Level.ENTRY, "plain", "e.entry_date::text"),
    Column("recorded_at", Level.ENTRY, "plain", MOMENT),
    Column("period", Level.ENTRY, "cell", "p.text"),
    Column("scheme", Level.LINE, "cell", "coalesce(e.scheme, a.scheme)"),
    Column("settlement", Level.ENTRY, "number", "e.settlement_id"),
    Column("legal_entity", Level.ENTRY, "cell", "coalesce(place.legal_entity, nowhere.text)"),
    Column("department", Level.ENTRY, "cell", "coalesce(place.department, nowhere.text)"),
    Column("cost_centre", Level.ENTRY, "cell", "coalesce(place.cost_centre, nowhere.text)"),
    Column("account", Level.ACCOUNT, "text", "a.code"),
    Column("commodity", Level.ACCOUNT, "cell", "c.text"),
    Column(DEBIT, Level.LINE, "plain", SIDES),  # and credit
    Column("description", Level.ENTRY, "text", "e.description"),
    Column("source_id", Level.ENTRY, "own", "e.source_id"),
    Column("reverses", Level.ENTRY, "number", "e.reverses_id"),
    Column("line_id", Level.LINE, "number", "l.id"),
    Column("activity_period", Level.ENTRY, "cell", "coalesce(ap.text, p.text)"),
    Column("purpose", Level.ENTRY, "own", "e.purpose"),
    Column("source_type", Level.ENTRY, "own", "e.source_type"),
    Column("gl_account", Level.LINE, "cell", "coalesce(gl.text, a.empty)"),
    Column("trading_partner", Level.ACCOUNT, "cell", "coalesce(other.text, nowhere.text)"),
    # In the currency of the books that the line is in, where that is another.
    Column("converted_currency", Level.LINE, "plain", "coalesce(converted.currency, '')"),
    Column("converted_debit", Level.LINE, "plain", "coalesce(converted.debit, '')"),
    Column("converted_credit", Level.LINE, "plain", "coalesce(converted.credit, '')"),
    Column("exchange_rate", Level.LINE, "plain", "coalesce(converted.rate, '')"),
    Column("exchange_rate_date", Level.LINE, "plain", "coalesce(converted.rate_on, '')"),
)
CONVERTED = tuple(column.name for column in COLUMNS[-5:])

_BY_NAME = {column.name: column for column in COLUMNS}
# What the file of an ERP system is made of; an ERP needs to know whose each line is.
ERP_COLUMNS = (
    *(_BY_NAME[name] for name in ("entry_id", "entry_date", "period", "scheme", "account")),
    *(_BY_NAME[name] for name in ("commodity", DEBIT, "description", "gl_account")),
    _BY_NAME["trading_partner"],
    *(
        Column(name, Level.LINE, "cell", f"books.{name}")
        for name in ("legal_entity", "department", "cost_centre")
    ),
    Column("account_kind", Level.ACCOUNT, "text", "a.kind"),
    Column("tax_code", Level.LINE, "cell", "coalesce(gl.tax_code, a.empty)"),
    Column("segment", Level.LINE, "cell", "coalesce(gl.segment, a.empty)"),
)

SCHEMA_VERSION = 4
ADDED_IN = {"gl_account": 2, "trading_partner": 3, **dict.fromkeys(CONVERTED, 4)}


# Where books are told apart, a line is in those of its own account, not of its entry.
OF_BOOKS = {
    name: Column(name, Level.LINE, "cell", f"books.{name}")
    for name in ("legal_entity", "cost_centre")
}


# Where nothing is converted, they are written once an account, which costs a line nothing.
UNCONVERTED = {name: Column(name, Level.ACCOUNT, "plain", "''") for name in CONVERTED}


def columns_of(version: int, *, tells_books: bool, converts: bool) -> tuple[Column, ...]:
    """The columns of a schema version: a file that was registered is issued again as it was."""
    own = (OF_BOOKS if tells_books else {}) | ({} if converts else UNCONVERTED)
    return tuple(
        own.get(column.name, column)
        for column in COLUMNS
        if ADDED_IN.get(column.name, 1) <= version
    )


def names_of(columns: Iterable[Column]) -> list[str]:
    """Their names; the two sides of a line are one column here, and two in a file."""
    return [
        name
        for column in columns
        for name in ((DEBIT, CREDIT) if column.name == DEBIT else (column.name,))
    ]


NAMES = names_of(COLUMNS)


def moment(at: datetime) -> str:
    """RFC 3339 in UTC, with microseconds always: `2024-01-15T12:00:00.000000Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
