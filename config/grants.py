"""Writes. What the application's role may do: rows yes, tables no, and the journal only grows."""

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper
from psycopg2 import sql

from config import engines

# The journal, published factors and proofs only grow. What else is posted, triggers guard: a
# settlement that is cancelled before it was posted may lose its lines. TRUNCATE is granted nowhere,
# and nothing on partitions.
APPEND_ONLY_TABLES = (
    "inventory_emissionfactor",
    "inventory_importbatch",
    "ledger_account",
    "ledger_commodity",
    "ledger_exportacknowledgement",
    "ledger_journalentry",
    "ledger_journalexport",
    "ledger_journalline",
    "ledger_periodseal",
)

_TABLES = """
    SELECT relname FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace
      AND relkind IN ('r', 'p', 'v', 'm') AND NOT relispartition
"""
_ON_THE_SCHEMA = """
    GRANT USAGE ON SCHEMA {schema} TO {role};
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role};
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema} TO {role};
"""
_ON_A_TABLE = "REVOKE ALL ON {table} FROM {role}; GRANT {privileges} ON {table} TO {role};"


def grant_app_role(*, using: str) -> None:
    """Give the application's role what it needs, no more; without that role nothing happens.

    Each run covers every table there is, and takes back what an earlier run gave too much.
    """
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT current_schema() FROM pg_roles WHERE rolname = %s", [engines.APP_ROLE]
        )
        found = cursor.fetchone()
        if found:
            _grant_in(cursor, schema=found[0])


def _grant_in(cursor: CursorWrapper, *, schema: str) -> None:
    role = sql.Identifier(engines.APP_ROLE)
    statements = [sql.SQL(_ON_THE_SCHEMA).format(schema=sql.Identifier(schema), role=role)]
    cursor.execute(_TABLES)
    for (table,) in cursor.fetchall():
        privileges = (
            "SELECT, INSERT" if table in APPEND_ONLY_TABLES else "SELECT, INSERT, UPDATE, DELETE"
        )
        statements.append(
            sql.SQL(_ON_A_TABLE).format(
                table=sql.Identifier(schema, table), role=role, privileges=sql.SQL(privileges)
            )
        )
    cursor.execute(sql.Composed(statements))
