"""Writes. What each role may do: the app's rows yes, tables no; the journal only grows.

Owner and backup need no grants: one owns everything, the other reads everything by its role.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper
from psycopg2 import sql

from config import engines

# The journal, published factors and proofs only grow. What else is posted, triggers guard: a
# settlement that is cancelled before it was posted may lose its lines. TRUNCATE is granted nowhere,
# and nothing on partitions.
APPEND_ONLY_TABLES = (
    "inventory_calculationrecipe",
    "inventory_columnmapping",
    "inventory_emissionfactor",
    "inventory_importpart",
    "inventory_recordevent",
    "ledger_account",
    "ledger_commodity",
    "ledger_exportacknowledgement",
    "ledger_exportconstant",
    "ledger_exportreconciliation",
    "ledger_exportrejection",
    "ledger_journalentry",
    "ledger_journalexport",
    "ledger_journalline",
    "ledger_manualentryline",
    "ledger_postedsource",
    "ledger_webhookattempt",
    "ledger_webhookevent",
)
# Written by functions and guards of the owner, which the application may call or set off.
READ_ONLY_TABLES = (
    "inventory_absorptionclaim",
    "inventory_daytotal",
    "ledger_accountseal",
    "ledger_departmenttotal",
    "ledger_entryseal",
    "ledger_gl_in_force",
    "ledger_linetotal",
    "ledger_periodbalance",
    "ledger_periodseal",
    "organisation_auditevent",
)
NEVER_UPDATED_TABLES = (
    "inventory_evidencefile",
    "inventory_evidencepart",
    "ledger_settledrecord",
    "ledger_settlementline",
)
NEVER_DELETED_TABLES = (
    "inventory_importbatch",
    "ledger_dispute",
    "ledger_exportrun",
    "ledger_outbox",
    "ledger_scenariorun",
    "ledger_settlement",
    "ledger_settlementshard",
    "ledger_sweetspotrun",
    "ledger_webhookdelivery",
    "ledger_webhookendpoint",
    "organisation_notice",
    "organisation_noticemail",
    "pricing_grantapplication",
    "pricing_grantbudget",
    "pricing_grantmeasurement",
    "pricing_grantmilestone",
)

# What the reader doesn't see: who is signed in, answers that were kept for somebody, and what
# passwords and keys are checked against.
SECRET_TABLES = (
    "account_emailconfirmation",
    "django_session",
    "mfa_authenticator",
    "organisation_keptreply",
    "organisation_tally",
    "socialaccount_socialaccount",
    "socialaccount_socialapp",
    "socialaccount_socialtoken",
)
SECRET_COLUMNS = {
    "ledger_webhookendpoint": ("salt", "previous_salt"),
    "organisation_apikey": ("secret_sha256",),
    "organisation_user": ("password",),
}

_TABLES = """
    SELECT c.relname, c.relispartition,
           array_agg(a.attname ORDER BY a.attnum) FILTER (WHERE a.attnum > 0 AND NOT attisdropped)
      FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
       AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = c.oid AND deptype = 'e')
     GROUP BY c.oid ORDER BY c.relname
"""
_PLACE = """
    SELECT current_schema(), coalesce(
        (SELECT tableowner FROM pg_tables
          WHERE schemaname = current_schema() AND tablename = 'django_migrations'), current_user)
"""
# Guards run as their owner: whoever could hang one on a table of his own could write balances. What
# else runs as its owner is for the application alone.
_OWNERS_FUNCTIONS = """
    SELECT oid::regprocedure::text, prorettype = 'trigger'::regtype FROM pg_proc
     WHERE pronamespace = current_schema()::regnamespace
       AND (prosecdef OR prorettype = 'trigger'::regtype)
       AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
"""
# A partition that a trigger makes belongs to the owner; nobody gets a grant on it by default.
_BY_DEFAULT = """
    ALTER DEFAULT PRIVILEGES FOR ROLE {owner} REVOKE ALL ON TABLES FROM {role};
    ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {schema} REVOKE ALL ON TABLES FROM {role};
    GRANT USAGE ON SCHEMA {schema} TO {role};
"""
_APP_ON_THE_SCHEMA = """
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role};
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema} TO {role};
"""


def renew_grants(*, using: str) -> list[str]:
    """Give the application's role and the reader what they need, no more; a missing role nothing.

    Each run covers every table there is, and takes back what an earlier run gave too much.
    Returns: the roles whose grants were renewed.
    """
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE rolname IN (%s, %s) ORDER BY rolname",
            [engines.APP_ROLE, engines.READER_ROLE],
        )
        roles = [role for (role,) in cursor.fetchall()]
        for role in roles:
            cursor.execute(sql.Composed(_statements(cursor, role)))
        _close_owners_functions(cursor, roles)
    return roles


def _statements(cursor: CursorWrapper, role: str) -> Iterable[sql.Composable]:
    cursor.execute(_PLACE)
    schema, owner = cursor.fetchone()
    names = {name: sql.Identifier(name) for name in (schema, owner, role)}
    on_schema = _BY_DEFAULT + (_APP_ON_THE_SCHEMA if role == engines.APP_ROLE else "")
    yield sql.SQL(on_schema).format(schema=names[schema], owner=names[owner], role=names[role])
    cursor.execute(_TABLES)
    for table, is_partition, columns in cursor.fetchall():
        place = sql.Identifier(schema, table)
        yield sql.SQL("REVOKE ALL ON {} FROM {};").format(place, names[role])
        privileges = None if is_partition else _privileges(role, table, columns)
        if privileges is not None:
            yield sql.SQL("GRANT {} ON {} TO {};").format(privileges, place, names[role])


def _privileges(role: str, table: str, columns: list[str]) -> sql.Composable | None:
    if role == engines.APP_ROLE:
        return sql.SQL(_app_privileges(table))
    if table in SECRET_TABLES:
        return None
    hidden = SECRET_COLUMNS.get(table)
    if hidden is None:
        return sql.SQL("SELECT")
    shown = [sql.Identifier(column) for column in columns if column not in hidden]
    return sql.SQL("SELECT ({})").format(sql.SQL(", ").join(shown))


def _app_privileges(table: str) -> str:
    if table in READ_ONLY_TABLES:
        return "SELECT"
    if table in APPEND_ONLY_TABLES:
        return "SELECT, INSERT"
    if table in NEVER_UPDATED_TABLES:
        return "SELECT, INSERT, DELETE"
    if table in NEVER_DELETED_TABLES:
        return "SELECT, INSERT, UPDATE"
    return "SELECT, INSERT, UPDATE, DELETE"


def _close_owners_functions(cursor: CursorWrapper, roles: list[str]) -> None:
    cursor.execute(_OWNERS_FUNCTIONS)
    for function, is_guard in cursor.fetchall():
        everybody = ", ".join(["PUBLIC", *(roles if is_guard else [])])
        cursor.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM {everybody}")
