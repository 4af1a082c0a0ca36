"""The second wall: what the database itself shows the application's role, in raw SQL."""

from __future__ import annotations

import psycopg2
import pytest
from django.core.management import call_command
from django.db import connection, transaction
from psycopg2.extensions import connection as PsycopgConnection

from config import engines
from ledger.models.accounts import Account
from ledger.models.journal import JournalEntry
from tests.ledger.books import Books
from tests.promises.row_security.walled import (
    EMPTY,
    OF_NOBODY,
    OF_THE_COMPANY,
    POSTED,
    WALLED,
    counts,
    seeing,
)

pytestmark = pytest.mark.django_db(transaction=True)


def test_who_says_nothing_sees_nothing(raw: PsycopgConnection):
    with raw, raw.cursor() as cursor:
        assert counts(cursor) == dict.fromkeys(WALLED, 0)
    with seeing(raw, "all") as cursor:
        assert all(count > 0 for table, count in counts(cursor).items() if table not in EMPTY)
    with raw, raw.cursor() as cursor:  # the setting is empty now, no longer unknown
        assert counts(cursor) == dict.fromkeys(WALLED, 0)


@pytest.mark.parametrize("nothing", ["", "0", "-1"])
def test_no_department_is_nothing(raw: PsycopgConnection, nothing: str):
    with seeing(raw, nothing) as cursor:
        assert counts(cursor) == dict.fromkeys(WALLED, 0)


def test_a_department_sees_its_rows_and_every_row_is_somebodys(
    books: Books, raw: PsycopgConnection
):
    seen = {}
    for code, person in [("CLOUD", "contributor"), ("OFFICES", "offices-contributor")]:
        with seeing(raw, books.departments[code].pk, books.people[person].pk) as cursor:
            seen[code] = counts(cursor)
            cursor.execute("SELECT DISTINCT department_id FROM inventory_emissionrecord")
            assert cursor.fetchall() == [(books.departments[code].pk,)]
            cursor.execute(
                "SELECT DISTINCT a.department_id FROM ledger_journalline l "
                "JOIN ledger_account a ON a.id = l.account_id"
            )
            assert cursor.fetchall() == [(books.departments[code].pk,)]
    with seeing(raw, "all") as cursor:
        everything = counts(cursor)
    own = {table: seen["CLOUD"][table] + seen["OFFICES"][table] for table in WALLED}
    assert own.pop(OF_THE_COMPANY) == 0
    assert {
        table: everything[table] - own[table] for table in own if everything[table] != own[table]
    } == OF_NOBODY
    pair = ",".join(str(books.departments[code].pk) for code in ("CLOUD", "OFFICES"))
    with seeing(raw, pair) as cursor:
        assert counts(cursor)["ledger_journalentry"] == everything["ledger_journalentry"]


def test_an_entry_without_a_department_is_seen_by_those_whose_account_it_touches(
    books: Books, raw: PsycopgConnection
):
    entry = JournalEntry.objects.get(department=books.departments["OFFICES"])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE ledger_journalentry SET department_id = NULL WHERE id = %s", [entry.pk]
        )
    asked = f"SELECT count(*) FROM ledger_journalentry WHERE id = {entry.pk}"
    with seeing(raw, books.departments["OFFICES"].pk) as cursor:
        cursor.execute(asked)
        assert cursor.fetchone() == (1,)
    with seeing(raw, books.departments["CLOUD"].pk) as cursor:
        cursor.execute(asked)
        assert cursor.fetchone() == (0,)


def test_a_department_writes_its_own_facts_alone(books: Books, raw: PsycopgConnection):
    cloud, offices = (books.departments[code].pk for code in ("CLOUD", "OFFICES"))
    insert = (
        "INSERT INTO inventory_activityrecord (department_id, activity, started_on, ended_on, "
        "quantity, unit, place, inputs, external_id, note, is_estimated, state, "
        "correction_reason, created_by_id, created_at, return_reason) "
        "VALUES (%s, 'reported/scope-1', '2023-01-01', '2023-01-01', 1, 'kg', '', '{}', '', '', "
        "false, 'draft', '', %s, now(), '') RETURNING id"
    )
    with seeing(raw, cloud) as cursor:
        cursor.execute(insert, [cloud, books.people["contributor"].pk])
        (mine,) = cursor.fetchone()
        with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="row-level security"):
            cursor.execute(
                "UPDATE inventory_activityrecord SET department_id = %s WHERE id = %s",
                [offices, mine],
            )
    with (
        seeing(raw, cloud) as cursor,
        pytest.raises(psycopg2.errors.InsufficientPrivilege, match="row-level security"),
    ):
        cursor.execute(insert, [offices, books.people["contributor"].pk])
    with seeing(raw, cloud) as cursor:
        cursor.execute("UPDATE inventory_activityrecord SET note = 'x' WHERE state = 'draft'")
        assert cursor.rowcount == 0
        cursor.execute("DELETE FROM inventory_emissionrecord WHERE department_id = %s", [offices])
        assert cursor.rowcount == 0


@pytest.mark.parametrize("table", POSTED)
def test_a_department_writes_nothing_that_is_posted(
    books: Books, raw: PsycopgConnection, table: str
):
    with (
        seeing(raw, books.departments["CLOUD"].pk) as cursor,
        pytest.raises(psycopg2.errors.InsufficientPrivilege, match="row-level security"),
    ):
        cursor.execute(f"INSERT INTO {table} SELECT * FROM {table} LIMIT 1")


def test_what_a_department_deletes_of_statements_is_nothing(books: Books, raw: PsycopgConnection):
    with seeing(raw, books.departments["CLOUD"].pk) as cursor:
        cursor.execute("DELETE FROM ledger_settledrecord")
        assert cursor.rowcount == 0
        cursor.execute("DELETE FROM ledger_settlementline")
        assert cursor.rowcount == 0


def test_views_show_no_more_than_their_tables(books: Books, raw: PsycopgConnection):
    with seeing(raw, books.departments["CLOUD"].pk) as cursor:
        cursor.execute("SELECT DISTINCT department_id FROM inventory_chargeable")
        assert cursor.fetchall() == [(books.departments["CLOUD"].pk,)]


def test_a_department_sees_what_instruments_cover_of_its_own(books: Books, raw: PsycopgConnection):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "INSERT INTO inventory_instrumentuse (instrument_id, activity_record_id, covered_kwh, "
            "coverable_kwh, matched_by_id, matched_at) "
            "SELECT 1, id, department_id, department_id, created_by_id, now() "
            "FROM inventory_activityrecord"
        )
    for code in ("CLOUD", "OFFICES"):
        with seeing(raw, books.departments[code].pk) as cursor:
            cursor.execute("SELECT covered_kwh FROM inventory_instrumentuse")
            assert cursor.fetchall() == [(books.departments[code].pk,)]
    with seeing(raw, "all") as cursor:
        assert counts(cursor)["inventory_instrumentuse"] == 2


# The walls themselves


def test_a_database_from_before_gets_every_wall_by_migrate(books: Books, raw: PsycopgConnection):
    with connection.cursor() as cursor:
        cursor.execute("DROP POLICY carbon_rows ON inventory_activityrecord")
        cursor.execute("CREATE POLICY carbon_rows ON inventory_activityrecord USING (true)")
        cursor.execute("ALTER TABLE ledger_journalline DISABLE ROW LEVEL SECURITY")
        cursor.execute("ALTER FUNCTION ledger_keep_period() SECURITY INVOKER")
        cursor.execute("ALTER VIEW inventory_chargeable RESET (security_invoker)")
    call_command("migrate", verbosity=0)
    with raw, raw.cursor() as cursor:
        assert counts(cursor) == dict.fromkeys(WALLED, 0)
        cursor.execute("SELECT count(*) FROM inventory_chargeable")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT prosecdef FROM pg_proc WHERE proname = 'ledger_keep_period'")
        assert cursor.fetchone() == (True,)


def test_no_table_with_a_departments_rows_is_without_a_wall():
    """Who adds a table of facts or money adds a wall, or says here why it needs none."""
    open_to_all = {
        "organisation_apikey_departments": "who may do what, not what they emit",
        "ledger_webhookendpoint_departments": "who hears of what, not what they emit",
        "organisation_costcentre": "the company's structure",
        "organisation_departmentplacement": "the company's structure",
        "organisation_membership": "who may do what",
        "pricing_carbonprice": "prices are everybody's to read",
        "pricing_incentivecap": "caps are everybody's to read, like the rates they hold",
        "ledger_account": "names without amounts",
        "ledger_accountseal": "hashes without amounts",
        "socialaccount_socialtoken": "a person's account elsewhere, closed to the reader",
        "inventory_chargeable": "a view that shows what its reader may see",
        "inventory_superseded": "a view that shows what its reader may see",
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
            "WHERE c.relnamespace = current_schema()::regnamespace AND NOT c.relispartition "
            "AND c.relkind IN ('r', 'p', 'v') AND a.attname IN ('department_id', 'account_id')"
        )
        found = {name for (name,) in cursor.fetchall()}
    assert found - set(open_to_all) <= set(WALLED)
    assert "inventory_activityrecord" in found


def test_the_reader_sees_all_rows(books: Books):
    facts = connection.settings_dict
    reader = psycopg2.connect(
        host=facts["HOST"], port=5432, dbname=facts["NAME"], user=engines.READER_ROLE
    )
    with reader, reader.cursor() as cursor:
        assert all(count > 0 for table, count in counts(cursor).items() if table not in EMPTY)
    reader.close()
    assert Account.objects.exists()


def test_one_tells_others_and_reads_ones_own_notices(books: Books, raw: PsycopgConnection):
    cloud, other = (books.people[name].pk for name in ("contributor", "offices-contributor"))
    told = (
        "INSERT INTO organisation_notice (user_id, kind, key, department_ids, facts, page, "
        "page_arguments, page_query, happened_at, digest) "
        "VALUES (%s, 'record_returned', 'x', '{}', '{}', 'notices', '{}', '', now(), '') "
        "ON CONFLICT DO NOTHING"
    )
    with seeing(raw, books.departments["CLOUD"].pk, cloud) as cursor:
        for inserted in (1, 0):
            cursor.execute(told, [other])
            assert cursor.rowcount == inserted
        cursor.execute("SELECT DISTINCT user_id FROM organisation_notice")
        assert cursor.fetchall() == [(cloud,)]
        cursor.execute("UPDATE organisation_notice SET read_at = now()")
        assert cursor.rowcount == 1
        cursor.execute("SELECT count(*) FROM organisation_noticemail")
        assert cursor.fetchone() == (0,)
