"""Calculates. One settled inventory under several criteria, side by side; both Scope 2 bases.

A view says which scopes and categories it takes in. What management counts beside them, such as
certificates, is stated with its source in a column of its own: it is settled by nobody, and no
table of a standard takes it in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from departments.organisation.said import said
from ledger.disclosure.answers import BASES, Answer, Origin, added_up, place, shown
from ledger.disclosure.facts import SchemeFacts, Year, total


@dataclass(frozen=True, slots=True)
class Stated:
    """Tonnes that a view adds for a period and place, and who says so. Not from the books."""

    period: str
    place: str
    tonnes: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class InventoryView:
    """A named set of places, `1`, `2`, `3` or `3.6`, and the Scope 2 basis of its total."""

    code: str
    name: str
    note: str
    scope2_basis: str
    takes_in: tuple[str, ...]
    leaves_out: tuple[str, ...] = ()
    stated: tuple[Stated, ...] = ()

    def includes(self, scope: int, category: int | None) -> bool:
        """Whether it takes in a place: by the place itself, else by its scope."""
        codes = {str(scope), f"{scope}.{category}"}
        return bool(codes & set(self.takes_in)) and not codes & set(self.leaves_out)


@dataclass(frozen=True, slots=True)
class ViewCell:
    """A place in a view: what was settled, what is stated beside it, and both together."""

    settled: Answer
    stated: tuple[Stated, ...]

    @property
    def stated_tonnes(self) -> Decimal:
        return total(each.tonnes for each in self.stated)

    @property
    def tonnes(self) -> Decimal | None:
        """Both together; None, where the view leaves the place out."""
        if not isinstance(self.settled.value, Decimal):
            return None
        return self.settled.value + self.stated_tonnes


@dataclass(frozen=True, slots=True)
class ViewRow:
    """A place, or a total, in every view, in their order."""

    key: str
    label: str
    cells: tuple[ViewCell, ...]


def view_rows(
    views: Iterable[InventoryView], books: SchemeFacts | None, year: Year
) -> list[ViewRow]:
    """Scope 1, both bases of Scope 2, each category of Scope 3, and the total of each view."""
    if books is None:
        return []
    kept = tuple(views)
    places = sorted({(each.scope or 0, each.category or 0) for each in books.emissions} | {(2, 0)})
    rows = []
    for scope, category in places:
        for basis in ("location", "market") if scope == 2 else ("market",):
            cells = tuple(_cell(view, books, year, scope, category or None, basis) for view in kept)
            label = place(scope, category or None)
            if scope == 2:
                label = said("%(place)s, %(basis)s", place=label, basis=BASES[basis])
            key = f"{scope}" + (f".{category}" if category else "")
            rows.append(ViewRow(key + (f"/{basis}" if scope == 2 else ""), label, cells))
    return [*rows, *(_total(kept, rows, basis) for basis in ("location", "market"))]


def _cell(
    view: InventoryView,
    books: SchemeFacts,
    year: Year,
    scope: int,
    category: int | None,
    basis: str,
) -> ViewCell:
    if not view.includes(scope, category):
        left_out = place(scope, category)
        why = said("“%(view)s” leaves %(place)s out.", view=view.name, place=left_out)
        return ViewCell(Answer(None, Origin.RULE, arithmetic=(why,)), ())
    lines = [each for each in books.emissions if (each.scope, each.category) == (scope, category)]
    code = f"{scope}.{category}" if category else str(scope)
    periods = {period.code for period in year.periods}
    stated = tuple(
        each
        for each in view.stated
        if each.place == code
        and each.period in periods
        and (scope != 2 or basis == view.scope2_basis)
    )
    return ViewCell(added_up(books, lines, basis=basis), stated)


def _total(views: tuple[InventoryView, ...], rows: list[ViewRow], basis: str) -> ViewRow:
    own = [row for row in rows if not row.key.startswith("2/") or row.key == f"2/{basis}"]
    cells = []
    for number, _view in enumerate(views):
        parts = [row.cells[number] for row in own]
        values = [part.settled.value for part in parts if isinstance(part.settled.value, Decimal)]
        sentence = said(
            "%(terms)s = %(total)s t settled, Scope 2 %(basis)s.",
            terms=" + ".join(shown(value) for value in values),
            total=shown(total(values)),
            basis=BASES[basis],
        )
        settled = Answer(total(values), Origin.SETTLED, "tCO2e", (sentence,))
        cells.append(ViewCell(settled, tuple(each for part in parts for each in part.stated)))
    label = said("Total, Scope 2 %(basis)s", basis=BASES[basis])
    return ViewRow(f"total/{basis}", label, tuple(cells))
