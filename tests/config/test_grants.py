"""What the application's role may do, tried with raw SQL as that role."""

import psycopg2
import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from psycopg2.extensions import connection as PsycopgConnection

from config.grants import APPEND_ONLY_TABLES

KEYS = {"ledger_commodity": "code"}  # the other tables' keys are called id


@pytest.mark.parametrize(
    "statement",
    [
        *[f"UPDATE {table} SET {KEYS.get(table, 'id')} = NULL" for table in APPEND_ONLY_TABLES],
        *[f"DELETE FROM {table}" for table in APPEND_ONLY_TABLES],
        *[f"TRUNCATE {table} CASCADE" for table in APPEND_ONLY_TABLES],
        "TRUNCATE django_session",
        "CREATE TABLE mine ()",
        "ALTER TABLE ledger_journalline DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "SET ROLE carbon_owner",
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


def test_nothing_is_granted_on_a_partition(app_role: PsycopgConnection):
    from config.grants import grant_app_role

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE whole (day date) PARTITION BY RANGE (day)")
        cursor.execute("CREATE TABLE part PARTITION OF whole DEFAULT")
        grant_app_role(using="default")
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname IN ('whole', 'part') "
            "AND has_table_privilege('carbon_app', oid, 'SELECT')"
        )
        assert cursor.fetchall() == [("whole",)]
        cursor.execute("DROP TABLE whole")
