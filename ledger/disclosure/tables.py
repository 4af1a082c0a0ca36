"""Calculates. A framework's tables from facts: every cell with its datapoint and its arithmetic."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from departments.organisation.said import said
from ledger.disclosure.answers import Answer, Origin, percent, shown
from ledger.disclosure.computations import computation
from ledger.disclosure.datapoints import Column, DatapointMap, Table
from ledger.disclosure.facts import Facts, tonnes, total
from ledger.disclosure.inventory_views import InventoryView, ViewRow, view_rows
from ledger.disclosure.rows import Row, rows_of


@dataclass(frozen=True, slots=True)
class Cell:
    """One value; `key` is `table:row:column`, the same each time it is computed."""

    key: str
    datapoint: str
    reference: str
    label: str
    evidence: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class CellRow:
    """A row of cells, one a column of its table."""

    key: str
    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class FilledTable:
    """A table of the framework with its rows."""

    table: Table
    rows: tuple[CellRow, ...]


@dataclass(frozen=True, slots=True)
class Disclosure:
    """A framework's tables of a year, the inventory under each view, and notes for the reader."""

    map: DatapointMap
    facts: Facts
    tables: tuple[FilledTable, ...]
    views: tuple[InventoryView, ...]
    view_rows: tuple[ViewRow, ...]
    notes: tuple[str, ...]

    def cells(self) -> Iterator[tuple[FilledTable, CellRow, Cell]]:
        """Every cell with its table and row."""
        for table in self.tables:
            for row in table.rows:
                for cell in row.cells:
                    yield table, row, cell


def disclosure_of(
    found: DatapointMap, facts: Facts, views: tuple[InventoryView, ...]
) -> Disclosure:
    """Fill in every table of a framework's version."""
    tables = tuple(
        FilledTable(
            table, tuple(_row(found, facts, table, row) for row in rows_of(table.rows, facts))
        )
        for table in found.tables
    )
    rows = tuple(view_rows(views, facts.books, facts.year))
    return Disclosure(found, facts, tables, views, rows, tuple(_notes(found, facts)))


def _row(found: DatapointMap, facts: Facts, table: Table, row: Row) -> CellRow:
    cells = tuple(
        Cell(
            key=f"{table.code}:{row.key}:{number}",
            datapoint=column.datapoint_at(row.tag),
            reference=column.reference,
            label=column.label,
            evidence=column.evidence,
            answer=_answer(found, facts, column, row),
        )
        for number, column in enumerate(table.columns, start=1)
    )
    return CellRow(row.key, row.label, cells)


def _answer(found: DatapointMap, facts: Facts, column: Column, row: Row) -> Answer:
    known = computation(column.computation)
    assert known is not None  # a map with an unknown one is refused when it is read
    answer = known.answer(facts, row.subject)
    word = found.words.get(column.computation, {}).get(str(answer.value))
    if word is None:
        return answer
    called = said(word)
    why = said("%(title)s calls it “%(word)s”.", title=found.title, word=called)
    return replace(answer, value=called, arithmetic=(*answer.arithmetic, why))


def _notes(found: DatapointMap, facts: Facts) -> Iterator[str]:
    """What a reader has to know before the figures are used."""
    year = facts.year
    yield found.status
    if found.years_from is not None and year.first_day < found.years_from:
        yield said(
            "%(title)s is for years from %(day)s on; %(year)s begins before.",
            title=found.title,
            day=found.years_from,
            year=year.code,
        )
    codes = ", ".join(period.code for period in year.periods)
    yield said(
        "%(year)s: %(first)s until before %(end)s, %(days)s days."
        if codes == year.code
        else "%(year)s is %(periods)s: %(first)s until before %(end)s, %(days)s days.",
        year=year.code,
        periods=codes,
        first=year.first_day,
        end=year.ends_before,
        days=year.days,
    )
    still_open = [period.code for period in year.periods if not period.is_closed]
    if still_open:
        yield said(
            "Not closed yet, so figures may still change: %(periods)s.",
            periods=", ".join(still_open),
        )
    if not facts.schemes:
        yield said(
            "No scheme has posted anything for %(year)s: there are no figures.", year=year.code
        )
    if len(facts.schemes) > 1:
        yield said("Each scheme settles the same inventory: never add schemes up.")
    yield from _unsettled(facts)
    for scheme in facts.schemes:
        if scheme.is_illustrative:
            yield said(
                "%(scheme)s is illustrative, and so is what is disclosed about it.",
                scheme=scheme.code,
            )
    yield said(
        "Avoided emissions are in no figure. Renewable certificates count in market-based Scope 2 "
        "alone, never as removals."
    )


def _unsettled(facts: Facts) -> Iterator[str]:
    books = facts.books
    if books is None:
        return
    settled = total(each.settled_kgco2e for each in books.emissions)
    is_market = books.scope2_basis == "market"
    approved = total(
        each.market_kgco2e if is_market else each.location_kgco2e for each in facts.approved
    )
    if approved != settled:
        form = "%(left)s t are approved for the year and in no posted settlement of %(scheme)s."
        share = None
        if approved:
            share = percent(approved - settled, approved, 1)
            form = (
                "%(left)s t are approved for the year and in no posted settlement of %(scheme)s, "
                "%(share)s %% of all."
            )
        left = shown(tonnes(approved - settled))
        yield said(form, left=left, scheme=books.code, share=share)
    removed = total(each.settled_kgco2e for each in books.removals)
    if removed != facts.approved_removals_kgco2e:
        left = shown(tonnes(facts.approved_removals_kgco2e - removed))
        yield said(
            "%(left)s t of verified removals are in no posted settlement of %(scheme)s.",
            left=left,
            scheme=books.code,
        )
    charged = total(each.settled_kgco2e for each in books.charged)
    if settled:
        yield said(
            "%(scheme)s charges %(share)s %% of the %(settled)s t it settled; %(rest)s t are "
            "recorded and not charged.",
            scheme=books.code,
            share=percent(charged, settled, 1),
            settled=shown(tonnes(settled)),
            rest=shown(tonnes(settled - charged)),
        )


def is_computed(answer: Answer) -> bool:
    """Whether a value was worked out here, and not written by somebody."""
    return answer.origin in (Origin.SETTLED, Origin.RULE, Origin.APPROVED)
