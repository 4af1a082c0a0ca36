"""Every row of the bench, by name: what it measures, in which database, and what it waits for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from config.bench import (
    exports,
    imports,
    journals,
    load,
    pages,
    posting_door,
    quotes,
    sealing,
    settling,
)
from config.bench.measure import Measure
from config.bench.sizes import Size


@dataclass(frozen=True, slots=True)
class Row:
    """One row, or a few that belong together, measured in a process of its own.

    `after` names the row whose books it goes on with. `waits_for` says what has to come first; such
    a row is printed without a figure. One that is `alone` gets a database without records.
    """

    name: str
    work: str
    measure: Callable[[Size], Iterator[Measure]] | None = None
    after: str = ""
    alone: bool = False
    waits_for: str = ""


ROWS = (
    Row("settle", "settle a year through workers", settling.measure),
    Row("single", "entries one at a time", posting_door.measure_single),
    Row("batches", "entries in batches of 1,000", posting_door.measure_batches),
    Row("writers", "eight writers at once", posting_door.measure_writers),
    Row("balances", "balance and statement page", journals.measure, alone=True),
    Row("import", "import of a CSV file", imports.measure),
    Row("export", "export of the journal by HTTP", exports.measure, after="settle"),
    Row("quote", "quotes by HTTP", quotes.measure),
    Row("load", "twenty people at once", load.measure, after="settle"),
    Row("pages", "each page beside a small company's", pages.measure, after="settle"),
    Row("seal", "seal and verify", sealing.measure, after="settle"),
)


def chosen(names: Sequence[str]) -> list[Row]:
    """The rows of these names, in order, with those they go on with; without names, every row."""
    wanted = set(names) | {row.after for row in ROWS if row.name in names}
    return [row for row in ROWS if not names or row.name in wanted]
