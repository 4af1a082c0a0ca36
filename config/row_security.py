"""Writes. Row-level security, the second wall: whose rows the application's role is shown.

Renewed after each migrate, like the grants, so that a table that a migration makes anew has its
wall again. The first wall is `organisation.access`; this one stands if a query forgets it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper
from psycopg2 import sql

from config import engines

# Each is a query of its own within the policy, so that it runs once a statement and not once a row.
_ALL = "(SELECT current_setting('carbon.sees', true) = 'all')"
_SEEN = (
    "ANY ((SELECT string_to_array(nullif(current_setting('carbon.sees', true), 'all'), ',')"
    "::bigint[])::bigint[])"
)
_PERSON = "(SELECT nullif(current_setting('carbon.person', true), '')::bigint)"
_OWN_ACCOUNT = f"account_id IN (SELECT id FROM ledger_account WHERE department_id = {_SEEN})"
_OWN_FILE = f"batch_id IN (SELECT id FROM inventory_importbatch WHERE imported_by_id = {_PERSON})"
_OWN_RECORD = (
    f"activity_record_id IN (SELECT id FROM inventory_activityrecord WHERE department_id = {_SEEN})"
)
# Asked row by row, so that the history of one record does not read all records of a department.
_OF_OWN_RECORD = (
    "EXISTS (SELECT FROM inventory_activityrecord a WHERE a.id = {table}.record_id "
    f"AND a.department_id = {_SEEN})"
)
_OF_OWN_BATCH = (
    "EXISTS (SELECT FROM inventory_activityrecord a WHERE a.batch_id = {table}.batch_id "
    f"AND a.department_id = {_SEEN})"
)
_OWN_EVIDENCE = (
    "EXISTS (SELECT FROM inventory_evidencefile f JOIN inventory_activityrecord a "
    "ON a.id = f.record_id WHERE f.id = inventory_evidencepart.file_id "
    f"AND a.department_id = {_SEEN})"
)
_OWN_SITE = f"site_id IN (SELECT id FROM inventory_site WHERE department_id = {_SEEN})"
_OWN_GRANT = f"grant_id IN (SELECT id FROM pricing_grantapplication WHERE department_id = {_SEEN})"
_OWN_RESULT = (
    f"emission_record_id IN (SELECT id FROM inventory_emissionrecord WHERE department_id = {_SEEN})"
)


@dataclass(frozen=True, slots=True)
class Wall:
    """A table, which of its rows a department's people and keys see, and whether they write them.

    What they don't write is written only by those who see the whole company. Into what
    `is_told_others`, they may put rows that they don't see.
    """

    table: str
    seen: str
    is_theirs_to_write: bool = False
    is_told_others: bool = False

    def policies(self) -> Iterator[tuple[str, str]]:
        """Name and definition. CASE keeps the order; IS NOT NULL lets the planner expect that
        nearly all rows pass, as they do for workers: an OR would have it expect half a percent.
        """
        seen = f"(CASE WHEN {_ALL} THEN 1 WHEN {self.seen} THEN 1 END) IS NOT NULL"
        if self.is_theirs_to_write:
            yield "carbon_rows", f"FOR ALL USING ({seen})"
            return
        yield "carbon_rows", f"FOR SELECT USING ({seen})"
        if self.is_told_others:
            yield "carbon_insert", "FOR INSERT WITH CHECK (true)"
            yield "carbon_update", f"FOR UPDATE USING ({seen})"
            yield "carbon_delete", f"FOR DELETE USING ({_ALL})"
            return
        yield "carbon_insert", f"FOR INSERT WITH CHECK ({_ALL})"
        yield "carbon_update", f"FOR UPDATE USING ({_ALL})"
        yield "carbon_delete", f"FOR DELETE USING ({_ALL})"


WALLS = (
    Wall("organisation_notice", f"user_id = {_PERSON}", is_told_others=True),
    Wall("organisation_noticesetting", f"user_id = {_PERSON}", is_theirs_to_write=True),
    Wall("organisation_noticemail", "false"),
    Wall("inventory_activityrecord", f"department_id = {_SEEN}", is_theirs_to_write=True),
    Wall("inventory_emissionrecord", f"department_id = {_SEEN}", is_theirs_to_write=True),
    Wall("inventory_importbatch", f"imported_by_id = {_PERSON}", is_theirs_to_write=True),
    Wall("inventory_importpart", _OWN_FILE, is_theirs_to_write=True),
    Wall(
        "inventory_recordevent",
        _OF_OWN_RECORD.format(table="inventory_recordevent")
        + " THEN 1 WHEN "
        + _OF_OWN_BATCH.format(table="inventory_recordevent"),
        is_theirs_to_write=True,
    ),
    Wall(
        "inventory_evidencefile",
        _OF_OWN_RECORD.format(table="inventory_evidencefile"),
        is_theirs_to_write=True,
    ),
    Wall("inventory_evidencepart", _OWN_EVIDENCE, is_theirs_to_write=True),
    Wall("inventory_instrumentuse", _OWN_RECORD),
    Wall("inventory_allocationkey", f"pool_id = {_SEEN}"),
    Wall("inventory_allocationshare", f"department_id = {_SEEN}"),
    Wall("inventory_allocatedpart", f"department_id = {_SEEN}"),
    Wall("inventory_daytotal", "false"),
    Wall("inventory_site", f"department_id = {_SEEN}"),
    Wall("inventory_sitereading", _OWN_SITE),
    Wall("inventory_absorptionclaim", _OWN_RESULT),
    Wall("pricing_baseline", f"department_id = {_SEEN}"),
    Wall("pricing_grantapplication", f"department_id = {_SEEN}", is_theirs_to_write=True),
    Wall("pricing_grantmilestone", _OWN_GRANT, is_theirs_to_write=True),
    Wall("pricing_grantmeasurement", _OWN_GRANT, is_theirs_to_write=True),
    Wall("ledger_settlementline", f"department_id = {_SEEN}"),
    Wall("ledger_departmenttotal", f"department_id = {_SEEN}"),
    Wall("ledger_linetotal", "false"),
    Wall("ledger_dispute", f"department_id = {_SEEN}", is_theirs_to_write=True),
    Wall("ledger_settledrecord", "ledger_line_is_seen(line_id)"),
    Wall(
        "ledger_journalentry",
        f"department_id = {_SEEN} THEN 1 WHEN ledger_entry_is_seen(id, period_id)",
    ),
    Wall("ledger_journalline", _OWN_ACCOUNT),
    Wall("ledger_periodbalance", _OWN_ACCOUNT),
    Wall("ledger_manualentry", "false"),
    Wall("ledger_manualentryline", "false"),
    Wall("ledger_climateaim", "false"),
    Wall("ledger_exportrun", "false"),
    Wall("ledger_scenariorun", "false"),
    Wall("ledger_sweetspotrun", "false"),
    Wall("ledger_webhookendpoint", "false"),
    Wall("ledger_webhookevent", "false"),
    Wall("ledger_webhookdelivery", "false"),
    Wall("ledger_webhookattempt", "false"),
    Wall("organisation_auditevent", "false"),
)

# What a row's neighbours say of it. They run as their owner, so that they don't look through the
# neighbours' walls for each row, and cost little to the planner, which would otherwise shun plans
# that read every row, although workers never call them.
_FUNCTIONS = """
    CREATE OR REPLACE FUNCTION ledger_entry_is_seen(entry bigint, period bigint) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1 SECURITY DEFINER
    SET search_path = {schema}, pg_temp
    AS $$ BEGIN
        RETURN EXISTS (
            SELECT FROM ledger_journalline l JOIN ledger_account a ON a.id = l.account_id
             WHERE l.entry_id = entry AND l.period_id = period AND a.department_id = ANY (
                   string_to_array(current_setting('carbon.sees', true), ',')::bigint[]));
    END $$;
    CREATE OR REPLACE FUNCTION ledger_line_is_seen(line bigint) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1 SECURITY DEFINER
    SET search_path = {schema}, pg_temp
    AS $$ BEGIN
        RETURN EXISTS (
            SELECT FROM ledger_settlementline l
             WHERE l.id = line AND l.department_id = ANY (
                   string_to_array(current_setting('carbon.sees', true), ',')::bigint[]));
    END $$;
"""
# Guards see the rows that they guard, whoever writes; views show what their reader may see.
_GUARDS_AND_VIEWS = """
    SELECT format('ALTER FUNCTION %s SECURITY DEFINER', oid::regprocedure) FROM pg_proc
     WHERE pronamespace = current_schema()::regnamespace AND prorettype = 'trigger'::regtype
       AND NOT prosecdef AND proconfig::text LIKE '%search_path=%'
       AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
     UNION ALL
    SELECT format('ALTER VIEW %s SET (security_invoker = true)', oid::regclass) FROM pg_class
     WHERE relnamespace = current_schema()::regnamespace AND relkind = 'v'
       AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
"""
_READER = "carbon_reader"


def renew_row_security(*, using: str) -> None:
    """Put up every wall, and give the reader, if there is that role, a view of all rows."""
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        schema = sql.Identifier(cursor.fetchone()[0])
        cursor.execute(sql.SQL(_FUNCTIONS).format(schema=schema))
        for statement in _column(cursor, _GUARDS_AND_VIEWS):
            cursor.execute(statement)
        has_reader = bool(
            _column(cursor, "SELECT 1 FROM pg_roles WHERE rolname = %s", [engines.READER_ROLE])
        )
        tables = _column(
            cursor,
            "SELECT name FROM unnest(%s::text[]) AS name WHERE to_regclass(name) IS NOT NULL",
            [[wall.table for wall in WALLS]],
        )
        for wall in WALLS:
            if wall.table in tables:
                _put_up(cursor, wall, has_reader=has_reader)


def _put_up(cursor: CursorWrapper, wall: Wall, *, has_reader: bool) -> None:
    policies = list(wall.policies())
    if has_reader:
        policies.append((_READER, f"FOR SELECT TO {engines.READER_ROLE} USING (true)"))
    cursor.execute(f"ALTER TABLE {wall.table} ENABLE ROW LEVEL SECURITY")
    for name, definition in policies:
        cursor.execute(f"DROP POLICY IF EXISTS {name} ON {wall.table}")
        cursor.execute(f"CREATE POLICY {name} ON {wall.table} {definition}")


def _column(cursor: CursorWrapper, query: str, facts: Any = None) -> list[str]:
    cursor.execute(query, facts)
    return [value for (value,) in cursor.fetchall()]
