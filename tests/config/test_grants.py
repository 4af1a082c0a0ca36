"""What the application's role and the reader may do, tried with raw SQL as those roles."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from psycopg2.extensions import connection as PsycopgConnection

from config import engines
from config.engines.programs import find_postgres
from config.grants import (
    APPEND_ONLY_TABLES,
    NEVER_DELETED_TABLES,
    NEVER_UPDATED_TABLES,
    SECRET_TABLES,
    renew_grants,
)
from ledger.models.periods import AccountingPeriod

KEYS = {
    "ledger_commodity": "code",
    "ledger_postedsource": "source_id",
}  # the other tables' keys are called id


@contextmanager
def connected(role: str) -> Iterator[PsycopgConnection]:
    """The test database in another role."""
    facts = connection.settings_dict
    with closing(
        psycopg2.connect(host=facts["HOST"], port=5432, dbname=facts["NAME"], user=role)
    ) as opened:
        yield opened


@pytest.fixture
def reader(transactional_db: None) -> Iterator[PsycopgConnection]:
    with connected(engines.READER_ROLE) as opened:
        yield opened


def rows(sql: str, facts: Any = None) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, facts)
        return list(cursor.fetchall())


# The application


@pytest.mark.parametrize(
    "statement",
    [
        *[
            f"UPDATE {table} SET {KEYS.get(table, 'id')} = NULL"
            for table in (*APPEND_ONLY_TABLES, "ledger_settlementline")
        ],
        "UPDATE ledger_settledrecord SET sign = 1",
        *[f"DELETE FROM {table}" for table in (*APPEND_ONLY_TABLES, *NEVER_DELETED_TABLES)],
        *[
            f"TRUNCATE {table} CASCADE"
            for table in (*APPEND_ONLY_TABLES, *NEVER_DELETED_TABLES, *NEVER_UPDATED_TABLES)
        ],
        "TRUNCATE django_session",
        "CREATE TABLE mine ()",
        "ALTER TABLE ledger_journalline DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "SET ROLE carbon_owner",
        "SET ROLE carbon_backup",
    ],
)
def test_refused(app_role: PsycopgConnection, statement: str):
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), app_role.cursor() as cursor:
        cursor.execute(statement)


def test_rows_of_other_tables_are_its_own_to_change(app_role: PsycopgConnection):
    with app_role, app_role.cursor() as cursor:
        cursor.execute("INSERT INTO django_session VALUES ('key', 'data', '2026-01-01')")
        cursor.execute("UPDATE django_session SET session_data = 'changed'")
    assert Session.objects.get().session_data == "changed"
    with app_role, app_role.cursor() as cursor:
        cursor.execute("DELETE FROM django_session")


# Partitions


@pytest.mark.django_db(transaction=True)
def test_nothing_is_granted_on_a_partition_whatever_the_defaults_were():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE whole (day date) PARTITION BY LIST (day)")
        cursor.execute("ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO carbon_app, carbon_reader")
        cursor.execute("CREATE TABLE before PARTITION OF whole DEFAULT")
        renew_grants(using="default")
        cursor.execute("CREATE TABLE after PARTITION OF whole FOR VALUES IN ('2026-01-01')")
    try:
        assert granted_to_both("whole", "before", "after") == {"whole"}
    finally:
        rows("DROP TABLE whole; SELECT 1")


@pytest.mark.django_db(transaction=True)
def test_nothing_is_granted_on_what_a_new_period_brings():
    before = {name for (name,) in rows("SELECT relname FROM pg_class WHERE relkind = 'r'")}
    AccountingPeriod.objects.create(code="FY99", days=(date(2099, 1, 1), date(2100, 1, 1)))
    after = {name for (name,) in rows("SELECT relname FROM pg_class WHERE relkind = 'r'")}
    assert granted_to_both("ledger_accountingperiod", *(after - before)) == {
        "ledger_accountingperiod"
    }


def granted_to_both(*tables: str) -> set[str]:
    """Of some tables those that the application or the reader may do anything with."""
    anything = "SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER"
    found = rows(
        "SELECT relname FROM pg_class, unnest(ARRAY['carbon_app', 'carbon_reader']) AS role "
        "WHERE relname = ANY (%s) AND has_table_privilege(role, pg_class.oid, %s)",
        [list(tables), anything],
    )
    return {name for (name,) in found}


# The reader


def test_the_reader_reads_every_table_of_the_books(reader: PsycopgConnection):
    tables = {
        table
        for (table,) in rows(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
        )
    }
    shut = {
        table
        for (table,) in rows(
            "SELECT name FROM unnest(%s::text[]) AS name "
            "WHERE NOT has_table_privilege('carbon_reader', name, 'SELECT')",
            [sorted(tables)],
        )
        if not may_read(reader, f"SELECT FROM {table}")
    }
    assert {"ledger_journalline", "inventory_activityrecord"} <= tables
    assert shut == set(SECRET_TABLES)


def test_no_column_that_holds_a_secret_is_open_to_the_reader(reader: PsycopgConnection):
    secret = rows(
        "SELECT table_name, column_name FROM information_schema.columns "
        "WHERE table_schema = current_schema() "
        "AND column_name ~ 'password|passwd|secret|token|session|salt|otp|private'"
    )
    assert ("organisation_user", "password") in secret
    assert ("organisation_apikey", "secret_sha256") in secret
    assert ("django_session", "session_key") in secret
    opened = [
        (table, column)
        for table, column in secret
        if may_read(reader, f'SELECT "{column}" FROM "{table}"')
    ]
    assert opened == []


def test_the_reader_sees_who_posted(reader: PsycopgConnection):
    assert may_read(reader, "SELECT id, username, is_active FROM organisation_user")
    assert may_read(reader, "SELECT name, prefix, scopes, revoked_at FROM organisation_apikey")
    assert not may_read(reader, "SELECT * FROM organisation_user")


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO organisation_legalentity (code, name, country, currency) "
        "VALUES ('X', 'X', 'US', 'USD')",
        "UPDATE organisation_department SET name = 'X'",
        "DELETE FROM ledger_settlementline",
        "TRUNCATE ledger_journalline",
        "SELECT nextval('ledger_journalline_id_seq')",
        "CREATE TABLE mine ()",
    ],
)
@pytest.mark.parametrize("insists", [False, True])
def test_the_reader_writes_nothing(reader: PsycopgConnection, statement: str, insists: bool):
    with reader.cursor() as cursor:
        if insists:
            cursor.execute("SET TRANSACTION READ WRITE")
        with pytest.raises(
            (psycopg2.errors.InsufficientPrivilege, psycopg2.errors.ReadOnlySqlTransaction)
        ):
            cursor.execute(statement)


def may_read(reader: PsycopgConnection, query: str) -> bool:
    try:
        with reader, reader.cursor() as cursor:
            cursor.execute(query)
    except psycopg2.errors.InsufficientPrivilege:
        return False
    return True


# The backup


def test_the_backup_dumps_everything_and_writes_nothing(transactional_db: None, tmp_path: Path):
    rows("INSERT INTO django_session VALUES ('key', 'a secret', '2026-01-01') RETURNING 1")
    AccountingPeriod.objects.create(code="FY99", days=(date(2099, 1, 1), date(2100, 1, 1)))
    facts = connection.settings_dict
    program, dump = find_postgres() / "pg_dump", tmp_path / "dump.sql"
    subprocess.run(
        [program, "-h", facts["HOST"], "-U", engines.BACKUP_ROLE, "-f", dump, facts["NAME"]],
        check=True,
    )
    dumped = dump.read_text()
    assert "a secret" in dumped
    assert "FY99\t[2099-01-01,2100-01-01)" in dumped
    assert "CREATE TRIGGER ledger_guard_lines" in dumped
    with (
        connected(engines.BACKUP_ROLE) as backup,
        backup.cursor() as cursor,
        pytest.raises(psycopg2.errors.ReadOnlySqlTransaction),
    ):
        cursor.execute("DELETE FROM django_session")
