"""Calculates. How much of everything a run measures."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """The figures of one size.

    `journals`: lines of the journals in which balances and pages are read; the first is what the
    others are compared with. `batches` of 1,000 entries. `csv_rows` of the imported file. Of
    `page_visits` of each page the median counts.
    """

    records: int
    departments: int
    journals: tuple[int, ...]
    single_entries: int
    batches: int
    entries_a_writer: int
    csv_rows: int
    page_visits: int


SIZES = {
    "small": Size(20_000, 200, (1_000, 10_000, 100_000), 200, 2, 60, 5_000, 3),
    "medium": Size(200_000, 2_000, (10_000, 100_000, 1_000_000), 1_000, 10, 250, 100_000, 10),
    "full": Size(
        1_000_000, 10_000, (100_000, 1_000_000, 10_000_000), 2_000, 20, 500, 1_000_000, 10
    ),
}
