"""What facts refer to exists and stays, without a key checked row by row."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from time import sleep
from typing import Any

import psycopg2
import pytest
from django.db import IntegrityError, connection, transaction
from psycopg2.extensions import connection as PsycopgConnection

from departments.inventory.models.activity import ActivityRecord, ImportBatch
from departments.inventory.models.emissions import EmissionRecord
from departments.organisation.constraints import constraint_of
from departments.organisation.models import Department, User
from tests.inventory.conftest import Cast

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("factors")]

NOBODY = 999_999_999
RECORD = """
    INSERT INTO inventory_activityrecord (
        department_id, activity, started_on, ended_on, quantity, unit, place, inputs, external_id,
        note, is_estimated, state, correction_reason, return_reason, created_by_id, batch_id,
        supersedes_id, edited_by_id, submitted_by_id, decided_by_id)
    VALUES (%(department)s, 'reported/scope-1', '2024-01-01', '2024-01-31', 1, 'kg', '', '{}', '',
            '', false, 'draft', '', '', %(created_by)s, %(batch)s, %(supersedes)s, %(edited_by)s,
            %(submitted_by)s, %(decided_by)s)
"""
RESULT = """
    INSERT INTO inventory_emissionrecord (
        activity_record_id, department_id, activity_on, country, kind, scope, durability_class,
        removal_state, location_kgco2e, market_kgco2e, gwp_set, quality_tier, trace, reason,
        factor_id, supersedes_id, proposed_by_id, approved_by_id)
    VALUES (%(record)s, %(department)s, '2024-01-31', '', 'emission', 1, '', '', 1, 1, '', 1, '{}',
            '', %(factor)s, %(supersedes)s, %(proposed_by)s, %(approved_by)s)
"""


def refused(database: PsycopgConnection, sql: str, facts: dict[str, Any] | None = None) -> str:
    """Run a statement that must fail; the name of the promise that it would break."""
    with pytest.raises(psycopg2.Error) as caught, database.cursor() as cursor:
        cursor.execute(sql, facts)
    database.rollback()
    return str(caught.value.diag.constraint_name)


def broken(*statements: str) -> str:
    """Run statements as the owner, of which the last must fail; the promise it would break."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    except IntegrityError as error:
        return constraint_of(error)
    return "nothing"


@pytest.mark.parametrize(
    "name",
    ["department", "created_by", "batch", "supersedes", "edited_by", "submitted_by", "decided_by"],
)
def test_a_record_names_only_what_is_there(cast: Cast, app_role: PsycopgConnection, name: str):
    facts = dict.fromkeys(("batch", "supersedes", "edited_by", "submitted_by", "decided_by"))
    good: dict[str, Any] = facts | {
        "department": cast.cloud.pk,
        "created_by": cast.contributor.pk,
    }

    found = refused(app_role, RECORD, good | {name: NOBODY})

    assert found == "inventory_record_names_what_is_there"
    assert not ActivityRecord.objects.exists()
    with app_role.cursor() as cursor:
        cursor.execute(RECORD, good)  # and with all in place it is taken
    app_role.rollback()


@pytest.mark.parametrize(
    "name", ["record", "department", "factor", "supersedes", "proposed_by", "approved_by"]
)
def test_a_result_names_only_what_is_there(cast: Cast, app_role: PsycopgConnection, name: str):
    good = dict.fromkeys(("factor", "supersedes", "proposed_by", "approved_by"))
    good |= {"record": cast.draft().pk, "department": cast.cloud.pk}

    found = refused(app_role, RESULT, good | {name: NOBODY})

    assert found == "inventory_result_names_what_is_there"
    assert not EmissionRecord.objects.exists()


def test_an_update_names_only_what_is_there(cast: Cast, app_role: PsycopgConnection):
    record = cast.submitted()

    found = [
        refused(app_role, f"UPDATE inventory_activityrecord SET edited_by_id = {NOBODY}"),
        refused(app_role, f"UPDATE inventory_activityrecord SET department_id = {NOBODY}"),
        refused(app_role, f"UPDATE inventory_emissionrecord SET approved_by_id = {NOBODY}"),
    ]

    assert found == [
        "inventory_record_names_what_is_there",
        "inventory_record_names_what_is_there",
        "inventory_result_names_what_is_there",
    ]
    record.refresh_from_db()
    assert (record.department_id, record.edited_by_id) == (cast.cloud.pk, None)


def test_what_is_named_stays(cast: Cast):
    record = cast.approved()
    correction = cast.draft()
    ActivityRecord.objects.filter(pk=correction.pk).update(supersedes=record.pk)
    batch = ImportBatch.objects.create(
        file_name="a", sha256="0" * 64, row_count=1, imported_by=cast.analyst
    )
    ActivityRecord.objects.filter(pk=correction.pk).update(batch=batch.pk)
    result = EmissionRecord.objects.get()
    named = [
        ("organisation_department", cast.cloud.pk),
        ("inventory_importbatch", batch.pk),
        ("inventory_emissionfactor", result.factor_id),
        ("organisation_user", cast.contributor.pk),
        ("organisation_user", cast.approver.pk),
    ]

    for table, number in named:
        promise = broken(
            "DELETE FROM organisation_departmentplacement",
            "DELETE FROM organisation_membership",
            f"DELETE FROM {table} WHERE id = {number}",
        )
        assert promise == "inventory_what_is_named_stays", table

    assert Department.objects.filter(pk=cast.cloud.pk).exists()
    assert User.objects.filter(pk__in=[cast.contributor.pk, cast.approver.pk]).count() == 2


def test_a_record_with_a_result_is_not_deleted_nor_renumbered(cast: Cast):
    record = cast.submitted()
    statements = [
        ("DELETE FROM inventory_activityrecord", "inventory_what_is_named_stays"),
        (
            "UPDATE inventory_activityrecord SET id = id + 1",
            "inventory_what_is_named_keeps_its_id",
        ),
        ("UPDATE organisation_user SET id = id + 1000", "inventory_what_is_named_keeps_its_id"),
        ("TRUNCATE inventory_activityrecord CASCADE", "inventory_facts_are_never_truncated"),
        ("TRUNCATE inventory_emissionrecord CASCADE", "inventory_facts_are_never_truncated"),
    ]

    for statement, promise in statements:
        assert broken(statement) == promise, statement
    assert EmissionRecord.objects.get().activity_record_id == record.pk


def test_whoever_deletes_waits_for_whoever_names(cast: Cast, app_role: PsycopgConnection):
    """A draft is deleted while another transaction gives it a result: one of the two fails."""
    record = cast.draft()
    facts = dict.fromkeys(("factor", "supersedes", "proposed_by", "approved_by"))
    with app_role.cursor() as cursor:
        cursor.execute(RESULT, facts | {"record": record.pk, "department": cast.cloud.pk})

    def delete() -> str:
        try:
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM inventory_activityrecord WHERE id = %s", [record.pk])
            return "deleted"
        except IntegrityError as error:
            return constraint_of(error)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        outcome = pool.submit(delete)
        sleep(0.2)
        assert not outcome.done()
        app_role.commit()
        assert outcome.result(timeout=30) == "inventory_what_is_named_stays"
    assert EmissionRecord.objects.get().activity_record_id == record.pk
