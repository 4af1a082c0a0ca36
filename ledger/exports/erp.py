"""Calculates. The file of an ERP system, document by document, as its layout has it.

Memory stays flat: documents of one day are open, and files of a company wait on disk.
"""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any

from departments.organisation.said import said
from ledger.exports.documents import Document, Documents, Facts
from ledger.exports.erp_cells import missing_constants, text_of
from ledger.exports.layouts import Cell
from ledger.exports.problems import Problems
from ledger.exports.setup import Setup

NEVER = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip file knows; ours tell no time
UNIX = 3
KEPT_IN_MEMORY = 1_000_000  # bytes of a company's file; a longer one waits on disk
PIECE = 65_536


class ErpBook:
    """Takes journal rows entry by entry and writes the file into `into`."""

    def __init__(self, into: IO[bytes], setup: Setup, batch: str) -> None:
        self.problems = Problems()
        self.line_count = self.entry_count = self.document_count = 0
        self._setup, self._batch = setup, batch
        self._files: _Files = (_Zipped if setup.layout.zipped else _Plain)(into, setup)
        self._documents = Documents(setup, self.problems, self._write)
        self._known: set[str] = set()

    def add(self, rows: list[Facts]) -> None:
        """The rows of one entry, kilograms too."""
        count = self._documents.add(rows)
        self.line_count += count
        self.entry_count += 1 if count else 0

    def close(self) -> None:
        """Write what is still open."""
        self._documents.flush()
        self._files.close()

    def _write(self, document: Document) -> None:
        self.document_count += 1
        self._check(document)
        file = self._files.of(document)
        shared = document.facts() | {"batch": self._batch}
        lines = [self._line(line | shared) for line in document.lines]
        file.write(self._document(lines, file))

    def _check(self, document: Document) -> None:
        entity, setup = document.legal_entity, self._setup
        entry_id = document.first_entry_id
        if not entity:
            for line in document.lines:
                self.problems.add(
                    said(
                        "Lines are in the books of no legal entity: give their department a place "
                        "on that day, or write the entry by hand for a department"
                    ),
                    line["entry_id"],
                )
        elif entity not in self._known:
            self._known.add(entity)
            for missing in missing_constants(entity, setup):
                self.problems.add(missing, entry_id)
        own = setup.currencies.get(entity, document.currency)
        if setup.layout.own_currency_alone and own != document.currency:
            self.problems.add(
                said(
                    "%(entity)s keeps its books in %(own)s, and %(format)s takes no %(currency)s: "
                    "export it in another format",
                    entity=entity,
                    own=own,
                    format=setup.layout.name,
                    currency=document.currency,
                ),
                entry_id,
            )

    def _line(self, line: Facts) -> Facts:
        amount, converted, rate = line["amount"], line["converted"], line["rate"]
        own = self._setup.currencies.get(line["legal_entity"])
        posting_date = None if own in (None, line["currency"]) else line["posting_date"]
        return {
            "tonnes": None,
            **line,
            "debit": amount if amount >= 0 else None,
            "credit": -amount if amount < 0 else None,
            "converted_debit": converted if converted is not None and amount >= 0 else None,
            "converted_credit": -converted if converted is not None and amount < 0 else None,
            "exchange_rate": rate.rate.normalize() if rate else None,
            "trading_partner": self._setup.trading_partner(line["counterparty"]),
            "conversion_date": rate.rate_on if rate else posting_date,
        }

    def _document(self, lines: list[Facts], file: _File) -> str:
        written = io.StringIO(newline="")
        rows = csv.writer(written, lineterminator="\r\n")
        layout = self._setup.layout
        if layout.shape == "blocks":
            header_mark, line_mark = layout.document_marks
            rows.writerow([header_mark, *(cell.name for cell in layout.header)])
            file.documents += 1
            rows.writerow([str(file.documents), *self._texts(layout.header, lines[0])])
            rows.writerow([line_mark, *(cell.name for cell in layout.columns)])
            rows.writerows(["", *self._texts(layout.columns, line)] for line in lines)
            return written.getvalue()
        for line in lines:
            file.lines += 1
            line["file_line"] = file.lines
            rows.writerow(self._texts(layout.columns, line))
        return written.getvalue()

    def _texts(self, cells: Iterable[Cell], facts: Facts) -> list[str]:
        return [text_of(cell, facts, self._setup, self.problems) for cell in cells]


@dataclass(slots=True)
class _File:
    """A file of documents, with how many lines and documents it has."""

    into: IO[bytes]
    names: str
    lines: int = 0
    documents: int = 0
    held: int = 0

    def __post_init__(self) -> None:
        self.into.write(self.names.encode())

    def write(self, text: str) -> None:
        self.into.write(text.encode())


class _Files:
    """Which file a document belongs to."""

    def __init__(self, into: IO[bytes], setup: Setup) -> None:
        self._into, self._setup = into, setup

    def of(self, document: Document) -> _File:
        """The file that a document goes into."""
        raise NotImplementedError

    def close(self) -> None:
        """Nothing more comes."""

    def _names(self) -> str:
        layout = self._setup.layout
        if not layout.has_names or layout.shape == "blocks":
            return ""
        written = io.StringIO(newline="")
        csv.writer(written, lineterminator="\r\n").writerow(cell.name for cell in layout.columns)
        return written.getvalue()


class _Plain(_Files):
    """One file and nothing around it."""

    def __init__(self, into: IO[bytes], setup: Setup) -> None:
        super().__init__(into, setup)
        self._file = _File(into, self._names())

    def of(self, document: Document) -> _File:
        return self._file


class _Zipped(_Files):
    """Files in a zip: one, one a company, or several a company where a file has a limit."""

    def __init__(self, into: IO[bytes], setup: Setup) -> None:
        super().__init__(into, setup)
        self._zip = zipfile.ZipFile(into, "w")
        self._open: dict[str, _File] = {}
        self._numbers: dict[str, int] = {}

    def of(self, document: Document) -> _File:
        layout = self._setup.layout
        company = document.legal_entity if layout.file_for_each_company else ""
        file = self._open.get(company)
        coming = len(document.lines)
        if file is not None and layout.file_lines and file.held + coming > layout.file_lines:
            self._put(company)
            file = None
        if file is None:
            # it is closed when it is put into the zip file
            waiting: Any = tempfile.SpooledTemporaryFile(KEPT_IN_MEMORY)  # noqa: SIM115
            file = self._open[company] = _File(waiting, self._names())
        file.held += coming
        return file

    def close(self) -> None:
        layout = self._setup.layout
        if not self._open and not self._numbers and not layout.file_for_each_company:
            self._open[""] = _File(io.BytesIO(), self._names())
        for company in sorted(self._open):
            self._put(company)
        self._zip.close()

    def _put(self, company: str) -> None:
        """Stored, not deflated: another zlib would write other bytes of the same file."""
        file = self._open.pop(company)
        entry = zipfile.ZipInfo(self._name(company), NEVER)
        entry.create_system = UNIX
        entry.file_size = file.into.tell()
        with self._zip.open(entry, "w") as to:
            for piece in _pieces(file.into):
                to.write(piece)
        file.into.close()

    def _name(self, company: str) -> str:
        layout = self._setup.layout
        parts = [layout.file_name]
        if company:
            parts.append(self._setup.constant(company, layout.company_constant) or company)
        if layout.file_lines:
            self._numbers[company] = self._numbers.get(company, 0) + 1
            parts.append(f"{self._numbers[company]:04}")
        return "-".join(parts) + ".csv"


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(PIECE):
        yield piece
