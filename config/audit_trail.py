"""Writes. The audit trail's triggers: every table has them, but those that are named here.

Renewed after each migrate, like the walls and grants, so that a table that a migration makes is in
the trail from its first row on. What they write stands in organisation's 0008_audit_trail.sql.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper
from psycopg2 import sql

from config.grants import SECRET_COLUMNS

TRAIL = "organisation_auditevent"

# Tables without a trail, by what makes one needless.
WITHOUT_TRAIL: dict[str, tuple[str, ...]] = {
    "its own history says every step": (
        "inventory_activityrecord",
        "inventory_emissionrecord",
        "inventory_recordevent",
    ),
    "large; rows are never changed, and what they belong to has a trail": (
        "inventory_calculationrecipe",
        "inventory_emissionfactor",
        "inventory_evidencepart",
        "inventory_globalwarmingpotential",
        "inventory_importpart",
    ),
    "calculated; verify and its guards prove it from what has a trail": (
        "inventory_absorptionclaim",
        "inventory_allocatedpart",
        "inventory_daytotal",
        "inventory_instrumentuse",
        "ledger_departmenttotal",
        "ledger_linetotal",
        "ledger_settledrecord",
        "ledger_settlementline",
        "ledger_settlementshard",
    ),
    "the journal: only added to, sealed, and each entry says who posted it": (
        "ledger_account",
        "ledger_accountseal",
        "ledger_entryseal",
        "ledger_journalentry",
        "ledger_journalline",
        "ledger_periodbalance",
        "ledger_periodseal",
        "ledger_postedsource",
    ),
    "a log of what was sent, or an answer that changes nothing": (
        "ledger_exportrun",
        "ledger_outbox",
        "ledger_scenariorun",
        "ledger_sweetspotrun",
        "ledger_webhookattempt",
        "ledger_webhookdelivery",
        "ledger_webhookevent",
        "organisation_notice",
        "organisation_noticemail",
    ),
    "passes by itself": (
        "account_emailconfirmation",
        "django_session",
        "organisation_keptreply",
        "organisation_tally",
        "socialaccount_socialtoken",
    ),
    "the framework's own": (
        "auth_permission",
        "django_admin_log",
        "django_content_type",
        "django_migrations",
    ),
    "the trail itself": (TRAIL,),
}

# Of these columns only the change is told, never the value. Names are people's own: erased in
# their table, they are gone. Rules are kept with the settlement, and are long.
NOT_SHOWN: dict[str, tuple[str, ...]] = {
    "account_emailaddress": ("email",),
    "ledger_settlement": ("rules",),
    "mfa_authenticator": ("data",),
    "organisation_user": ("username", "first_name", "last_name", "email"),
    "socialaccount_socialaccount": ("uid", "extra_data"),
}
SECRET_NAMES = re.compile("password|passwd|secret|token|session|salt|otp|private")

# Whose change alone is no event: it would tell each use.
UNNOTED: dict[str, tuple[str, ...]] = {
    "mfa_authenticator": ("last_used_at",),
    "organisation_apikey": ("last_used_at",),
}

_TABLES = """
    SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum),
           (SELECT array_agg(k.attname::text ORDER BY k.attnum)
              FROM pg_index i JOIN pg_attribute k ON k.attrelid = c.oid
               AND k.attnum = ANY (i.indkey)
             WHERE i.indrelid = c.oid AND i.indisprimary)
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
       AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
       AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = c.oid AND deptype = 'e')
     GROUP BY c.oid ORDER BY c.relname
"""
_EVENTS = (
    ("added", "INSERT", "REFERENCING NEW TABLE AS new_rows"),
    ("changed", "UPDATE", "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows"),
    ("removed", "DELETE", "REFERENCING OLD TABLE AS old_rows"),
    ("emptied", "TRUNCATE", ""),
)


@dataclass(frozen=True, slots=True)
class Trailed:
    """A table in the trail: the columns of its key, those not shown, those whose change is none."""

    table: str
    keys: tuple[str, ...]
    hidden: tuple[str, ...]
    unnoted: tuple[str, ...]

    def triggers(self) -> Iterator[sql.Composable]:
        arguments = sql.SQL(", ").join(
            sql.Literal(",".join(names)) for names in (self.keys, self.hidden, self.unnoted)
        )
        for name, event, rows in _EVENTS:
            yield sql.SQL(
                f"CREATE OR REPLACE TRIGGER carbon_trail_{name} AFTER {event} ON {{}} {rows} "
                "FOR EACH STATEMENT EXECUTE FUNCTION organisation_note_change({})"
            ).format(sql.Identifier(self.table), arguments)


def renew_audit_trail(*, using: str) -> None:
    """Hang the trail's triggers up on every table that is not excepted, and off those that are."""
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regproc('organisation_note_change') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return  # its migration is not applied
        for each in trailed_tables(cursor):
            for trigger in each.triggers():
                cursor.execute(trigger)
        _take_down(cursor)


def trailed_tables(cursor: CursorWrapper) -> list[Trailed]:
    """The tables that are in the trail, by what the database says of them."""
    excepted = _excepted()
    cursor.execute(_TABLES)
    return [
        Trailed(
            table=table,
            keys=tuple(keys or columns),
            hidden=tuple(column for column in columns if _is_hidden(table, column)),
            unnoted=UNNOTED.get(table, ()),
        )
        for table, columns, keys in cursor.fetchall()
        if table not in excepted
    ]


def _excepted() -> set[str]:
    return {table for tables in WITHOUT_TRAIL.values() for table in tables}


def _is_hidden(table: str, column: str) -> bool:
    """Whether a value is secret or personal; what is called like a secret is taken for one."""
    named = (*SECRET_COLUMNS.get(table, ()), *NOT_SHOWN.get(table, ()))
    return column in named or SECRET_NAMES.search(column) is not None


def _take_down(cursor: CursorWrapper) -> None:
    cursor.execute(
        "SELECT tgname, tgrelid::regclass::text FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid "
        "WHERE relnamespace = current_schema()::regnamespace AND tgname LIKE %s "
        "AND relname = ANY (%s)",
        [r"carbon\_trail\_%", sorted(_excepted())],
    )
    for name, table in cursor.fetchall():
        cursor.execute(f"DROP TRIGGER {name} ON {table}")
