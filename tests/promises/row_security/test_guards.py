"""Guards see the rows that they guard, whatever is shown to whoever writes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import psycopg2
import pytest
from django.db import connection
from psycopg2.extensions import connection as PsycopgConnection

from departments.inventory.models.activity import ActivityRecord
from tests.ledger.books import Books
from tests.promises.row_security.walled import seeing

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_result_of_a_hidden_draft_gets_no_number(books: Books, raw: PsycopgConnection):
    """The draft is the neighbour's: a guard with my eyes would not find it, and let me pass."""
    cloud, offices = (books.departments[code].pk for code in ("CLOUD", "OFFICES"))
    hidden = ActivityRecord.objects.create(
        department_id=offices,
        activity="reported/scope-1",
        started_on=date(2023, 1, 1),
        ended_on=date(2023, 1, 1),
        quantity=Decimal(1),
        unit="kg",
        created_by=books.people["offices-contributor"],
    )
    with seeing(raw, cloud) as cursor:
        cursor.execute("SELECT count(*) FROM inventory_activityrecord WHERE id = %s", [hidden.pk])
        assert cursor.fetchone() == (0,)
        with pytest.raises(psycopg2.errors.CheckViolation) as refused:
            cursor.execute(
                "INSERT INTO inventory_emissionrecord (activity_record_id, department_id, "
                "activity_on, country, kind, scope, durability_class, removal_state, "
                "location_kgco2e, market_kgco2e, gwp_set, quality_tier, trace, calculated_at, "
                "approval_number, reason) VALUES (%s, %s, '2023-01-01', '', 'emission', 1, '', "
                "'', 1, 1, '', 1, '{}', now(), 1, '')",
                [hidden.pk, cloud],
            )
    assert refused.value.diag.constraint_name == "inventory_numbered_record_is_approved"


def test_a_period_with_hidden_statements_keeps_its_days(books: Books, raw: PsycopgConnection):
    with (
        seeing(raw, "") as cursor,
        pytest.raises(psycopg2.errors.RestrictViolation) as refused,
    ):
        cursor.execute("UPDATE ledger_accountingperiod SET code = 'X' WHERE code = '2023Q1'")
    assert refused.value.diag.constraint_name == "ledger_settled_period_keeps_its_days"


def test_a_file_that_somebody_else_imported_is_taken_all_the_same(
    books: Books, raw: PsycopgConnection
):
    made = (
        "INSERT INTO inventory_importbatch (file_name, sha256, row_count, imported_by_id, "
        "imported_at) VALUES ('x', 'OFFICES', 1, %s, now())"
    )
    me = books.people["contributor"].pk
    with (
        seeing(raw, books.departments["CLOUD"].pk, me) as cursor,
        pytest.raises(psycopg2.errors.UniqueViolation),
    ):
        cursor.execute(made, [me])


def test_the_one_who_entered_a_record_does_not_approve_it_whatever_is_shown(
    books: Books, raw: PsycopgConnection
):
    cloud, me = books.departments["CLOUD"].pk, books.people["contributor"].pk
    mine = ActivityRecord.objects.create(
        department_id=cloud,
        activity="reported/scope-1",
        started_on=date(2023, 1, 1),
        ended_on=date(2023, 1, 1),
        quantity=Decimal(1),
        unit="kg",
        created_by_id=me,
        state="submitted",
        submitted_by_id=me,
    )
    with seeing(raw, cloud, me) as cursor, pytest.raises(psycopg2.errors.CheckViolation) as refused:
        cursor.execute(
            "UPDATE inventory_activityrecord SET state = 'approved', decided_by_id = %s "
            "WHERE id = %s",
            [me, mine.pk],
        )
    assert refused.value.diag.constraint_name == "inventory_record_decided_by_another_person"


def test_a_guard_is_not_hung_on_a_table_of_ones_own(raw: PsycopgConnection):
    """It runs as its owner, so whoever could hang it up anywhere could make balances."""
    with raw.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE mine (LIKE ledger_journalline)")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="ledger_guard_lines"):
            cursor.execute(
                "CREATE TRIGGER mine AFTER INSERT ON mine REFERENCING NEW TABLE AS new_lines "
                "FOR EACH STATEMENT EXECUTE FUNCTION ledger_guard_lines()"
            )


def test_what_runs_as_its_owner_looks_in_its_own_schema_first():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname FROM pg_proc WHERE pronamespace = current_schema()::regnamespace "
            "AND prosecdef AND coalesce(proconfig::text, '') NOT LIKE '%search_path=%'"
        )
        assert cursor.fetchall() == []


def test_nobody_adds_lines_to_an_entry_that_stands(books: Books, raw: PsycopgConnection):
    with seeing(raw, "all") as cursor, pytest.raises(psycopg2.errors.CheckViolation) as refused:
        cursor.execute(
            "INSERT INTO ledger_journalline SELECT (json_populate_record(l, json_build_object("
            "'id', nextval('ledger_journalline_id_seq')))).* FROM ledger_journalline l LIMIT 2"
        )
    assert refused.value.diag.constraint_name == "ledger_line_comes_with_its_entry"
