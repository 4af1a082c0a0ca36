"""Writes. Who, facts and policy of the books into an empty sandbox; of the money only its mapping.

An app's foreign keys point down the chain, so the lower apps are whole without the journal. The
books are read in one snapshot that may write nothing.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

WHOLE_APPS = ("inventory", "pricing")
WHO = (
    "organisation_costcentre",
    "organisation_department",
    "organisation_departmentplacement",
    "organisation_legalentity",
    "organisation_membership",
    "organisation_user",
)
# What of the ledger is no money: what the general ledger and an ERP call things.
NAMES_IN_THE_ERP = ("ledger_exportconstant", "ledger_glmapping")
# Files' bytes, and grants, which the journal has paid.
LEFT_OUT = (
    "inventory_evidencefile",
    "inventory_evidencepart",
    "inventory_importpart",
    "pricing_grantapplication",
    "pricing_grantbudget",
    "pricing_grantmeasurement",
    "pricing_grantmilestone",
)
KNOWLEDGE = (  # of inventory, where its records stay behind
    "inventory_allocationkey",
    "inventory_allocationshare",
    "inventory_columnmapping",
    "inventory_emissionfactor",
    "inventory_factorset",
    "inventory_globalwarmingpotential",
)
INSTEAD = {  # what stands in place of a column of the books
    ("organisation_user", "password"): "'!'",  # nobody signs in with it
    ("organisation_user", "email"): "''",
}
_IN_MEMORY_BYTES = 16 * 1024 * 1024

_TABLES = """
    SELECT relname FROM pg_class
     WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND NOT relispartition
       AND (split_part(relname, '_', 1) = ANY (%s) OR relname = ANY (%s)) AND relname <> ALL (%s)
     ORDER BY relname
"""
_COLUMNS = """
    SELECT attname FROM pg_attribute
     WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
     ORDER BY attnum
"""
_TRIGGERS = """
    SELECT tgrelid::regclass::text, tgname FROM pg_trigger
     WHERE tgrelid = ANY (%s::regclass[]) AND NOT tgisinternal AND tgenabled = 'O'
"""
_SEQUENCES = """
    SELECT sequencename, last_value FROM pg_sequences
     WHERE schemaname = current_schema() AND last_value IS NOT NULL
       AND (split_part(sequencename, '_', 1) = ANY (%s) OR sequencename = ANY (%s))
"""
_PERIODS = """
    SELECT code, days FROM ledger_accountingperiod WHERE lower(days) >= %s ORDER BY days
"""


def tables_to_copy(books: Connection, *, with_records: bool) -> list[str]:
    """The tables that a sandbox begins with, by name."""
    with books.cursor() as cursor:
        named = [*WHO, *NAMES_IN_THE_ERP]
        cursor.execute(_TABLES, [list(WHOLE_APPS), named, list(LEFT_OUT)])
        found = [name for (name,) in cursor.fetchall()]
    return [
        name
        for name in found
        if with_records or not name.startswith("inventory_") or name in KNOWLEDGE
    ]


def copy_rows(
    books: Connection, sandbox: Connection, tables: Sequence[str], *, begins_on: date
) -> dict[str, int]:
    """Copy the tables, and let the sandbox's schemes begin on a day: what is before stays unbilled.

    Guards are asleep meanwhile, since the rows have passed them in the books; checks and foreign
    keys are not. Both connections have a transaction open. Returns: rows by table.
    """
    copied = {}
    with sandbox.cursor() as cursor, _asleep(sandbox, tables):
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for table in tables:
            cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        for table in tables:
            copied[table] = _copy_table(books, sandbox, table)
        cursor.execute("UPDATE pricing_scheme SET starts_on = greatest(starts_on, %s)", [begins_on])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    _continue_sequences(books, sandbox)
    return copied


def copy_periods(books: Connection, sandbox: Connection, *, begins_on: date) -> int:
    """The books' periods from a day on, all of them open. Returns: how many."""
    with books.cursor() as reading, sandbox.cursor() as writing:
        reading.execute(_PERIODS, [begins_on])
        rows = reading.fetchall()
        for code, days in rows:
            writing.execute(
                "INSERT INTO ledger_accountingperiod (code, days, state) VALUES (%s, %s, 'open')",
                [code, days],
            )
    return len(rows)


@contextmanager
def _asleep(sandbox: Connection, tables: Sequence[str]) -> Iterator[None]:
    """Triggers of the tables, off and on again, each as it was."""
    with sandbox.cursor() as cursor:
        cursor.execute(_TRIGGERS, [list(tables)])
        triggers = cursor.fetchall()
        for way in ("DISABLE", "ENABLE"):
            for table, name in triggers:
                turn = sql.SQL("ALTER TABLE {} {} TRIGGER {}")
                cursor.execute(
                    turn.format(sql.Identifier(table), sql.SQL(way), sql.Identifier(name))
                )
            if way == "DISABLE":
                yield


def _copy_table(books: Connection, sandbox: Connection, table: str) -> int:
    with books.cursor() as reading, sandbox.cursor() as writing:
        reading.execute(_COLUMNS, [table])
        columns = [name for (name,) in reading.fetchall()]
        chosen = sql.SQL(", ").join(
            sql.SQL(INSTEAD[table, name]) if (table, name) in INSTEAD else sql.Identifier(name)
            for name in columns
        )
        place = sql.Identifier(table)
        out = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT").format(chosen, place)
        into = sql.SQL("COPY {} ({}) FROM STDIN").format(
            place, sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES) as spool:
            reading.copy_expert(out, spool)
            spool.seek(0)
            writing.copy_expert(into, spool)
        return int(writing.rowcount)


def _continue_sequences(books: Connection, sandbox: Connection) -> None:
    """Numbers go on where those of the books are: ids, and approvals above all."""
    with books.cursor() as reading, sandbox.cursor() as writing:
        named = [f"{table}_id_seq" for table in (*WHO, *NAMES_IN_THE_ERP)]
        reading.execute(_SEQUENCES, [list(WHOLE_APPS), named])
        for name, last in reading.fetchall():
            writing.execute("SELECT setval(%s, %s)", [name, last])
