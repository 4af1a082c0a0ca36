"""Calculates. A disclosure as lines of text, for people at a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.disclosure.answers import Answer, shown
from ledger.disclosure.inventory_views import ViewCell
from ledger.disclosure.tables import CellRow, Disclosure, FilledTable


def printed(found: Disclosure, *, explain: bool = False) -> Iterator[str]:
    """Every table with its datapoints; `explain` adds the arithmetic of each cell."""
    yield f"{found.map.title}, {found.facts.year.code}"
    for filled in found.tables:
        yield ""
        yield f"{filled.table.requirement}  {filled.table.title}"
        if not filled.rows:
            yield "  nothing"
        for row in filled.rows:
            yield from _row(filled, row, explain)
    yield from _views(found)
    yield ""
    yield from found.notes


def _row(filled: FilledTable, row: CellRow, explain: bool) -> Iterator[str]:
    yield f"  {row.label}"
    for cell in row.cells:
        number = cell.datapoint or cell.reference
        yield f"    {cell.label:52} {number:18} {_value(cell.answer)}"
        if explain:
            yield from (f"        {sentence}" for sentence in cell.answer.arithmetic)


def _value(answer: Answer) -> str:
    return f"{answer.shown} {answer.unit}".rstrip()


def _views(found: Disclosure) -> Iterator[str]:
    yield ""
    yield "Inventory views, tCO2e"
    yield f"  {'':34}" + "".join(f"{view.name:>26}" for view in found.views)
    for row in found.view_rows:
        yield f"  {row.label:34}" + "".join(f"{_tonnes(cell):>26}" for cell in row.cells)
    for row in found.view_rows:
        if not row.key.startswith("total"):
            for cell in row.cells:
                for each in cell.stated:
                    yield (
                        f"  stated beside the books, {row.label}: {shown(each.tonnes)} t "
                        f"({each.source})"
                    )


def _tonnes(cell: ViewCell) -> str:
    if cell.tonnes is None:
        return "left out"
    return shown(cell.tonnes) + (" *" if cell.stated else "")
