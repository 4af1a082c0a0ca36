"""Reads. Which formats there are: one row each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_noop as _

from ledger.errors.exports import ExportFormatUnknown
from ledger.exports import beancount, generic_csv, hledger, jsonl
from ledger.exports.books import BookMaker, parquet_book, xlsx_book
from ledger.exports.columns import Notation
from ledger.journal_lines import JournalRow

ZIP = "application/zip"


@dataclass(frozen=True, slots=True)
class Format:
    """How the journal becomes a file: by date, and the lines of an entry together.

    One of four: a notation, in which PostgreSQL writes every line itself; `write`, which turns rows
    into text and holds one entry in memory at a time; `book`, which takes rows and writes bytes; or
    the layout of an ERP system (`is_erp`), which is data and takes money alone.
    """

    name: str
    description: str
    extension: str
    media_type: str
    notation: Notation | None = None
    write: Callable[[Iterable[JournalRow]], Iterator[str]] | None = None
    book: BookMaker | None = None
    is_erp: bool = False

    @property
    def tells_converted(self) -> bool:
        """Whether its columns tell what a line is in the currency of the books it is in."""
        return self.notation is not None or self.book is not None

    @property
    def content_type(self) -> str:
        """The media type, with how its characters are written."""
        is_text = self.extension not in ("zip", "xlsx", "parquet")
        return f"{self.media_type}; charset=utf-8" if is_text else self.media_type


def _erp(name: str, description: str, extension: str) -> Format:
    media_type = ZIP if extension == "zip" else "text/csv"
    return Format(name, description, extension, media_type, is_erp=True)


FORMATS: dict[str, Format] = {
    entry.name: entry
    for entry in (
        Format(
            "generic-csv",
            _("a row a line, for spreadsheets and imports"),
            "csv",
            "text/csv",
            generic_csv.NOTATION,
        ),
        Format("jsonl", _("a JSON object a line"), "jsonl", "application/x-ndjson", jsonl.NOTATION),
        Format(
            "beancount",
            _("a transaction an entry, read by bean-check and Fava"),
            "beancount",
            "text/plain",
            write=beancount.pieces,
        ),
        Format(
            "hledger",
            _("a transaction an entry, read by hledger"),
            "journal",
            "text/plain",
            write=hledger.pieces,
        ),
        Format(
            "xlsx",
            _("a row a line, as a workbook"),
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            book=xlsx_book,
        ),
        Format(
            "parquet",
            _("a row a line, with exact decimals, for data platforms"),
            "parquet",
            "application/vnd.apache.parquet",
            book=parquet_book,
        ),
        _erp("sap", _("SAP S/4HANA, upload of journal entries (F2548)"), "csv"),
        _erp("oracle-fbdi", _("Oracle Fusion, journal import (GlInterface)"), "zip"),
        _erp("netsuite", _("NetSuite, CSV import of journal entries"), "csv"),
        _erp("dynamics-365", _("Dynamics 365 Finance, general journal"), "zip"),
        _erp("xero", _("Xero, import of manual journals"), "zip"),
    )
}

ERP_FORMATS = tuple(name for name, known in FORMATS.items() if known.is_erp)


def format_named(name: str) -> Format:
    """The format of that name.

    Raises: ExportFormatUnknown, with the names there are.
    """
    if name not in FORMATS:
        raise ExportFormatUnknown(name, sorted(FORMATS))
    return FORMATS[name]
