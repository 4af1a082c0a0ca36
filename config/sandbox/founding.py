"""Writes. Makes a sandbox beside the books, lists what there is, and drops it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import psycopg2
from django.db import connection
from psycopg2 import sql
from psycopg2.errors import InsufficientPrivilege, ObjectInUse, UndefinedTable
from psycopg2.extensions import connection as Connection

from config.engines.roles import database_statement
from config.sandbox import copying
from config.sandbox.errors import (
    BooksNotMigrated,
    DatabaseNotMade,
    NothingToBeginWith,
    SandboxInUse,
    SandboxIsThere,
    SandboxNotFound,
)
from config.sandbox.places import database_of, folder_of, sandbox_of

_MARK = """
    CREATE SCHEMA carbon_sandbox;
    CREATE TABLE carbon_sandbox.clock (
        is_one boolean PRIMARY KEY DEFAULT true CHECK (is_one),
        set_to timestamptz NOT NULL,
        set_at timestamptz NOT NULL DEFAULT clock_timestamp()
    );
    CREATE TABLE carbon_sandbox.origin (
        made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        begins_on date NOT NULL,
        has_records boolean NOT NULL
    );
    GRANT USAGE ON SCHEMA carbon_sandbox TO PUBLIC;
    GRANT SELECT, UPDATE ON carbon_sandbox.clock TO PUBLIC;
    GRANT SELECT ON carbon_sandbox.origin TO PUBLIC;
"""
_FIRST_OPEN = "SELECT min(lower(days)) FROM ledger_accountingperiod WHERE state = 'open'"
_MIGRATIONS = "SELECT app || '.' || name FROM django_migrations"
_STATE = """
    SELECT clock_timestamp() + (c.set_to - c.set_at), o.begins_on, o.has_records,
           (SELECT coalesce(string_agg(code, ' ' ORDER BY days), '') FROM ledger_accountingperiod
             WHERE state = 'closed'),
           (SELECT count(*) FROM ledger_accountingperiod WHERE state = 'open'),
           (SELECT count(*) FROM ledger_journalentry),
           pg_database_size(current_database())
      FROM carbon_sandbox.clock c, carbon_sandbox.origin o
"""


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A sandbox that is there, and where it stands."""

    name: str
    now: datetime
    begins_on: date
    has_records: bool
    closed: tuple[str, ...]
    open_count: int
    entry_count: int
    bytes_on_disk: int


@dataclass(frozen=True, slots=True)
class Made:
    """What a new sandbox begins with."""

    begins_on: date
    rows: int
    tables: int
    periods: int


def make(
    name: str,
    *,
    migrate: Callable[[], None],
    from_on: date | None,
    with_records: bool,
    with_periods: bool,
) -> Made:
    """Make a sandbox: its database, its tables by `migrate`, then what it has from the books.

    It begins on `from_on`, or on the first day that is open in the books. Nothing is left of it
    where that fails.

    Raises: NameRefused, SandboxIsThere, NothingToBeginWith, DatabaseNotMade, BooksNotMigrated.
    """
    database = database_of(books_database(), name)
    with _reading_books() as books:
        begins_on = from_on or _first_open_day(books)
        if begins_on is None:
            raise NothingToBeginWith
        books.rollback()  # the snapshot is taken when copying begins
        _make_database(name, database)
        try:
            migrate()
            with _connected(database) as sandbox:
                _refuse_other_tables(books, sandbox)
                tables = copying.tables_to_copy(books, with_records=with_records)
                copied = copying.copy_rows(books, sandbox, tables, begins_on=begins_on)
                sandbox.commit()
                periods = 0
                if with_periods:
                    periods = copying.copy_periods(books, sandbox, begins_on=begins_on)
                _mark(sandbox, begins_on=begins_on, has_records=with_records)
        except BaseException:
            _drop_database(name, database)
            raise
    return Made(begins_on, sum(copied.values()), len(copied), periods)


def sandboxes() -> list[Sandbox]:
    """Every sandbox beside these books, by name."""
    return [state for name in _names() if (state := _state_of(name)) is not None]


def require(name: str) -> Sandbox:
    """The sandbox of that name.

    Raises: NameRefused, SandboxNotFound.
    """
    database_of(books_database(), name)
    names = _names()
    state = _state_of(name) if name in names else None
    if state is None:
        raise SandboxNotFound(name, [each for each in names if each != name])
    return state


def drop(name: str, *, var: Path) -> None:
    """Drop a sandbox with its files, also one whose making was interrupted.

    Raises: NameRefused, SandboxNotFound, SandboxInUse.
    """
    database = database_of(books_database(), name)
    names = _names()
    if name not in names:
        raise SandboxNotFound(name, names)
    _drop_database(name, database)
    shutil.rmtree(folder_of(database, var=var), ignore_errors=True)


def books_database() -> str:
    """The database of the books, which this process is connected to."""
    return str(connection.settings_dict["NAME"])


def _mark(sandbox: Connection, *, begins_on: date, has_records: bool) -> None:
    """Say in the database that it is a sandbox, and set its clock; without the mark nobody uses it.

    Its statistics are renewed as well: the first settlement would plan by those of empty tables.
    """
    with sandbox.cursor() as cursor:
        cursor.execute(_MARK)
        cursor.execute(
            "INSERT INTO carbon_sandbox.clock (set_to) VALUES (%s)",
            [datetime.combine(begins_on, time(), UTC)],
        )
        cursor.execute(
            "INSERT INTO carbon_sandbox.origin (begins_on, has_records) VALUES (%s, %s)",
            [begins_on, has_records],
        )
        cursor.execute("ANALYZE")


def _names() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database ORDER BY datname")
        found = [sandbox_of(books_database(), name) for (name,) in cursor.fetchall()]
    return [name for name in found if name]


def _state_of(name: str) -> Sandbox | None:
    """None for a database whose making did not come to its end."""
    with _connected(database_of(books_database(), name)) as sandbox, sandbox.cursor() as cursor:
        try:
            cursor.execute(_STATE)
        except UndefinedTable:
            sandbox.rollback()
            return None
        facts: Any = cursor.fetchone()
    now, begins_on, has_records, closed, *counts = facts
    return Sandbox(name, now, begins_on, has_records, tuple(closed.split()), *counts)


def _make_database(name: str, database: str) -> None:
    if name in _names():
        with _connected(database) as there, there.cursor() as cursor:
            cursor.execute("SELECT to_regclass('django_migrations')")
            if cursor.fetchone() != (None,):
                raise SandboxIsThere(name)
        return  # a superuser has made it for us, and it is empty
    with _alone() as server, server.cursor() as cursor:
        try:
            cursor.execute(database_statement(database))
        except InsufficientPrivilege as error:
            raise DatabaseNotMade(database_statement(database)) from error


def _drop_database(name: str, database: str) -> None:
    with _alone() as server, server.cursor() as cursor:
        try:
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(database)))
        except ObjectInUse as error:
            raise SandboxInUse(name) from error


def _first_open_day(books: Connection) -> date | None:
    with books.cursor() as cursor:
        cursor.execute(_FIRST_OPEN)
        found = cursor.fetchone()
        return found[0] if found else None


def _refuse_other_tables(books: Connection, sandbox: Connection) -> None:
    done = []
    for place in (books, sandbox):
        with place.cursor() as cursor:
            cursor.execute(_MIGRATIONS)
            done.append({name for (name,) in cursor.fetchall()})
    if done[0] != done[1]:
        raise BooksNotMigrated(sorted(done[0] ^ done[1]))


@contextmanager
def _reading_books() -> Iterator[Connection]:
    """One snapshot of the books, in a transaction that can't write."""
    books = psycopg2.connect(**connection.get_connection_params())
    books.set_session(isolation_level="REPEATABLE READ", readonly=True)
    try:
        yield books
    finally:
        books.close()


@contextmanager
def _connected(database: str) -> Iterator[Connection]:
    """A transaction in a sandbox's database; committed, if nothing was refused."""
    opened = psycopg2.connect(**{**connection.get_connection_params(), "dbname": database})
    try:
        yield opened
        opened.commit()
    finally:
        opened.close()


@contextmanager
def _alone() -> Iterator[Connection]:
    """A connection without a transaction, as making and dropping a database want it."""
    opened = psycopg2.connect(**connection.get_connection_params())
    opened.autocommit = True
    try:
        yield opened
    finally:
        opened.close()
