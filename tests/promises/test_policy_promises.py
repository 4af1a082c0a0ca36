"""Raw SQL, as the application's own role, tries to bend facts, policy and access, and fails."""

from __future__ import annotations

from datetime import date
from typing import Any

import psycopg2
import pytest
from psycopg2.extensions import connection as PsycopgConnection

from departments.inventory.models.activity import ActivityRecord
from departments.inventory.models.emissions import EmissionRecord
from departments.organisation.models import Department
from pricing.models import Scheme, SchemeCoverage
from tests.ledger.books import Books

pytestmark = pytest.mark.django_db(transaction=True)

DAY = date(2023, 2, 1)
RESULT = """
    INSERT INTO inventory_emissionrecord (
        activity_record_id, department_id, activity_on, country, kind, scope, durability_class,
        removal_state, location_kgco2e, market_kgco2e, gwp_set, quality_tier, trace, reason,
        approval_number)
    VALUES (%(record)s, %(department)s, '2023-02-01', '', 'emission', 1, '', '', %(kg)s, %(kg)s,
            '', 1, '{}', '', %(number)s) RETURNING id, approval_number
"""


def execute(database: PsycopgConnection, sql: str, **facts: object) -> list[tuple[Any, ...]]:
    with database.cursor() as cursor:
        cursor.execute(sql, facts)
        rows = cursor.fetchall() if cursor.description else []
    database.commit()
    return rows


def refused(database: PsycopgConnection, sql: str, **facts: object) -> str | None:
    """Run a statement that must fail; the name of the promise that it would break."""
    with pytest.raises(psycopg2.Error) as caught:
        execute(database, sql, **facts)
    database.rollback()
    return caught.value.diag.constraint_name


def approved(books: Books) -> dict[str, object]:
    """An approved record that has no result yet."""
    contributor = books.people["contributor"]
    record = ActivityRecord.objects.create(
        department=books.departments["CLOUD"],
        activity="reported/scope-1",
        started_on=DAY,
        ended_on=DAY,
        quantity=1,
        unit="kg",
        state="approved",
        created_by=contributor,
        submitted_by=contributor,
        decided_by=books.people["approver"],
    )
    return {"record": record.pk, "department": record.department_id, "kg": 1, "number": None}


@pytest.mark.parametrize("chosen", [-1, 0, 1, 10**15])
def test_nobody_chooses_an_approval_number(
    books: Books, app_role: PsycopgConnection, chosen: int
) -> None:
    last = books.emit("CLOUD", DAY, "1").approval_number
    assert last is not None
    ((inserted_id, inserted),) = execute(app_role, RESULT, **approved(books) | {"number": chosen})
    ((waiting_id, waiting),) = execute(app_role, RESULT, **approved(books))
    assert (inserted, waiting) == (last + 1, None)

    execute(
        app_role,
        "UPDATE inventory_emissionrecord SET approval_number = %(chosen)s WHERE id = %(id)s",
        chosen=chosen,
        id=waiting_id,
    )
    assert EmissionRecord.objects.get(pk=waiting_id).approval_number == last + 2
    assert books.emit("CLOUD", DAY, "1").approval_number == last + 3

    settlement = books.settle("2023Q1")
    assert settlement.approval_number_through == last + 3
    assert {inserted_id, waiting_id} <= {
        found
        for (found,) in execute(app_role, "SELECT emission_record_id FROM ledger_settledrecord")
    }


def test_numbers_wait_while_a_settlement_reads_the_last_one(
    books: Books, app_role: PsycopgConnection
) -> None:
    ((waiting_id, _),) = execute(app_role, RESULT, **approved(books))
    other = psycopg2.connect(app_role.dsn)
    try:
        with other.cursor() as reader:
            reader.execute("SELECT inventory_approvals_through()")
        assert (
            refused(
                app_role,
                "SET LOCAL lock_timeout = '50ms'; "
                "UPDATE inventory_emissionrecord SET approval_number = 1 WHERE id = %(id)s",
                id=waiting_id,
            )
            is None
        )
    finally:
        other.close()
    assert EmissionRecord.objects.get(pk=waiting_id).approval_number is None


@pytest.mark.parametrize("kg", ["1000000000000.000001", "-1000000000000.000001", "NaN"])
def test_a_result_is_no_larger_than_the_books_can_count(
    books: Books, app_role: PsycopgConnection, kg: str
) -> None:
    broken = refused(app_role, RESULT, **approved(books) | {"kg": kg})
    assert broken == "inventory_result_is_countable"
    execute(app_role, RESULT, **approved(books) | {"kg": "1000000000000"})


@pytest.mark.parametrize(
    ("temporary", "guarded"),
    [
        (
            "CREATE TEMP TABLE inventory_activityrecord AS "
            "SELECT id, 'approved' AS state FROM public.inventory_activityrecord",
            "UPDATE inventory_emissionrecord SET approval_number = 1",
        ),
        (
            "CREATE TEMP SEQUENCE inventory_approval_number START 1000000",
            "SELECT inventory_number_approvals(array_agg(id)) FROM inventory_emissionrecord",
        ),
    ],
)
def test_a_temporary_table_leads_no_guard_astray(
    books: Books, app_role: PsycopgConnection, temporary: str, guarded: str
) -> None:
    last = books.emit("CLOUD", DAY, "1").approval_number
    assert last is not None
    facts = approved(books)
    ((waiting_id, _),) = execute(app_role, RESULT, **facts)
    if "TABLE" in temporary:
        draft = ActivityRecord.objects.create(
            department=books.departments["CLOUD"],
            activity="reported/scope-1",
            started_on=DAY,
            ended_on=DAY,
            quantity=1,
            unit="kg",
            created_by=books.people["contributor"],
        )
        ((draft_id, _),) = execute(app_role, RESULT, **facts | {"record": draft.pk})
        execute(app_role, temporary)
        sql = f"{guarded} WHERE id = %(id)s"
        assert refused(app_role, sql, id=draft_id) == "inventory_numbered_record_is_approved"
    else:
        execute(app_role, temporary)
        execute(app_role, guarded)
        assert EmissionRecord.objects.get(pk=waiting_id).approval_number == last + 1


def test_every_function_of_facts_and_policy_looks_in_its_own_schema_first(
    app_role: PsycopgConnection,
) -> None:
    functions = execute(
        app_role,
        """SELECT proname, proconfig, current_schema() FROM pg_proc
            WHERE pronamespace = current_schema()::regnamespace
              AND proname ~ '^(organisation|inventory|pricing)_'""",
    )
    assert len(functions) >= 10
    for name, settings, schema in functions:
        assert f"search_path={schema}, pg_temp" in (settings or []), name


@pytest.mark.parametrize(
    "change",
    [
        "code = 'other'",
        "currency = 'JPY'",
        "mechanism = 'showback'",
        "scope2_basis = 'location'",
        "keeps_atmosphere = false",
        "starts_on = '2022-01-01'",
        "id = id + 1000",
    ],
)
def test_a_scheme_never_changes(books: Books, app_role: PsycopgConnection, change: str) -> None:
    assert (
        refused(app_role, f"UPDATE pricing_scheme SET {change}") == "pricing_scheme_never_changes"
    )
    execute(
        app_role, "UPDATE pricing_scheme SET name = 'Fee', purpose = 'x', is_illustrative = true"
    )
    assert Scheme.objects.get().name == "Fee"


@pytest.mark.parametrize("code", ["Carbon_Fee", "CARBON-FEE", "carbon_fee"])
def test_two_schemes_never_name_the_same_accounts(
    books: Books, app_role: PsycopgConnection, code: str
) -> None:
    found = """INSERT INTO pricing_scheme (code, name, mechanism, currency, scope2_basis, starts_on,
                                           keeps_atmosphere, fund_may_overdraw,
                                           contributions_lapse, purpose, is_illustrative)
               VALUES (%(code)s, '', 'fee', 'USD', 'market', '2023-01-01', false, false, false, '',
                       false)"""
    execute(app_role, found, code="carbon-fee")
    broken = refused(app_role, found, code=code)
    assert broken == "pricing_scheme_code_makes_accounts_of_its_own"


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM pricing_schemecoverage",
        "UPDATE pricing_schemecoverage SET scope = 1, category = NULL",
        "UPDATE pricing_schemecoverage SET category = 7 WHERE category = 6",
        "UPDATE pricing_schemecoverage SET in_force = '[2023-02-01,)'",
        "UPDATE pricing_schemecoverage SET in_force = '[2019-01-01,)'",
        "UPDATE pricing_schemecoverage SET in_force = 'empty'",
        "UPDATE pricing_schemecoverage SET in_force = daterange('2020-01-01', CURRENT_DATE - 1)",
        "UPDATE pricing_schemecoverage SET in_force = '(,2099-01-01)'",
    ],
)
def test_coverage_is_never_edited(books: Books, app_role: PsycopgConnection, change: str) -> None:
    before = list(SchemeCoverage.objects.order_by("pk").values())
    assert refused(app_role, change) == "pricing_coverage_never_edited"
    assert list(SchemeCoverage.objects.order_by("pk").values()) == before


def test_coverage_may_be_ended_from_today_on_and_stays_ended(
    books: Books, app_role: PsycopgConnection
) -> None:
    end = "UPDATE pricing_schemecoverage SET in_force = daterange('2020-01-01', {}) WHERE scope = 1"
    for day in ("'2099-01-01'", "CURRENT_DATE"):
        execute(app_role, end.format(day))
    for day in ("NULL", "'2099-01-01'", "CURRENT_DATE - 1"):
        assert refused(app_role, end.format(day)) == "pricing_coverage_never_edited"
    again = SchemeCoverage.objects.create(
        scheme=books.scheme, scope=1, in_force=(date(2099, 1, 1), None)
    )
    assert again.pk


def test_a_departments_code_never_changes(books: Books, app_role: PsycopgConnection) -> None:
    rename = "UPDATE organisation_department SET code = code || '-2' WHERE code = 'CLOUD'"
    assert refused(app_role, rename) == "organisation_department_code_never_changes"
    execute(app_role, "UPDATE organisation_department SET name = 'Sky' WHERE code = 'CLOUD'")
    assert Department.objects.get(code="CLOUD").name == "Sky"


@pytest.mark.parametrize(
    "table", ["pricing_carbonprice", "pricing_incentiverate", "pricing_eventrate"]
)
def test_what_is_approved_may_end_sooner_and_is_never_made_to_last_longer(
    books: Books, app_role: PsycopgConnection, table: str
) -> None:
    if table == "pricing_eventrate":
        execute(
            app_role,
            """INSERT INTO pricing_eventrate (scheme_id, activity, unit, rate, in_force, reason,
                                              source_url, proposed_by_id, approved_by_id)
               SELECT scheme_id, 'reported/scope-1', '', 1, in_force, '', '', proposed_by_id,
                      approved_by_id FROM pricing_carbonprice""",
        )
    end = f"UPDATE {table} SET in_force = daterange('2020-01-01', {{}})"
    execute(app_role, end.format("CURRENT_DATE + 10"))
    for day in ("CURRENT_DATE + 100", "CURRENT_DATE + 11", "NULL"):
        assert refused(app_role, end.format(day)) == "pricing_approved_price_never_edited"
    ((ends,),) = execute(app_role, f"SELECT upper(in_force) - CURRENT_DATE FROM {table}")
    assert ends == 10
    execute(app_role, end.format("CURRENT_DATE"))
    assert (
        refused(app_role, end.format("CURRENT_DATE + 1")) == "pricing_approved_price_never_edited"
    )
