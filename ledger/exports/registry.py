"""Reads. Which formats there are: one row each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ledger.errors import ExportFormatUnknown
from ledger.exports import beancount, generic_csv, hledger, jsonl
from ledger.exports.columns import Notation
from ledger.journal_lines import JournalRow


@dataclass(frozen=True, slots=True)
class Format:
    """How the journal becomes text: by date, and the lines of an entry together.

    Either a notation, in which PostgreSQL writes every line itself, or `write`, which turns rows
    into text and holds one entry in memory at a time.
    """

    name: str
    description: str
    extension: str
    media_type: str
    notation: Notation | None = None
    write: Callable[[Iterable[JournalRow]], Iterator[str]] | None = None


FORMATS: dict[str, Format] = {
    entry.name: entry
    for entry in (
        Format(
            "generic-csv",
            "a row a line, for spreadsheets and imports",
            "csv",
            "text/csv",
            generic_csv.NOTATION,
        ),
        Format("jsonl", "a JSON object a line", "jsonl", "application/x-ndjson", jsonl.NOTATION),
        Format(
            "beancount",
            "a transaction an entry, read by bean-check and Fava",
            "beancount",
            "text/plain",
            write=beancount.pieces,
        ),
        Format(
            "hledger",
            "a transaction an entry, read by hledger",
            "journal",
            "text/plain",
            write=hledger.pieces,
        ),
    )
}


def format_named(name: str) -> Format:
    """The format of that name.

    Raises: ExportFormatUnknown, with the names there are.
    """
    if name not in FORMATS:
        raise ExportFormatUnknown(name, sorted(FORMATS))
    return FORMATS[name]
