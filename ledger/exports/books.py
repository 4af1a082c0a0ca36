"""Calculates. Formats that are no plain text: what takes rows and writes the bytes of a file.

Their libraries are large, so they are imported by the first who asks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import IO, Any, Protocol


class Book(Protocol):
    """A file that is being written."""

    line_count: int
    entry_count: int

    def add(self, rows: list[dict[str, Any]]) -> None:
        """The rows of one entry, as JSON has them."""

    def close(self) -> None:
        """Write what is left."""


BookMaker = Callable[[IO[bytes], Sequence[str]], Book]


def xlsx_book(into: IO[bytes], names: Sequence[str]) -> Book:
    """A workbook."""
    from ledger.exports.xlsx import XlsxBook

    return XlsxBook(into, names)


def parquet_book(into: IO[bytes], names: Sequence[str]) -> Book:
    """A Parquet file."""
    from ledger.exports.parquet import ParquetBook

    return ParquetBook(into, names)
