"""Reads. The bytes of the journal in a format, as COPY sends them, in flat memory."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from queue import SimpleQueue
from threading import Semaphore, Thread
from typing import Any

from django.db import connection, transaction

from ledger.exports import jsonl
from ledger.exports.books import Book
from ledger.exports.columns import ERP_COLUMNS, Column, Notation, columns_of, names_of
from ledger.exports.documents import Document, Documents
from ledger.exports.entries import by_entry
from ledger.exports.erp import ErpBook
from ledger.exports.line_text import Books, text_statement
from ledger.exports.problems import Problems
from ledger.exports.registry import Format
from ledger.exports.rows import Selection, export_rows
from ledger.exports.setup import Setup

PIECE = 65_536  # bytes; smaller ones cost more than they hold
PIECES_WAITING = 8
Take = Callable[[bytes], object]
Progress = Callable[[int], None]

# The order of the rows is that of the innermost sort: no worker may mix them. A period is sorted in
# memory, and what is small is hashed.
SETTINGS = """
    SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL work_mem = '128MB';
    SET LOCAL DateStyle = 'ISO'
"""
# COPY's binary rows: how many fields, then each with its length in front. Nothing is escaped. Ours
# are a text and a count of four bytes, so both stand at known places and nothing is unpacked.
SIGNATURE = b"PGCOPY\n\xff\r\n\0"
HEADER_BYTES = len(SIGNATURE) + 8
TWO_FIELDS = b"\0\2"
TEXT = slice(6, -8)
COUNT = slice(-4, None)


@dataclass(slots=True)
class Written:
    """What was written so far; of an ERP file also its documents, and what is wrong with it."""

    line_count: int = 0
    entry_count: int = 0
    document_count: int | None = None
    problems: list[str] = field(default_factory=list)


def write(
    layout: Format,
    selection: Selection,
    take: Take,
    progress: Progress | None = None,
    setup: Setup | None = None,
) -> Written:
    """Give the file of a selection to `take`, piece by piece. `progress` is told the lines so far.

    One statement reads everything, so the file is of one moment. An ERP file needs its setup; one
    with problems is not given.
    """
    if layout.book is not None or layout.is_erp:
        return _write_book(layout, selection, take, progress, setup)
    pieces = _Pieces(take, progress)
    if layout.notation is not None:
        with transaction.atomic(), connection.cursor() as cursor:
            _copy(cursor.cursor, layout.notation, selection, pieces, _Asked.of(cursor, selection))
    if layout.write is not None:
        for text in layout.write(pieces.counted(export_rows(selection))):
            pieces.add(text.encode())
    pieces.flush()
    return pieces.written


def _write_book(
    layout: Format,
    selection: Selection,
    take: Take,
    progress: Progress | None,
    setup: Setup | None,
) -> Written:
    """The file waits on disk until it is whole: its table of contents is written last."""
    with tempfile.TemporaryFile() as file:
        with transaction.atomic(), connection.cursor() as cursor:
            asked = _FOR_ERP if layout.is_erp else _Asked.of(cursor, selection)
            book: Book
            if layout.book is not None:
                book = layout.book(file, names_of(asked.columns))
            else:
                assert setup is not None
                book = ErpBook(file, setup, f"CFL {selection.period or 'all periods'}")
            pieces = _Pieces(_by_entry(book.add), progress)
            _copy(cursor.cursor, jsonl.NOTATION, selection, pieces, asked)
            pieces.flush()
            book.close()
        written = Written(book.line_count, book.entry_count)
        if isinstance(book, ErpBook):
            written.document_count = book.document_count
            written.problems = book.problems.listed()
        if not written.problems:
            file.seek(0)
            while piece := file.read(PIECE):
                take(piece)
    return written


def documents_of(selection: Selection, setup: Setup, give: Callable[[Document], None]) -> None:
    """The documents of an ERP export once more, without their file."""
    documents = Documents(setup, Problems(), give)
    with transaction.atomic(), connection.cursor() as cursor:
        pieces = _Pieces(_by_entry(lambda rows: documents.add(rows)))
        _copy(cursor.cursor, jsonl.NOTATION, selection, pieces, _FOR_ERP)
        pieces.flush()
    documents.flush()


def _by_entry(add: Callable[[list[dict[str, Any]]], object]) -> Take:
    """Takes pieces of JSON Lines, which hold whole entries, and gives the rows of each on."""

    def put(piece: bytes) -> None:
        for _, rows in groupby(map(json.loads, piece.splitlines()), key=itemgetter("entry_id")):
            add(list(rows))

    return put


def stream(notation: Notation, selection: Selection) -> Iterator[bytes]:
    """The same as an iterator, for an answer by HTTP. Whoever stops early stops the server, too.

    A thread copies while the pieces before are being sent; it waits when nobody takes them.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        hose = _Hose(cursor.cursor, notation, selection, _Asked.of(cursor, selection))
        try:
            yield from hose.pieces()
        finally:
            hose.stop()


class _Pieces:
    """Takes COPY's rows, an entry each, and gives their text on in pieces of a good size."""

    def __init__(self, take: Take, progress: Progress | None = None) -> None:
        self.written = Written()
        self._take, self._progress = take, progress
        self._waiting: list[bytes] = []
        self._bytes = 0

    def write(self, message: bytes) -> None:
        """One message of COPY: a row, the first with a header in front, or the end."""
        if message[:2] != TWO_FIELDS:
            message = message[HEADER_BYTES:] if message.startswith(SIGNATURE) else b""
            if message[:2] != TWO_FIELDS:
                return
        self.written.entry_count += 1
        self.written.line_count += int.from_bytes(message[COUNT])
        self.add(message[TEXT])

    def add(self, content: bytes) -> None:
        """Some bytes of the file."""
        self._waiting.append(content)
        self._bytes += len(content)
        if self._bytes >= PIECE:
            self.flush()

    def flush(self) -> None:
        """Give on what waits."""
        if self._waiting:
            self._take(b"".join(self._waiting))
            self._waiting, self._bytes = [], 0
            if self._progress is not None:
                self._progress(self.written.line_count)

    def counted(self, rows: Iterator[Any]) -> Iterator[Any]:
        """The same rows, counted."""
        for lines in by_entry(rows):
            self.written.entry_count += 1
            self.written.line_count += len(lines)
            yield from lines


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which columns, and whose books a line is said to be in."""

    columns: tuple[Column, ...]
    books: Books
    converts: bool = False

    @classmethod
    def of(cls, cursor: Any, selection: Selection) -> _Asked:
        """Whether any account names its legal entity."""
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pricing_scheme WHERE fund_entity_id IS NOT NULL)"
        )
        tells_books = bool(cursor.fetchone()[0])
        books = Books.OF_ACCOUNT if tells_books else Books.OF_ENTRY
        converts = bool(selection.rates)
        columns = columns_of(selection.schema_version, tells_books=tells_books, converts=converts)
        return cls(columns, books, converts)


_FOR_ERP = _Asked(ERP_COLUMNS, Books.OF_LINE)


@dataclass(slots=True)
class _Hose:
    """COPY in a thread, and the pieces that came out of it; only so many wait to be sent."""

    cursor: Any
    notation: Notation
    selection: Selection
    asked: _Asked
    waiting: SimpleQueue[bytes | BaseException | None] = field(default_factory=SimpleQueue)
    room: Semaphore = field(default_factory=lambda: Semaphore(PIECES_WAITING))
    is_stopped: bool = False
    thread: Thread = field(init=False)

    def __post_init__(self) -> None:
        self.thread = Thread(target=self._run, daemon=True)
        self.thread.start()

    def pieces(self) -> Iterator[bytes]:
        """What comes out; a failure of the copying is raised here."""
        while (piece := self.waiting.get()) is not None:
            if isinstance(piece, BaseException):
                raise piece
            yield piece
            self.room.release()

    def stop(self) -> None:
        """Let the thread end, though nobody wants the rest."""
        self.is_stopped = True
        self.room.release()
        if self.thread.is_alive():
            self.cursor.connection.cancel()
        self.thread.join()

    def _run(self) -> None:
        pieces = _Pieces(self._put)
        try:
            _copy(self.cursor, self.notation, self.selection, pieces, self.asked)
            pieces.flush()
            self.waiting.put(None)
        except BaseException as failure:
            self.waiting.put(failure)

    def _put(self, piece: bytes) -> None:
        self.room.acquire()
        if self.is_stopped:
            raise InterruptedError
        self.waiting.put(piece)


def _copy(
    cursor: Any, notation: Notation, selection: Selection, pieces: _Pieces, asked: _Asked
) -> None:
    pieces.add(notation.header(names_of(asked.columns)).encode())
    cursor.execute(SETTINGS)
    text = text_statement(asked.columns, notation, books=asked.books, converts=asked.converts)
    query = cursor.mogrify(text, selection.facts()).decode()
    cursor.copy_expert(f"COPY ({query}) TO STDOUT (FORMAT binary)", pieces)
